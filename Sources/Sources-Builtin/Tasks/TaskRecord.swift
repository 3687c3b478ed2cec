import Aggregator

/// Where a task stands.
enum TaskStatus: String, Sendable, CaseIterable {
    case pending
    case processing
    case completed
    case failed
    case cancelled

    /// Nothing will change any more.
    var isOver: Bool { self != .pending && self != .processing }
}

/// One run of a job, as it is known to whoever asks.
struct TaskRecord: Sendable {
    let id: String
    let job: String
    let created: Timestamp
    /// In the order of creation, never twice in one source.
    var number = 0
    var started: Timestamp?
    var finished: Timestamp?
    var status = TaskStatus.pending
    /// 0 to 100.
    var progress = 0
    /// What the job itself calls its present state (`status` in its JSON lines).
    var stage: String?
    /// The job's last words about its progress.
    var message: String?
    /// JSON text that the job has given as its result.
    var result: [UInt8]?
    var exitCode: Int?
    /// Such as `SIGKILL`.
    var signal: String?
    /// Why it failed, or its last attempt did.
    var error: String?
    /// From 1; nil for a job whose tasks are tried only once.
    var attempt: Int?
    /// When the next attempt begins.
    var retryAt: Timestamp?
    /// The job's schedule has started it, not a request.
    var isScheduled = false
    /// Somebody has asked for its end, which is still to come.
    var isCancelling = false
    /// Lines of output that no `task.log` has told, because they came faster than `log_rate`.
    var dropped = 0

    /// An id that cannot be guessed: 128 random bits, in hexadecimal.
    static func newID() -> String {
        // Swift's generator is the system's cryptographic one (getrandom).
        let parts = [UInt64.random(in: 0...UInt64.max), UInt64.random(in: 0...UInt64.max)]
        return parts.map { part in
            let digits = String(part, radix: 16)
            return String(repeating: "0", count: 16 - digits.utf8.count) + digits
        }.joined()
    }

    /// What expressions know of the data of such events: `object` and `logEvent` write it.
    ///
    /// - Parameter more: fields that may be there as well.
    static func dataType(of type: String, more: [String: ValueType] = [:]) -> ValueType {
        let always: [String: ValueType] = ["task_id": .string, "job": .string, "status": .string, "progress": .int]
        let sometimes: [String: ValueType] = [
            "stage": .string, "message": .string, "result": .dyn, "exit_code": .int, "signal": .string,
            "error": .string, "attempt": .int, "retry_at": .string, "trigger": .string, "cancelling": .bool,
            "dropped": .int,
        ]
        let optional = sometimes.merging(more) { first, _ in first }
        let fields = always.mapValues { ObjectType.Field($0) }
            .merging(optional.mapValues { ObjectType.Field($0, isOptional: true) }) { first, _ in first }
        return .object(ObjectType(name: "data of the type '\(type)'", fields: fields))
    }

    /// For `GET`: with the times, and where its events can be followed.
    func json(events: String?) -> [UInt8] {
        var object = timed()
        if let events { object.set("events", events) }
        return object.finished
    }

    /// With the times.
    func timed() -> JSONObjectText {
        var object = object()
        object.set("created", created.rfc3339)
        if let started { object.set("started", started.rfc3339) }
        if let finished { object.set("finished", finished.rfc3339) }
        return object
    }

    /// What every event about it says.
    ///
    /// - Parameter isBrief: without what the job has said, whose length is the job's choice.
    func object(isBrief: Bool = false) -> JSONObjectText {
        var object = JSONObjectText()
        object.set("task_id", id)
        object.set("job", job)
        object.set("status", status.rawValue)
        object.set("progress", progress)
        if let stage, !isBrief { object.set("stage", stage) }
        if let message, !isBrief { object.set("message", message) }
        if let result, !isBrief { object.set("result", json: result) }
        if let exitCode { object.set("exit_code", exitCode) }
        if let signal { object.set("signal", signal) }
        if let error { object.set("error", error) }
        if let attempt { object.set("attempt", attempt) }
        if let retryAt { object.set("retry_at", retryAt.rfc3339) }
        if isScheduled { object.set("trigger", "schedule") }
        if isCancelling { object.set("cancelling", json: "true".utf8) }
        if dropped > 0, status.isOver { object.set("dropped", dropped) }
        return object
    }

    /// The event that tells of the state it is in now.
    func event(at time: Timestamp, isBrief: Bool = false) -> Event {
        let type = status == .processing ? "task.progress" : "task.\(status.rawValue)"
        return Event(type: type, subject: id, time: time, data: .json(object(isBrief: isBrief).finished))
    }

    /// A line that its program has written, or the number of those that were too many.
    func logEvent(_ line: LogLine, at time: Timestamp) -> Event {
        var object = JSONObjectText()
        object.set("task_id", id)
        object.set("job", job)
        object.set("status", status.rawValue)
        object.set("progress", progress)
        if let attempt { object.set("attempt", attempt) }
        if isScheduled { object.set("trigger", "schedule") }
        switch line {
        case .text(let text, let stream, let isCut):
            object.set("stream", stream == .output ? "stdout" : "stderr")
            object.set("message", text)
            if isCut { object.set("cut", json: "true".utf8) }
        case .dropped(let count):
            object.set("dropped", count)
        }
        return Event(type: "task.log", subject: id, time: time, data: .json(object.finished))
    }
}

/// What a `task.log` tells.
enum LogLine: Sendable, Equatable {
    /// A line; `isCut`: it was longer.
    case text(String, ChildProcess.Stream, isCut: Bool)
    /// So many lines came faster than the source's `log_rate`.
    case dropped(Int)
}

/// How the work on a task has ended.
enum TaskOutcome: Sendable, Equatable {
    /// With the result the job has given, as JSON text.
    case completed(result: [UInt8]?)
    /// Why, and, of a program, how it ended.
    case failed(String, exitCode: Int? = nil, signal: String? = nil)
    case cancelled
}

extension TaskRecord {
    /// Has its last attempt behind it.
    mutating func postpone(_ failure: TaskOutcome, until time: Timestamp) {
        guard case .failed(let error, let exitCode, let signal) = failure else { return }
        (self.error, self.exitCode, self.signal) = (error, exitCode, signal)
        retryAt = time
    }

    /// Begins its next attempt.
    mutating func retry() {
        attempt = (attempt ?? 1) + 1
        progress = 0
        (stage, message, error, exitCode, signal, retryAt) = (nil, nil, nil, nil, nil, nil)
    }

    /// Ends it.
    mutating func conclude(_ outcome: TaskOutcome, at time: Timestamp) {
        finished = time
        retryAt = nil
        isCancelling = false
        switch outcome {
        case .completed(let result):
            status = .completed
            progress = 100
            self.result = result
            (error, exitCode, signal) = (nil, nil, nil)
        case .failed(let error, let exitCode, let signal):
            status = .failed
            (self.error, self.exitCode, self.signal) = (error, exitCode, signal)
        case .cancelled:
            status = .cancelled
        }
    }
}
