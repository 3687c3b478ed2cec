import Aggregator

/// What the options mean, worked out once.
struct TailSettings {
    let globs: [Glob]
    let excluded: [Glob]
    let from: FileTail.Beginning
    let splitter: LineSplitter
    let encoder: LineEncoder
    let type: String
    let flush: Duration?
    /// How long a writer may be silent before the file it wrote is given up for its successor.
    let grace: Duration
    /// Files that are held open; others are opened when they are read.
    let openLimit: Int
    /// Files at none of their paths that are still read.
    let orphanLimit = 64
    /// Files that are followed.
    let fileLimit = 100_000
    /// The pipeline file's folder, which is no part of a path "as matched".
    private let base: String

    init(_ options: FileTail) {
        globs = options.include.map(Self.glob)
        excluded = options.exclude.map(Self.glob)
        from = options.from
        splitter = LineSplitter(limit: options.maxLine.bytes, oversize: options.oversize)
        encoder = LineEncoder(format: options.format, oversize: options.oversize)
        type = options.type
        flush = options.flush
        grace = options.grace
        openLimit = options.openLimit
        base = options.include.map(Self.base).first { !$0.isEmpty } ?? ""
    }

    func isExcluded(_ path: String) -> Bool { excluded.contains { $0.matches(path) } }

    /// A file to follow would have this path.
    func includes(_ path: String) -> Bool { globs.contains { $0.matches(path) } && !isExcluded(path) }

    /// A folder on the way to such files would.
    func leads(through path: String) -> Bool { globs.contains { $0.leads(through: path) } }

    /// Lines of a file are about its path, as far as a subject can say it: without control characters, and at most 256
    /// bytes, of which the last tell most.
    func subject(of path: String) -> String {
        var name = path.hasPrefix(base) ? String(path.dropFirst(base.count)) : path
        if name.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
            let plain = name.unicodeScalars.map { $0.properties.generalCategory == .control ? "\u{FFFD}" : $0 }
            name = String(String.UnicodeScalarView(plain))
        }
        guard name.utf8.count > 256 else { return name }
        var end = Substring(name)
        while end.utf8.count > 253 { end.unicodeScalars.removeFirst() }
        return "…" + end
    }

    /// Where a file that was moved away is now.
    func search(_ identity: FileIdentity, besides path: String) -> String? {
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        return Folder.names(in: folder).lazy.map { GlobWalk.join(folder, $0) }
            .first { FileLook(path: $0)?.identity == identity }
    }

    /// What was put before a path that was written relative.
    private static func base(_ option: PathOption) -> String {
        let written = option.written.hasPrefix("./") ? option.written.dropFirst(2) : option.written[...]
        guard option.path.hasSuffix(written), option.path.count > written.count else { return "" }
        return String(option.path.dropLast(written.count))
    }

    /// Wildcards are what the user wrote, not what the folder of the pipeline file happens to be called.
    private static func glob(_ option: PathOption) -> Glob {
        let base = base(option)
        var text = ""
        for character in base {
            if "*?[\\".contains(character) { text.append("\\") }
            text.append(character)
        }
        return Glob(text + option.path.dropFirst(base.count))
    }
}
