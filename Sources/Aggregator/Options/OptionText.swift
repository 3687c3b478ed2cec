/// Why options that stand in a text cannot be used: all mistakes in one go.
public struct OptionError: Error, CustomStringConvertible {
    /// The report, as users of the command would see it.
    public let description: String
}

extension OptionGroup {
    /// For tests of a kind: its options from a text of their own, as a pipeline file would have them.
    package static func decodeText(
        _ text: String, directory: String, environment: [String: String]
    ) throws(OptionError) -> Self {
        var (node, problems) = YAMLText.read(Array(text.utf8), directory: directory, environment: environment)
        // Nothing at all is no options.
        let value = node.flatMap { Self.decode($0, &problems) }
        guard let value, problems.isEmpty else {
            throw OptionError(description: Report(path: "options", problems: problems, hidesSuspects: node == nil).text)
        }
        return value
    }
}
