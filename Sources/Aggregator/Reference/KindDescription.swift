/// A kind of source or filter step, as `list`, `describe`, the reference and the JSON Schema show it: all of it from the
/// kind's own declaration.
public struct KindDescription: Sendable {
    /// What kinds there are.
    public enum Role: String, Sendable, CaseIterable {
        /// Emits events; stands under `sources:`.
        case source
        /// A step of a filter; stands under `steps:`.
        case step
    }

    /// Where it may stand.
    public let role: Role
    /// Its word in a pipeline file.
    public let name: String
    /// One sentence.
    public let summary: String
    /// In the order of their declaration; of a source, those that all have are the last.
    public let options: [OptionDescription]

    /// Of a kind of source.
    public init(_ kind: any EventSource.Type) {
        role = .source
        name = kind.name
        summary = kind.summary
        options =
            kind.describe() + SourceOptions.describe()
            + (kind is any RoutedSource.Type ? RoutedSourceOptions.describe() : [])
    }

    /// Of a kind of filter step.
    public init(_ kind: any Filter.Type) {
        role = .step
        name = kind.name
        summary = kind.summary
        options = kind.describe()
    }

    /// What may be written under its word.
    var shape: OptionShape { .group(options) }

    /// An example of its use that shows its required options; nil where one of them has no example and none can be made up.
    var example: String? {
        if let whole = options.first(where: \.isWhole), whole.isRequired || options.count == 1 {
            return whole.example.map { "\(name): \($0)" }
        }
        let required =
            options.contains(where: \.isRequired)
            // One without required options shows what it is for by the first that has an example.
            ? options.filter(\.isRequired) : Array(options.filter { $0.example != nil }.prefix(1))
        guard !required.isEmpty else { return nil }
        let written = required.compactMap { option in option.example.map { "\(option.name): \($0)" } }
        guard written.count == required.count else { return nil }
        return "\(name): {\(written.joined(separator: ", "))}"
    }
}

/// What every source has beside its own options.
struct SourceOptions: OptionGroup {
    @Option(
        """
        The channel that is told of events whose data is not of the type that `types` declares. Without it they are only \
        counted and logged.
        """,
        .example("rejected"))
    var invalid: String?
}

/// What every source with a path of its own has beside its own options.
struct RoutedSourceOptions: OptionGroup {
    @Option(
        "Who may use its paths: `public`, `authenticated`, or an expression. Default: `public` where the file has no `auth`."
    )
    var access: Access?
}
