import Aggregator
import Expressions
import Glibc
import Synchronization

/// The pipeline as a probed source sees it: a list that events are added to, and conditions that are waited for.
final class ProbeOutlet: SourceOutlet {
    struct State: Sendable {
        var record = SourceProbe.Record()
        var isHeld = false
        var handler: RouteHandler?
        var question: (@Sendable (String) -> SubjectAnswer)?
        var task: Task<Void, Never>?
        var isStopped = false
        var directory: String?
        fileprivate var waiters: [UInt64: Waiter] = [:]
        fileprivate var lastWaiter: UInt64 = 0
    }

    /// Somebody who waits for a condition.
    fileprivate struct Waiter: Sendable {
        var isMet: @Sendable (borrowing State) -> Bool
        var continuation: CheckedContinuation<Void, any Error>
    }

    private let name: String
    private let rules = EventRules(size: .max)
    private let state = Mutex(State())
    // As with the defaults of `server`.
    let eventLimit = 1 << 20
    let bodyLimit = 1 << 20
    let timeToStop: Duration = .seconds(8)

    /// A folder for state that is not this outlet's to remove.
    private let givenDirectory: String?

    init(name: String, directory: String? = nil) {
        self.name = name
        givenDirectory = directory
    }

    var record: SourceProbe.Record { state.withLock { $0.record } }
    var handler: RouteHandler? { state.withLock { $0.handler } }
    var question: (@Sendable (String) -> SubjectAnswer)? { state.withLock { $0.question } }

    // MARK: The source's side

    func emit(_ events: [Event], _ misfits: Misfits) throws(EventProblem) {
        for (index, event) in events.enumerated() {
            if let (_, message) = rules.refusal(of: event) { throw EventProblem(index: index, message: message) }
        }
        change { state in
            for var event in events {
                event.source = name
                state.record.events.append(event)
            }
        }
    }

    func room() async throws {
        guard state.withLock({ $0.isHeld }) else { return try Task.checkCancellation() }
        change { $0.record.isWaiting = true }
        defer { change { $0.record.isWaiting = false } }
        try await wait { !$0.isHeld }
    }

    func serve(_ handler: @escaping RouteHandler) {
        change {
            $0.handler = handler
            $0.record.isServing = true
        }
    }

    func subjects(_ question: @escaping @Sendable (String) -> SubjectAnswer) { change { $0.question = question } }

    func streamPath(subject: String) -> String? { "/channels/\(name)/\(subject)" }

    let counters = OwnCounters()
    let gauges = OwnGauges()

    func counter(_ key: OwnNumberKey, help: String) -> SourceCounter { counters.number(key, help: help) }

    func gauge(_ key: OwnNumberKey, help: String) -> SourceGauge { gauges.number(key, help: help) }

    func stateDirectory() throws -> String {
        if let givenDirectory { return givenDirectory }
        return try state.withLock { state in
            if let directory = state.directory { return directory }
            var template = Array("/tmp/aggregator-probe-XXXXXX".utf8CString)
            guard mkdtemp(&template) != nil else { throw StateProblem(code: errno) }
            let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
            state.directory = path
            return path
        }
    }

    // MARK: The probe's side

    func run(_ body: @escaping @Sendable () async throws -> Void) {
        let task = Task {
            var ending = SourceProbe.Ending.returned
            do { try await body() } catch { ending = .failed(error) }
            change { $0.record.ending = $0.isStopped ? .stopped : ending }
        }
        let isStopped = state.withLock {
            $0.task = task
            return $0.isStopped
        }
        if isStopped { task.cancel() }
    }

    func end() {
        let task = state.withLock {
            $0.isStopped = true
            return $0.task
        }
        task?.cancel()
    }

    func ending() async -> SourceProbe.Ending {
        await state.withLock { $0.task }?.value
        let (record, directory) = state.withLock { ($0.record, $0.directory.take()) }
        if let directory { FileTree.remove(directory) }
        return record.ending ?? .stopped
    }

    /// Hands a body over as the server would, in pieces, and waits for room between them.
    func feed(_ body: [UInt8], to reader: any BodyReader) async -> RouteResponse {
        var rest = body[...]
        var isAgain = false
        while true {
            let piece = isAgain ? [] : Array(rest.prefix(Self.piece))
            rest = rest.dropFirst(piece.count)
            switch reader.read(piece, isLast: rest.isEmpty) {
            case .answer(let response): return response
            case .again: isAgain = true
            case .more:
                if rest.isEmpty { return .problem(500, "The source has no answer to this request.") }
                isAgain = false
            }
            try? await room()
        }
    }

    private static let piece = 65_536

    func hold(_ isHeld: Bool) { change { $0.isHeld = isHeld } }

    /// Returns when the condition is met.
    func wait(until isMet: @escaping @Sendable (borrowing State) -> Bool) async throws {
        let number = state.withLock {
            $0.lastWaiter += 1
            return $0.lastWaiter
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let result: Result<Void, any Error>? = state.withLock { state in
                    // A cancellation before this finds nobody to wake: so it is looked for here.
                    if Task.isCancelled { return .failure(CancellationError()) }
                    if isMet(state) { return .success(()) }
                    state.waiters[number] = Waiter(isMet: isMet, continuation: continuation)
                    return nil
                }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            let waiter = state.withLock { $0.waiters.removeValue(forKey: number) }
            waiter?.continuation.resume(throwing: CancellationError())
        }
    }

    private func change(_ body: (inout State) -> Void) {
        let met = state.withLock { state in
            body(&state)
            let met = state.waiters.filter { $0.value.isMet(state) }
            for number in met.keys { state.waiters[number] = nil }
            return met
        }
        for waiter in met.values { waiter.continuation.resume() }
    }
}

/// A folder for state that could not be made.
private struct StateProblem: Error, CustomStringConvertible {
    let code: Int32

    var description: String { "no folder for the state: \(String(cString: strerror(code)))" }
}

/// Removes what the probe has made.
private enum FileTree {
    static func remove(_ path: String) {
        // Not through a symbolic link, which may lead anywhere.
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        if descriptor >= 0, let folder = fdopendir(descriptor) {
            while let entry = readdir(folder) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name != "." && name != ".." { remove("\(path)/\(name)") }
            }
            closedir(folder)
        }
        // `remove` of the C library takes files and empty folders alike.
        _ = Glibc.remove(path)
    }
}
