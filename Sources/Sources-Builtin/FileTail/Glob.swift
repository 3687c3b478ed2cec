/// A path with wildcards, as a shell reads it: `*` any characters, `?` one, `[a-z]` and `[!a-z]` one of a set, and `**` as a
/// whole part any number of folders. None of them stands for a slash, nor for a leading dot.
struct Glob: Sendable, Hashable {
    enum Part: Sendable, Hashable {
        /// Nothing to guess: the name itself.
        case literal(String)
        /// A name with wildcards.
        case pattern([Token])
        /// `**`
        case anyFolders
    }

    enum Token: Sendable, Hashable {
        case scalar(Unicode.Scalar)
        case one
        case many
        case set([ClosedRange<Unicode.Scalar>], isNegated: Bool)
    }

    /// As it was written.
    let text: String
    /// The pattern begins at the root; else in the working folder.
    let isAbsolute: Bool
    let parts: [Part]

    init(_ text: String) {
        self.text = text
        isAbsolute = text.isAbsolutePath
        parts = text.pathNames.filter { $0 != "." }.map(Self.part)
    }

    /// A set was begun and not ended: its bracket means itself, which nobody has meant.
    static func hasOpenSet(_ text: String) -> Bool {
        text.pathNames.contains { part in
            var rest = Substring.UnicodeScalarView(part.unicodeScalars)
            while let scalar = rest.popFirst() {
                if scalar == "\\" { _ = rest.popFirst() } else if scalar == "[", set(&rest) == nil { return true }
            }
            return false
        }
    }

    /// Whether the whole path is one that the pattern means.
    func matches(_ path: String) -> Bool { match(path).isWhole }

    /// Whether something below the path could be: it is a folder on the way.
    func leads(through path: String) -> Bool { match(path).isBeginning }

    /// The folder up to the first wildcard.
    var fixedFolder: String {
        var folder = isAbsolute ? "/" : "."
        for case .literal(let name) in parts.dropLast().prefix(while: { if case .literal = $0 { true } else { false } })
        {
            folder = GlobWalk.join(folder, name)
        }
        return folder
    }

    private func match(_ path: String) -> (isWhole: Bool, isBeginning: Bool) {
        guard path.isAbsolutePath == isAbsolute else { return (false, false) }
        // All places in the pattern where one can be after so many names: `**` makes them several.
        var places = closure([0])
        for name in path.pathNames where name != "." {
            var next: Set<Int> = []
            for place in places where place < parts.count {
                switch parts[place] {
                case .anyFolders: if !name.hasPrefix(".") { next.insert(place) }
                case let part: if Self.name(name, is: part) { next.insert(place + 1) }
                }
            }
            places = closure(next)
        }
        return (places.contains(parts.count), places.contains { $0 < parts.count })
    }

    /// `**` may stand for no folder at all.
    private func closure(_ places: Set<Int>) -> Set<Int> {
        var all = places
        for start in places {
            var place = start
            while place < parts.count, parts[place] == .anyFolders {
                place += 1
                all.insert(place)
            }
        }
        return all
    }

    // MARK: One name

    static func name(_ name: some StringProtocol, is part: Part) -> Bool {
        switch part {
        case .literal(let text): text == name
        case .anyFolders: false
        case .pattern(let tokens): matches(Array(name.unicodeScalars), tokens)
        }
    }

    /// One pass, with one place to come back to (the last `*`): linear for all practical patterns, quadratic at worst.
    private static func matches(_ name: [Unicode.Scalar], _ tokens: [Token]) -> Bool {
        if name.first == ".", tokens.first != .scalar(".") { return false }
        var (at, token) = (0, 0)
        var retry: (at: Int, token: Int)?
        while at < name.count || token < tokens.count {
            if token < tokens.count, tokens[token] == .many {
                retry = (at, token)
                token += 1
            } else if token < tokens.count, at < name.count, accepts(tokens[token], name[at]) {
                token += 1
                at += 1
            } else if let last = retry, last.at < name.count {
                retry = (last.at + 1, last.token)
                (at, token) = (last.at + 1, last.token + 1)
            } else {
                return false
            }
        }
        return true
    }

    private static func accepts(_ token: Token, _ scalar: Unicode.Scalar) -> Bool {
        switch token {
        case .scalar(let expected): expected == scalar
        case .one: true
        case .many: false
        case .set(let ranges, let isNegated): ranges.contains { $0.contains(scalar) } != isNegated
        }
    }

    // MARK: Parsing

    private static func part(_ text: Substring) -> Part {
        if text == "**" { return .anyFolders }
        var tokens: [Token] = []
        var rest = Substring.UnicodeScalarView(text.unicodeScalars)
        while let scalar = rest.popFirst() {
            switch scalar {
            case "*": if tokens.last != .many { tokens.append(.many) }
            case "?": tokens.append(.one)
            case "[": tokens.append(set(&rest) ?? .scalar("["))
            case "\\": tokens.append(.scalar(rest.popFirst() ?? "\\"))
            default: tokens.append(.scalar(scalar))
            }
        }
        var name = ""
        for token in tokens {
            guard case .scalar(let scalar) = token else { return .pattern(tokens) }
            name.unicodeScalars.append(scalar)
        }
        return .literal(name)
    }

    /// After the bracket; nil, and nothing taken, where none closes it.
    private static func set(_ rest: inout Substring.UnicodeScalarView) -> Token? {
        var inside = rest
        let isNegated = inside.first == "!" || inside.first == "^"
        if isNegated { inside.removeFirst() }
        var ranges: [ClosedRange<Unicode.Scalar>] = []
        while let low = inside.popFirst() {
            // A bracket that comes first means itself.
            if low == "]", !ranges.isEmpty {
                rest = inside
                return .set(ranges, isNegated: isNegated)
            }
            var high = low
            if inside.first == "-", let end = inside.dropFirst().first, end != "]" {
                inside.removeFirst(2)
                high = end
            }
            ranges.append(min(low, high)...max(low, high))
        }
        return nil
    }
}
