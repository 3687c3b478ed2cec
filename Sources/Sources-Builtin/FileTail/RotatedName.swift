/// What names tell of rotations: which may be those of former generations of a log, and which of compressed ones.
enum RotatedName {
    /// Endings of files that hold no lines; `.gz` above all.
    private static let compressed: Set<Substring> = [
        "gz", "zst", "xz", "bz2", "lz4", "lzma", "lzo", "br", "Z", "zip", "7z", "tgz", "tbz2", "txz", "zstd", "sz",
    ]

    /// The file is a compressed one, which has no lines.
    static func isCompressed(_ path: String) -> Bool {
        guard let dot = path.lastIndex(of: "."), dot != path.startIndex else { return false }
        return compressed.contains(path[path.index(after: dot)...])
    }

    /// Whether rotation may have given that name to a file that was called `base`: `app.log.1`, `app-20260101.log`,
    /// `app.log.old`.
    static func isRelated(_ name: String, to base: String) -> Bool {
        let (stem, _) = split(base)
        guard name != base, name.hasPrefix(stem), let next = name.dropFirst(stem.count).first else { return false }
        return separators.contains(next)
    }

    /// What the names of all that are related to a file have in common with its own: the path up to the first separator in
    /// the name. For finding those that `isRelated` is to be asked about.
    static func family(of path: String) -> String { path.folder + path.lastName.prefix { !separators.contains($0) } }

    /// The number or date by which rotation tells a generation of `base` from others; nil: no such name.
    static func tag(_ name: String, of base: String) -> Substring? {
        let (stem, ending) = split(base)
        let tag: Substring
        if name.hasPrefix(base) {
            tag = name.dropFirst(base.count)
        } else if name.hasPrefix(stem) {
            let rest = name.dropFirst(stem.count)
            tag = rest.hasSuffix(ending) ? rest.dropLast(ending.count) : rest
        } else {
            return nil
        }
        guard let first = tag.first, separators.contains(first), tag.dropFirst().first?.isNumber == true else {
            return nil
        }
        guard tag.allSatisfy({ $0.isASCII && ($0.isNumber || separators.contains($0) || "T:Z+".contains($0)) }) else {
            return nil
        }
        return tag.dropFirst()
    }

    /// Whether the generation with the one tag is older than that with the other, as far as tags tell: of numbers the
    /// larger is, of dates the smaller.
    static func isOlder(_ one: Substring, than other: Substring) -> Bool {
        if let number = Int(one), let second = Int(other), max(number, second) < 1_000_000 { return number > second }
        return one < other
    }

    private static let separators: Set<Character> = [".", "-", "_", "~"]

    /// `app.log` is `app` and `.log`.
    private static func split(_ name: String) -> (stem: Substring, ending: Substring) {
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return (name[...], "") }
        return (name[..<dot], name[dot...])
    }
}

/// A path and its parts. By bytes: to Swift a slash and a combining mark after it are one character.
extension String {
    private static let slash = UInt8(ascii: "/")

    var isAbsolutePath: Bool { utf8.first == Self.slash }
    /// The names in it, from the first folder on.
    var pathNames: [Substring] { utf8.split(separator: Self.slash).map { Substring($0) } }
    /// The folder of a path, with its slash; empty for a name alone.
    var folder: String { utf8.lastIndex(of: Self.slash).flatMap { String(utf8[...$0]) } ?? "" }
    /// The last part of a path.
    var lastName: String { utf8.lastIndex(of: Self.slash).flatMap { String(utf8[utf8.index(after: $0)...]) } ?? self }
}
