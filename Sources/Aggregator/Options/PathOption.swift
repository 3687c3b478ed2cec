/// A path of the file system. Written relative, it is relative to the pipeline file's folder, not to where the process was
/// started.
public struct PathOption: OptionValue, Hashable, ExpressibleByStringLiteral {
    /// Absolute if the pipeline file's own path was; the pipeline's folder comes before what was written relative.
    public var path: String
    /// As it was written.
    public let written: String

    /// A default. It is taken as it stands: `resolved(in:)` makes it relative to the file.
    public init(stringLiteral text: String) {
        path = text
        written = text
    }

    init(written text: String, directory: String) {
        written = text
        path = Self.join(directory, text)
    }

    /// What may be written.
    public static var shape: OptionShape { .string }

    /// What stands there, or nil after its mistakes were reported.
    public static func decode(_ node: Node, _ problems: inout Problems) -> PathOption? {
        guard let text = String.decode(node, &problems) else { return nil }
        guard !text.isEmpty, !text.utf8.contains(0) else {
            problems.report("expected a path", at: node)
            return nil
        }
        return PathOption(written: text, directory: problems.directory)
    }

    /// As the file would say it.
    public var optionText: String? { written.optionText }
    /// What `.range` bounds.
    public var optionMeasure: Double? { written.optionMeasure }

    /// What was written, in that folder: for defaults, which were made before anybody knew the file.
    func resolved(in directory: String) -> PathOption { PathOption(written: written, directory: directory) }

    /// The path in the folder, unless it is absolute.
    static func join(_ directory: String, _ path: String) -> String {
        if path.hasPrefix("/") || directory.isEmpty { return path }
        let tail = path.hasPrefix("./") ? String(path.dropFirst(2)) : path
        if tail.isEmpty || tail == "." { return directory }
        return directory.hasSuffix("/") ? directory + tail : directory + "/" + tail
    }
}
