public import Aggregator
import Logging

/// A program in any language as a source: each line that it writes is an event.
///
/// The contract, for whoever writes such a program:
/// - a line on standard output is an event (see `format`); flush after each;
/// - a line on standard error goes to the log: with its level, if it begins with one (`<4>` as sd-daemon(3) has it, or a word
///   such as `warning:`);
/// - while the pipeline is full nobody reads, and writing blocks;
/// - standard input has nothing in it; when it is closed, or SIGTERM comes, it is time to stop; SIGKILL follows after `grace`,
///   to the whole process group;
/// - `AGGREGATOR_SOURCE` has the source's name.
public struct Exec: EventSource {
    /// `exec`.
    public static let name = "exec"
    /// For `aggregator list`.
    public static let summary = "The lines of a program of any language: JSON, CloudEvents or text."

    @Option(
        "The program and its arguments, or the program alone. Never a shell's text.",
        .example("[python3, sensors.py, --every, \"5\"]"))
    var command: ProgramCommand
    @Option("Variables beside those of the server's own environment.") var env: [String: String] = [:]
    @Option("The folder the program runs in; by default the pipeline file's.") var cwd: PathOption?
    @Option(
        "The user the program runs as, with that user's groups; for a server that runs as root.", .example("nobody"))
    var user: SystemUser?
    @Option(
        "What a line is: `auto` takes a JSON object as the data and any other line as text, `{\"message\": …}`; with `cloudevents` it is a whole event."
    )
    var format = PipedFormat.auto
    @Option("The type of the events.") var type = "line"
    @Option("The subject of the events.") var subject: String?
    @Option(
        "Whether it is run again when it has ended: `on_failure`, after a growing pause, when its exit code is not 0; `always`; `never`."
    )
    var restart = Restart.onFailure
    @Option("The time between SIGTERM and SIGKILL; at most 60 % of `server.drain`.", .range(0...3600)) var grace:
        Duration = .seconds(5)

    /// Whether a program that has ended is run again.
    enum Restart: String, OptionChoice {
        case always, never
        case onFailure = "on_failure"
    }

    /// With its defaults; `command` has none.
    public init() {}

    /// Events of the option's type, unless the lines say it.
    public var emits: EventShape { format.shape(ofType: type) }

    /// Objects to what no event or environment could be.
    public func validate(_ options: OptionPlaces, _ problems: inout Problems) {
        problems.checkType(type, at: options["type"])
        if let subject { problems.checkSubject(subject, at: options["subject"]) }
        command.warnIfMissing(at: options["command"], &problems)
        problems.checkGrace(grace, options)
        for (name, value) in env where name.isEmpty || name.contains("=") || (name + value).utf8.contains(0) {
            problems.report("'\(name)' cannot be a variable of the environment", at: options["env"])
        }
    }

    /// Runs the program until it ends or is cancelled.
    public func run(_ context: SourceContext) async throws {
        let process = try await ChildProcess.start(launch(context))
        let (end, lastWords) = await accompany(process, context)
        try Task.checkCancellation()
        switch (restart, end.code) {
        case (.onFailure, 0): context.log.info("\(command.written) has ended with exit code 0")
        case (.never, _): context.log.notice("\(command.written) \(end.words); it is not run again (restart: never)")
        default: throw Ended(description: "\(command.written) \(end.words)" + (lastWords.map { ": \($0)" } ?? ""))
        }
    }

    private func launch(_ context: SourceContext) -> Launch {
        let folder = cwd?.path ?? command.directory
        var launch = Launch(
            program: command.program, environment: env.merging(["AGGREGATOR_SOURCE": context.name]) { _, ours in ours },
            directory: folder.isEmpty ? nil : folder, user: user)
        launch.arguments = command.arguments
        launch.hasInput = true
        return launch
    }

    /// To the end, whatever happens: a program is never left alone.
    private func accompany(
        _ process: ChildProcess, _ context: SourceContext
    ) async -> (ChildProcess.End, lastWords: String?) {
        var output = PipedLines(PipedEvents(format: format, type: type, subject: subject), context)
        var errors = ErrorLines(context)
        let grace = min(grace, StopGrace.longest(within: context.timeToStop))
        return await withTaskCancellationHandler {
            while true {
                switch await process.next() {
                // Nobody wants to read on about what is over, and emitting does not wait in a cancelled task.
                case .output where Task.isCancelled: continue
                case .output(.output, let bytes): try? await output.take(bytes)
                case .output(.errors, let bytes): errors.take(bytes)
                case .ended(let end):
                    if !Task.isCancelled { try? await output.finish() }
                    errors.finish()
                    return (end, errors.last)
                }
            }
        } onCancel: {
            process.terminate(because: .cancelled, grace: grace)
        }
    }

    /// Why it has ended, as a failure.
    struct Ended: Error, CustomStringConvertible {
        let description: String
    }
}

extension ChildProcess.End {
    fileprivate var words: String {
        signal.map { "was killed by \($0)" } ?? "has ended with exit code \(code ?? -1)"
    }
}
