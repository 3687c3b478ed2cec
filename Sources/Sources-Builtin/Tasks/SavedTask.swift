import Aggregator
import Glibc

/// A task as a line of the journal says it.
struct SavedTask: Sendable {
    var record: TaskRecord
    var arguments = SavedArguments()
    /// The process group of its program, while one is under way.
    var group: pid_t?

    init(_ record: TaskRecord, _ arguments: SavedArguments, group: pid_t?) {
        (self.record, self.arguments, self.group) = (record, arguments, group)
    }

    /// Nil if the line says no task.
    init?(_ line: ValueMap) {
        guard let record = TaskRecord(saved: line) else { return nil }
        self.record = record
        if case .int(let group)? = line["group"] { self.group = pid_t(exactly: group) }
        if let arguments = line["args"] { self.arguments = SavedArguments(arguments) }
    }

    /// The line, without its end.
    var line: [UInt8] {
        var object = record.timed()
        object.set("number", record.number)
        // Nobody asks for them again once it has begun.
        if record.status == .pending { object.set("args", json: arguments.value.jsonBytes) }
        if let group { object.set("group", Int(group)) }
        return object.finished
    }
}

/// The arguments of a task that waits, by their names if they have some: so they still mean the same when the job's
/// declaration has changed.
struct SavedArguments: Sendable, Equatable {
    /// Nil for those that a job does not name.
    var names: [String]?
    var texts: [String?] = []

    init(_ arguments: TaskArguments = TaskArguments(), of job: Job? = nil) {
        if let names = job?.args.all.map(\.name), !names.isEmpty { self.names = names }
        texts = arguments.texts
    }

    init(_ value: Value) {
        switch value {
        case .list(let elements): texts = elements.map { if case .string(let text) = $0 { text } else { nil } }
        case .map(let members):
            let pairs = members.compactMap { key, value -> (String, String)? in
                if case (.string(let name), .string(let text)) = (key, value) { (name, text) } else { nil }
            }
            (names, texts) = (pairs.map(\.0), pairs.map(\.1))
        default: break
        }
    }

    var value: Value {
        guard let names else { return .list(texts.compactMap { $0.map { .string($0) } }) }
        var members = ValueMap()
        for (name, text) in zip(names, texts) { if let text { members.set(.string(name), .string(text)) } }
        return .map(members)
    }

    /// As a request for the same would be.
    var wish: TaskWish {
        guard let names else { return TaskWish(arguments: .list(texts.compactMap { $0.map { .string($0) } })) }
        return TaskWish(query: zip(names, texts).compactMap { name, text in text.map { (name, $0) } })
    }
}

extension TaskRecord {
    /// Nil if the line says no task.
    init?(saved line: ValueMap) {
        func text(_ name: String) -> String? { if case .string(let text)? = line[name] { text } else { nil } }
        func number(_ name: String) -> Int? { if case .int(let number)? = line[name] { Int(number) } else { nil } }
        func time(_ name: String) -> Timestamp? { text(name).flatMap { Timestamp(rfc3339: $0) } }
        guard let id = text("task_id"), let job = text("job"), let created = time("created"),
            let status = text("status").flatMap(TaskStatus.init(rawValue:)), let count = number("number")
        else { return nil }
        self.init(id: id, job: job, created: created)
        (self.number, self.status) = (count, status)
        (started, finished) = (time("started"), time("finished"))
        progress = min(max(number("progress") ?? 0, 0), 100)
        (stage, message, result) = (text("stage"), text("message"), line["result"]?.jsonBytes)
        (exitCode, signal, error) = (number("exit_code"), text("signal"), text("error"))
        (attempt, retryAt) = (number("attempt"), time("retry_at"))
        isScheduled = text("trigger") == "schedule"
        dropped = number("dropped") ?? 0
    }
}
