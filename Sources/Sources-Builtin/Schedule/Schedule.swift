public import Aggregator
import Expressions
import Logging

/// Events at times of the calendar.
public struct Schedule: EventSource {
    /// `schedule`.
    public static let name = "schedule"
    /// For `aggregator list`.
    public static let summary = "An expression's value at times of the calendar, as cron has them."

    @Option(
        "When: the five fields of crontab(5), six with the second first, or a name such as `@daily`.",
        .example(#""0 8 * * mon-fri""#))
    var cron: CronExpression
    @Option("The time zone, by its IANA name.", .example("Europe/Vienna")) var zone = ZoneName.utc
    @Option("The type of the events.") var type = "schedule"
    @Option("The subject of the events.") var subject: String?
    @Option(
        "The data, an expression over `due` (a timestamp: when it was to be) and `now`. By default `{\"due\": due}`.",
        .example(#"'{"report": "daily", "day": due}'"#))
    var data: ScheduledData?
    @Option(
        "A random delay of each event, at most so long: many machines do not all begin at once.", .range(0...86_400))
    var jitter: Duration = .zero
    @Option(
        "What was due while the server was down or the machine slept: `skip` forgets it, `once` makes up for it with one event."
    )
    var missed = Missed.skip

    /// What becomes of times that have passed.
    enum Missed: String, OptionChoice { case skip, once }

    /// With its defaults; `cron` has none.
    public init() {}

    /// When it was due last.
    public var keepsState: Bool { missed == .once }

    /// Objects to what no event could be.
    public func validate(_ options: OptionPlaces, _ problems: inout Problems) {
        problems.checkType(type, at: options["type"])
        if let subject { problems.checkSubject(subject, at: options["subject"]) }
    }

    /// The clock may be set, or the machine sleep: it is looked at again at least so often.
    private static let patience = Duration.seconds(30)
    /// Later than this is missed, not late.
    private static let lateness: Int64 = 60

    /// Emits until it is cancelled, or until the expression is never due again.
    public func run(_ context: SourceContext) async throws {
        let schedule = CronSchedule(expression: cron, zone: zone)
        let memory = missed == .once ? DueMemory(folder: try context.stateDirectory()) : nil
        var last = memory?.read() ?? context.clock.now()
        // A clock that was put back far must not make it wait until it has caught up.
        if last > context.clock.now() { last = context.clock.now() }
        while let due = schedule.next(after: last) {
            let now = try await wait(for: due, context)
            if now < due {
                last = now
                continue
            }
            let latest = Self.latest(schedule, from: due, until: now)
            if now.seconds - latest.seconds <= Self.lateness || missed == .once {
                if jitter > .zero { try await context.clock.sleep(for: jitter * Double.random(in: 0...1)) }
                try await emit(due: latest, context)
            }
            last = latest
            memory?.write(latest)
        }
    }

    /// Returns when it is due, or before, when the clock was put back.
    private func wait(for due: Timestamp, _ context: SourceContext) async throws -> Timestamp {
        var before = context.clock.now()
        while true {
            let now = context.clock.now()
            if now >= due || now < before { return now }
            before = now
            let left = Duration.milliseconds(due.millisecondsSince1970 - now.millisecondsSince1970) + .milliseconds(1)
            try await context.clock.sleep(for: min(left, Self.patience))
        }
    }

    /// Of all that was due until now, the last.
    private static func latest(_ schedule: CronSchedule, from due: Timestamp, until now: Timestamp) -> Timestamp {
        var latest = due
        // After a long sleep not each of a million times is counted out: from shortly before now on.
        if now.seconds - due.seconds > 86_400, let start = Timestamp(seconds: now.seconds - 86_400),
            let first = schedule.next(after: start), first <= now
        {
            latest = first
        }
        while let next = schedule.next(after: latest), next <= now { latest = next }
        return latest
    }

    private func emit(due: Timestamp, _ context: SourceContext) async throws {
        let now = context.clock.now()
        do {
            let content = try data?.value(due: due, now: now) ?? .json(Array(#"{"due":"\#(due)"}"#.utf8))
            try await context.emit(Event(type: type, subject: subject, time: now, data: content))
        } catch let error as EvaluationError {
            // The next time may well have a value; a restart would not give this one.
            context.log.warning("no value for the event that was due at \(due): \(error)")
        }
    }
}

/// What may stand under `data`: an expression with variables of its own.
struct ScheduledData: OptionValue {
    let expression: Expression

    private static let environment = ExpressionEnvironment([
        (name: "due", type: .timestamp), (name: "now", type: .timestamp),
    ])

    static var shape: OptionShape { .expression }

    static func decode(_ node: Node, _ problems: inout Problems) -> ScheduledData? {
        Expression.decode(node, in: environment, expecting: nil, &problems).map(ScheduledData.init)
    }

    /// Throws `EvaluationError`.
    func value(due: Timestamp, now: Timestamp) throws -> EventData {
        try EventData(exactly: expression.evaluate(Moments(due: due, now: now)))
    }

    /// The variables, in the environment's order.
    private struct Moments: Activation {
        let due: Timestamp
        let now: Timestamp

        func value(of variable: Variable) -> Value? { .timestamp(variable.index == 0 ? due : now) }
    }
}
