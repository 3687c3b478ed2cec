public import Aggregator

extension OptionGroup {
    /// A value with its options as a pipeline file would set them: all that stands under the kind's key.
    ///
    ///     let source = try Weather.make("{city: Vienna, interval: 2s}")
    ///
    /// - Parameters:
    ///   - options: YAML.
    ///   - directory: relative paths in the options are relative to it.
    ///   - environment: what `${NAME}` stands for.
    /// - Throws: `OptionError` with every mistake, each with its line and a caret, as users would see them.
    public static func make(
        _ options: String = "{}", directory: String = ".", environment: [String: String] = [:]
    ) throws(OptionError) -> Self {
        try decodeText(options, directory: directory, environment: environment)
    }
}
