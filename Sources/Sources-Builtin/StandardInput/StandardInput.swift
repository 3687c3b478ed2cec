public import Aggregator
import Glibc
import Logging

/// What is piped into the server: each line is an event.
///
///     journalctl -f -o json | aggregator run journal.yaml
public struct StandardInput: EventSource {
    /// `stdin`.
    public static let name = "stdin"
    /// For `aggregator list`.
    public static let summary = "The lines of standard input: JSON, CloudEvents or text."
    /// There is one standard input.
    public static let isSingle = true

    @Option(
        "What a line is: `auto` takes a JSON object as the data and any other line as text, `{\"message\": …}`; with `cloudevents` it is a whole event."
    )
    var format = PipedFormat.auto
    @Option("The type of the events.") var type = "line"
    @Option("The subject of the events.") var subject: String?

    /// With its defaults.
    public init() {}

    /// Events of the option's type, unless the lines say it.
    public var emits: EventShape { format.shape(ofType: type) }

    /// Objects to what no event could be.
    public func validate(_ options: OptionPlaces, _ problems: inout Problems) {
        problems.checkType(type, at: options["type"])
        if let subject { problems.checkSubject(subject, at: options["subject"]) }
    }

    /// Until the input ends, which ends the source and nothing else, or until it is cancelled.
    public func run(_ context: SourceContext) async throws {
        let events = PipedEvents(format: format, type: type, subject: subject)
        let input = try InputDescriptor()
        let thread = try BlockingThread()
        try await withTaskExecutorPreference(thread) {
            try await withTaskCancellationHandler {
                var emitter = PipedLines(events, context)
                while let bytes = try input.read() {
                    try Task.checkCancellation()
                    try await emitter.take(bytes)
                }
                try Task.checkCancellation()
                try await emitter.finish()
                context.log.info("standard input has ended")
            } onCancel: {
                input.wake()
            }
        }
    }
}

/// Standard input, and a way to wake who waits for it.
private final class InputDescriptor: Sendable {
    private let waker: (read: Int32, write: Int32)

    init() throws(InputProblem) {
        // Who was started without one (`<&-`) has something of its own there, which has no type of a file's.
        var status = stat()
        guard fstat(STDIN_FILENO, &status) == 0, status.st_mode & S_IFMT != 0 else {
            throw InputProblem("the server has none")
        }
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw InputProblem(String(cString: strerror(errno))) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        waker = (ends[0], ends[1])
    }

    deinit {
        close(waker.read)
        close(waker.write)
    }

    func wake() {
        var byte: UInt8 = 0
        _ = Glibc.write(waker.write, &byte, 1)
    }

    /// Blocks until there is something. Nil: the end, or it was woken.
    func read() throws(InputProblem) -> [UInt8]? {
        var watched = [
            pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
            pollfd(fd: waker.read, events: Int16(POLLIN), revents: 0),
        ]
        while poll(&watched, 2, -1) < 0 {
            guard errno == EINTR || errno == EAGAIN else { throw InputProblem(String(cString: strerror(errno))) }
        }
        if watched[1].revents != 0 { return nil }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = buffer.withUnsafeMutableBytes { Glibc.read(STDIN_FILENO, $0.baseAddress, $0.count) }
        if count < 0 {
            if errno == EINTR || errno == EAGAIN { return [] }
            throw InputProblem(String(cString: strerror(errno)))
        }
        return count == 0 ? nil : Array(buffer[..<count])
    }
}

/// Why standard input cannot be read.
private struct InputProblem: Error, CustomStringConvertible {
    let description: String
    init(_ reason: String) { description = "standard input cannot be read: \(reason)" }
}
