extension Pipeline {
    /// A step with its options as a pipeline file would set them.
    ///
    /// - Parameters:
    ///   - text: YAML, such as `where: data.x > 1`.
    ///   - path: the path of the file it would stand in.
    ///   - kinds: the kinds of steps it may be.
    /// - Throws: `PipelineError` with every mistake in it.
    package static func step(_ text: String, path: String, kinds: [any Filter.Type]) throws(PipelineError) -> any Filter
    {
        let indent = String(repeating: " ", count: 8)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\n" + indent)
        let file =
            "sources: {probe: {nothing: {}}}\nchannels: {probe: {from: probe_filter}}\n"
            + "filters:\n  probe_filter:\n    from: probe\n    steps:\n      - \(lines)\n"
        let pipeline = try Pipeline(
            text: file, path: path, sources: [NothingSource.self], filters: kinds, environment: [:])
        return pipeline.definition.filters[0].steps[0]
    }
}

/// What stands at the beginning of the step's pipeline. It never runs.
private struct NothingSource: EventSource {
    static let name = "nothing"
    static let summary = "Emits nothing."

    func run(_ context: SourceContext) async throws {}
}
