public import Aggregator
import Logging

/// The value of an expression, again and again: a clock, a heartbeat, made-up load, or the whole input of a test.
public struct Generate: EventSource {
    /// `generate`.
    public static let name = "generate"
    /// For `aggregator list`.
    public static let summary = "An expression's value at an interval: for demos, clocks and tests."

    @Option("Time between two events.", .range(0.001...31_536_000)) var interval: Duration = .seconds(1)
    @Option("The type of the events.") var type = "tick"
    @Option("The subject of the events.") var subject: String?
    @Option(
        "The data, an expression over `count` (an int, from 1) and `now` (a timestamp). A result that is a string is text, bytes are bytes, all else is JSON.",
        .example(#"'{"n": count, "at": now}'"#))
    var data: GeneratedData
    @Option("Ends after so many events; without it, it goes on.", .range(1...1e15)) var limit: Int?

    /// A generator with its defaults; `data` has none.
    public init() {}

    /// Objects to what no event or route could be.
    public func validate(_ options: OptionPlaces, _ problems: inout Problems) {
        problems.checkType(type, at: options["type"])
        if let subject { problems.checkSubject(subject, at: options["subject"]) }
    }

    /// Emits until the limit, or until it is cancelled.
    public func run(_ context: SourceContext) async throws {
        var rhythm = Rhythm(every: interval, context.clock)
        var complaints = SparseLog(context.log, context.clock)
        let failed = context.counter("failed_values", help: "Counts for which the expression had no value.")
        var count = 0
        while count < limit ?? .max {
            if count > 0 { try await rhythm.next() }
            count += 1
            let now = context.clock.now()
            do {
                let value = try data.value(count: count, now: now)
                try await context.emit(Event(type: type, subject: subject, time: now, data: value))
            } catch let error as EvaluationError {
                // The next count may well have a value again; a restart would begin from 1 and never get there.
                failed.add()
                complaints.warn("no value for count \(count): \(error)")
            }
        }
    }
}

/// What may stand under `data`: an expression with variables of its own.
struct GeneratedData: OptionValue {
    let expression: Expression

    private static let environment = ExpressionEnvironment([
        (name: "count", type: .int), (name: "now", type: .timestamp),
    ])

    static var shape: OptionShape { .expression }

    static func decode(_ node: Node, _ problems: inout Problems) -> GeneratedData? {
        Expression.decode(node, in: environment, expecting: nil, &problems).map(GeneratedData.init)
    }

    /// Throws `EvaluationError`.
    func value(count: Int, now: Timestamp) throws -> EventData {
        try EventData(exactly: expression.evaluate(Moment(count: Int64(count), now: now)))
    }

    /// The variables, in the environment's order.
    private struct Moment: Activation {
        let count: Int64
        let now: Timestamp

        func value(of variable: Variable) -> Value? { variable.index == 0 ? .int(count) : .timestamp(now) }
    }
}
