extension Pipeline {
    /// Reads tests of this pipeline from a file of their own, whose one key is `tests:`.
    ///
    /// - Parameters:
    ///   - path: of the file.
    ///   - environment: what `${NAME}` stands for in it.
    /// - Throws: `PipelineError` with every mistake of the file, or why it could not be read.
    public func tests(contentsOf path: String, environment: [String: String]) throws(PipelineError) -> [PipelineTest] {
        let bytes = try FileContent.read(path, limit: YAMLText.sizeLimit, advice: "; give the path of a file of tests")
        let (root, found) = YAMLText.read(bytes, directory: FileContent.directory(of: path), environment: environment)
        guard var root else {
            throw PipelineError(description: Report(path: path, problems: found, hidesSuspects: true).text)
        }
        root.label = Node.Label(text: "a file of tests", place: root.place)
        var problems = found
        let (options, _) = TestFileOptions.decodeOptions(root, &problems)
        var decoder = TestDecoder(TestDecoder.Names(definition), path: path, taken: definition.tests)
        let tests = decoder.decode(problems.isEmpty ? options.tests : [], root["tests"], &problems)
        guard problems.isEmpty else {
            throw PipelineError(description: Report(path: path, problems: problems, hidesSuspects: false).text)
        }
        return tests
    }
}
