import Aggregator

/// What the options mean, worked out once.
struct TailSettings {
    let globs: [Glob]
    let excluded: [Glob]
    let from: FileTail.Beginning
    let splitter: LineSplitter
    let encoder: LineEncoder
    /// Names of fields that the options give.
    let columns: [String]?
    /// What reads such names in the first line of each file; nil where that is a line like others.
    let header: CSVParser?
    let type: String
    let grouper: LineGrouper?
    let flush: Duration?
    /// The time after which something is given out although no end of it has come.
    let patience: Duration?
    let ignoreOlder: Duration?
    /// A file that may be a copy of another is held back until it has been silent for so long.
    let copyTime: Duration
    /// How long a writer may be silent before the file it wrote is given up for its successor.
    let grace: Duration
    /// Files that are held open; others are opened when they are read.
    let openLimit: Int
    /// Files at none of their paths that are still read.
    let orphanLimit = 64
    /// Files that are followed.
    let fileLimit = Checkpoint.fileLimit
    /// Files of a checkpoint that are waited for.
    let absentLimit = 1000
    /// The pipeline file's folder, which is no part of a path "as matched".
    private let base: String

    init(_ options: FileTail) {
        globs = options.include.map(Self.glob)
        excluded = options.exclude.map(Self.glob)
        from = options.from
        splitter = LineSplitter(limit: options.maxLine.bytes, longLines: options.longLines)
        grouper = options.multiline.map {
            LineGrouper(rules: $0, limit: options.maxLine.bytes, longLines: options.longLines)
        }
        encoder = LineEncoder(
            format: options.format, longLines: options.longLines, misfits: options.misfits, fields: FieldReader(options)
        )
        columns = options.columns
        header = options.format == .csv && options.columns == nil ? CSVParser(delimiter: options.delimiterByte) : nil
        patience = [options.flush, options.multiline?.timeout].compactMap(\.self).min()
        ignoreOlder = options.ignoreOlder
        copyTime = max(.seconds(2), options.poll * 2)
        type = options.type
        flush = options.flush
        grace = options.grace
        openLimit = options.openLimit
        base = options.include.map(Self.base).first { !$0.isEmpty } ?? ""
    }

    func isExcluded(_ path: String) -> Bool {
        RotatedName.isCompressed(path) || excluded.contains { $0.matches(path) }
    }

    /// Nothing has been written to it for so long that what is in it is not asked for.
    func isOld(_ look: FileLook, at now: Timestamp) -> Bool {
        guard let ignoreOlder else { return false }
        let nanoseconds = now.seconds &* 1_000_000_000 &+ Int64(now.nanoseconds) &- look.modified
        return .nanoseconds(nanoseconds) > ignoreOlder
    }

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

    /// Where a file that was moved away is now: in its folder, in one within that, as `olddir` of logrotate has it, or in one
    /// beside it, when the folder itself was renamed.
    func search(_ identity: FileIdentity, besides path: String) -> String? {
        let folder = path.folder.isEmpty ? "./" : path.folder
        let (found, within) = Self.search(folder, identity)
        if let found { return found }
        let beside = Self.search(folder + "..", identity).folders
        return (within.prefix(100) + beside.prefix(100)).lazy.compactMap { Self.search($0, identity).found }.first
    }

    private static func search(_ folder: String, _ identity: FileIdentity) -> (found: String?, folders: [String]) {
        var folders: [String] = []
        for name in Folder.names(in: folder) where !RotatedName.isCompressed(name) {
            let path = GlobWalk.join(folder, name)
            guard let look = FileLook(path: path) else { continue }
            if look.kind == .folder, !look.isLink { folders.append(path) }
            if look.identity == identity { return (path, []) }
        }
        return (nil, folders)
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
