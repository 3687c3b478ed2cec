import Aggregator
import ArgumentParser

/// `aggregator describe KIND`.
struct Describe: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Describe a kind of source or filter step: its options, their defaults, an example.")

    @Argument(
        help: "The kind's word, as `aggregator list` shows it.",
        completion: .custom { _, _, _ in Kinds.current.reference.kinds.map(\.name) })
    var kind: String

    func run() async throws {
        let reference = Kinds.current.reference
        let found = reference.kinds(named: kind)
        guard !found.isEmpty else {
            let hint = reference.nearest(to: kind).map { "; did you mean '\($0)'?" } ?? "."
            throw ValidationError("there is no kind '\(kind)'\(hint) `aggregator list` shows them all.")
        }
        print(found.map(\.help).joined(separator: "\n\n"), to: .result)
    }
}
