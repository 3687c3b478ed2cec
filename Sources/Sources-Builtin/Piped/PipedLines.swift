import Aggregator

/// Takes bytes as they come, makes lines of them, events of these, and emits them. What cannot be an event is left out: the
/// first ones are told, then one in a while.
struct PipedLines {
    private let events: PipedEvents
    private let context: SourceContext
    private var lines: OutputLines
    private var complaints: SparseLog
    private let leftOut: SourceCounter

    init(_ events: PipedEvents, _ context: SourceContext) {
        self.events = events
        self.context = context
        // What is longer could not be emitted anyway.
        lines = OutputLines(limit: context.eventLimit)
        complaints = SparseLog(context.log, context.clock)
        leftOut = context.counter("left_out_lines", help: "Lines that cannot be events.")
    }

    mutating func take(_ bytes: [UInt8]) async throws { try await emit(lines.append(bytes)) }

    /// The last line, which nobody has ended.
    mutating func finish() async throws {
        if let line = lines.finish() { try await emit([line]) }
    }

    private mutating func emit(_ lines: [OutputLines.Line]) async throws {
        for line in lines {
            do {
                if line.isCut { throw PipedEvents.Problem(description: "it is longer than limits.event") }
                try await context.emit(events.event(of: line.bytes, now: context.clock.now()))
            } catch let problem as PipedEvents.Problem {
                tell(line, problem.description)
            } catch let problem as EventProblem {
                tell(line, problem.message)
            }
        }
    }

    private mutating func tell(_ line: OutputLines.Line, _ problem: String) {
        leftOut.add()
        let shown = String(decoding: line.bytes.prefix(80), as: UTF8.self)
        complaints.warn("a line was left out: \(problem): \(shown)\(line.bytes.count > 80 ? "…" : "")")
    }
}
