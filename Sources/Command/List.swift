import Aggregator
import ArgumentParser

/// `aggregator list [sources|filters]`.
struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List the kinds of sources and filter steps that a pipeline file may name.")

    /// Which of them.
    enum Part: String, CaseIterable, ExpressibleByArgument {
        case sources, filters
    }

    @Argument(help: "Only these: sources, or filters (the kinds of their steps).") var part: Part?

    func run() async throws {
        let kinds = Kinds.current.reference.kinds
        let width = kinds.map(\.name.count).max() ?? 0
        let parts = part.map { [$0] } ?? Part.allCases
        for part in parts {
            // A single list is one that a program may want to read.
            if parts.count > 1 { print(part == .sources ? "sources" : "\nfilters", to: .result) }
            for kind in kinds where kind.role == (part == .sources ? .source : .step) {
                let indentation = parts.count > 1 ? "  " : ""
                let padding = String(repeating: " ", count: width - kind.name.count + 2)
                print(indentation + kind.name + padding + kind.summary, to: .result)
            }
        }
    }
}
