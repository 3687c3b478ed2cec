public import Aggregator
import ArgumentParser

/// The whole command `aggregator`, as a library: a `main` of one's own hands over its kinds of sources and filters, and has
/// every subcommand with them in it.
///
///     @main struct Main {
///         static func main() async { await AggregatorCommand.main(sources: builtinSources + [Weather.self]) }
///     }
///
/// Exit codes: 0 fine, 64 wrong usage, 78 wrong pipeline file, 1 otherwise.
public enum AggregatorCommand {
    /// Parses the arguments (the process's, unless given) and does what they say. Ends the process only when something went
    /// wrong or there is help to show; returns otherwise.
    public static func main(
        sources: [any EventSource.Type], filters: [any Filter.Type] = builtinFilters, arguments: [String]? = nil
    ) async {
        await Kinds.$current.withValue(Kinds(sources: sources, filters: filters)) {
            do {
                var command = try Root.parseAsRoot(arguments)
                if var command = command as? any AsyncParsableCommand {
                    try await command.run()
                } else {
                    try command.run()
                }
            } catch {
                Root.exit(withError: error)
            }
        }
    }
}

/// The kinds this process knows: what `main` was given.
struct Kinds: Sendable {
    var sources: [any EventSource.Type] = []
    var filters: [any Filter.Type] = []

    @TaskLocal static var current = Kinds()
}

/// The subcommands, one a file.
struct Root: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "aggregator",
        abstract: "Turns what happens on your machines into live streams that browsers and curl follow.",
        discussion:
            "A pipeline file declares sources, filters and channels; see pipeline.yaml for one that explains itself.",
        subcommands: [
            Run.self,
            Check.self,
            Test.self,
            Init.self,
            List.self,
            Describe.self,
            Eval.self,
            Schema.self,
            ReferencePage.self,
            NewSource.self,
            Completion.self,
        ])
}

extension ExitCode {
    /// EX_CONFIG of sysexits.h: the pipeline file is wrong.
    static let wrongFile = ExitCode(78)
}
