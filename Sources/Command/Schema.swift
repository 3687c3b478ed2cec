import Aggregator
import ArgumentParser

/// `aggregator schema`.
struct Schema: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print the JSON Schema of pipeline files, for editors.",
        discussion: """
            With the yaml-language-server (Visual Studio Code, Neovim, Emacs, Helix, …) a first line such as \
            `# yaml-language-server: $schema=pipeline.schema.json` is enough; `aggregator init` writes both.
            """)

    func run() async throws { print(String(Kinds.current.schema.text.dropLast()), to: .result) }
}

/// `aggregator reference`.
struct ReferencePage: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reference", abstract: "Print the reference of pipeline files, in Markdown.")

    func run() async throws { print(String(Kinds.current.reference.markdown.dropLast()), to: .result) }
}

extension Kinds {
    /// Of what this program has.
    var reference: Reference { Reference(sources: sources, filters: filters) }
    /// For what this program has.
    var schema: PipelineSchema { PipelineSchema(sources: sources, filters: filters) }
}
