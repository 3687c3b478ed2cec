#if canImport(Glibc)
    import Glibc
#endif

/// A pipeline file that was read and found right: every name in it is known, every option has its type, every expression
/// is checked. Nothing has been started.
public struct Pipeline: Sendable {
    let definition: PipelineDefinition
    /// What may well be a mistake but is none, each with its place and its line.
    public let warnings: [String]

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - path: where it is; relative paths in it are relative to its folder.
    ///   - sources: the kinds of sources it may name.
    ///   - filters: the kinds of filter steps it may name.
    ///   - environment: what `${NAME}` stands for in it.
    /// - Throws: `PipelineError` with every mistake of the file, or why it could not be read.
    public static func load(
        contentsOf path: String, sources: [any EventSource.Type], filters: [any Filter.Type],
        environment: [String: String]
    ) throws(PipelineError) -> Pipeline {
        let bytes = try FileContent.read(path, limit: YAMLText.sizeLimit)
        return try Pipeline(bytes, path: path, sources: sources, filters: filters, environment: environment)
    }

    /// Reads a text, as if it stood in a file of that path.
    ///
    /// - Throws: `PipelineError` with every mistake of the text.
    public init(
        text: String, path: String, sources: [any EventSource.Type], filters: [any Filter.Type],
        environment: [String: String]
    ) throws(PipelineError) {
        try self.init(Array(text.utf8), path: path, sources: sources, filters: filters, environment: environment)
    }

    init(
        _ bytes: [UInt8], path: String, sources: [any EventSource.Type], filters: [any Filter.Type],
        environment: [String: String]
    ) throws(PipelineError) {
        let kinds: Kinds
        do throws(Kinds.Mistake) {
            kinds = try Kinds(sources: sources, filters: filters)
        } catch {
            throw PipelineError(description: error.message)
        }
        let directory = FileContent.directory(of: path)
        let (root, found) = YAMLText.read(bytes, directory: directory, environment: environment)
        guard let root else {
            throw PipelineError(description: Report(path: path, problems: found, hidesSuspects: true).text)
        }
        var decoder = PipelineDecoder(found, kinds: kinds, path: path)
        let definition = decoder.decode(root)
        let report = Report(path: path, problems: decoder.problems, hidesSuspects: false)
        guard decoder.problems.isEmpty else { throw PipelineError(description: report.text) }
        self.definition = definition
        warnings = decoder.problems.all.sorted { $0.place < $1.place }.map(report.text(of:))
    }
}

/// Why a pipeline file cannot be used: all its mistakes in one go.
public struct PipelineError: Error, CustomStringConvertible {
    /// The whole report, sorted by place, each mistake with its line and a caret. No secret of the file stands
    /// in it.
    public let description: String
}

/// Reading the file itself.
enum FileContent {
    /// Its bytes, at most one more than `limit`, so that too large a file is noticed without being read.
    ///
    /// - Parameter advice: what to do if it is not there; the end of a sentence.
    static func read(
        _ path: String, limit: Int, advice: String = "; give the path of a pipeline file"
    ) throws(PipelineError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path, errno, advice) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while bytes.count <= limit {
            let count = buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count == 0 { break }
            if count < 0 {
                if errno == EINTR { continue }
                throw failure(path, errno, advice)
            }
            bytes += buffer[..<count]
        }
        return bytes
    }

    private static func failure(_ path: String, _ code: Int32, _ advice: String) -> PipelineError {
        let advice = code == ENOENT ? advice : ""
        return PipelineError(description: "\(path): cannot be read: \(String(cString: strerror(code)))\(advice)")
    }

    /// The absolute folder of a file.
    static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return currentDirectory }
        let folder = slash == path.startIndex ? "/" : String(path[..<slash])
        return PathOption.join(currentDirectory, folder)
    }

    /// The folder in which the process was started.
    static var currentDirectory: String {
        guard let path = getcwd(nil, 0) else { return "." }
        defer { free(path) }
        return String(cString: path)
    }
}
