/// Turns the bytes of a file into nodes, or into the reasons why not.
enum YAMLText {
    /// The largest file that is read, in bytes.
    static let sizeLimit = 4 << 20

    /// The tree of the file, nil if there is none, and all that was found on the way.
    static func read(
        _ bytes: [UInt8], directory: String, environment: [String: String]
    ) -> (root: Node?, problems: Problems) {
        guard bytes.count <= sizeLimit else {
            var problems = Problems(directory: directory)
            problems.report("the file is larger than \(sizeLimit >> 20) MiB", at: FilePlace(line: 1, column: 1))
            return (nil, problems)
        }
        // A byte order mark says nothing about UTF-8.
        let bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
        guard let text = String(validating: bytes, as: UTF8.self) else {
            return (nil, notUnicode(bytes, directory))
        }
        var problems = Problems(directory: directory, source: SourceText(text))
        if let place = problems.source.firstUnprintable {
            problems.report(
                "a control character cannot stand in YAML; in double quotes it is written '\\xNN'", at: place)
            return (nil, problems)
        }
        guard var builder = NodeBuilder(text, environment: environment, problems: problems) else {
            problems.report("there is not enough memory to read this file", at: FilePlace(line: 1, column: 1))
            return (nil, problems)
        }
        let root = builder.document()
        return (root, builder.problems)
    }

    /// Where UTF-8 ends. The text is shown with replacement characters.
    private static func notUnicode(_ bytes: ArraySlice<UInt8>, _ directory: String) -> Problems {
        var valid = bytes.startIndex
        var decoder = Unicode.UTF8.ForwardParser()
        var rest = bytes.makeIterator()
        reading: while true {
            switch decoder.parseScalar(from: &rest) {
            case .valid(let scalar): valid += scalar.count
            case .error, .emptyInput: break reading
            }
        }
        let before = SourceText(String(decoding: bytes[..<valid], as: UTF8.self))
        var problems = Problems(directory: directory, source: SourceText(String(decoding: bytes, as: UTF8.self)))
        let number = bytes.indices.contains(valid) ? String(bytes[valid], radix: 16, uppercase: true) : "??"
        problems.report(
            "the file must be UTF-8; the byte 0x\(number.count < 2 ? "0" : "")\(number) here is not",
            at: FilePlace(line: before.lines.count, column: before.line(before.lines.count).count + 1))
        return problems
    }
}

extension SourceText {
    /// The first character that YAML 1.1 (section 5.1) does not allow unescaped.
    fileprivate var firstUnprintable: FilePlace? {
        for (index, line) in lines.enumerated() {
            if let column = Array(line).firstIndex(where: { !Self.isPrintable($0) }) {
                return FilePlace(line: index + 1, column: column + 1)
            }
        }
        return nil
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x20...0x7E, 0x85, 0xA0...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD, 0x10000...0x10FFFF: true
        default: false
        }
    }

    /// libyaml's complaint in words that say what to do, where it is one of the usual ones.
    func explanation(of mistake: YAMLMistake) -> String {
        let rest = line(mistake.place.line).dropFirst(mistake.place.column - 1)
        if mistake.message.contains("tab character") || rest.first == "\t" {
            return "a tab stands where YAML wants spaces: it indents with spaces only"
        }
        if mistake.message.contains("cannot start any token"), let first = rest.first {
            return "'\(first)' cannot begin plain text; put the text in quotes"
        }
        let began = mistake.beginning.map { " that begins at \($0.line):\($0.column)" } ?? ""
        let known: [(sign: String, words: String)] = [
            (
                "mapping values are not allowed",
                "no ':' is expected here; text with ': ' in it stands in quotes, and keys of one mapping are indented alike"
            ),
            ("could not find expected ':'", "expected ':' after the key\(began); is it missing, or a closing quote?"),
            (
                "did not find expected key",
                "expected a key or the end of the mapping\(began); keys of one mapping are indented alike"
            ),
            (
                "did not find expected '-'",
                "expected '-' or the end of the list\(began); its elements are indented alike"
            ),
            (
                "expected ',' or '}'",
                "expected ',' or '}' in the mapping\(began); text with braces, brackets or commas stands in quotes"
            ),
            (
                "expected ',' or ']'",
                "expected ',' or ']' in the list\(began); text with braces, brackets or commas stands in quotes"
            ),
            ("did not find expected node content", "expected a value; is a closing bracket missing?"),
            ("unexpected ':'", "text with ':' in it stands in quotes here"),
            ("unexpected end of stream", "the text in quotes\(began) has no end"),
        ]
        return known.first { mistake.message.contains($0.sign) }?.words ?? "this is not YAML: \(mistake.message)"
    }

    /// The place itself, or the end of the text where libyaml means what lies beyond it.
    func clamped(_ place: FilePlace) -> FilePlace {
        let last = (lines.lastIndex { !$0.isEmpty } ?? 0) + 1
        return place.line <= last ? place : FilePlace(line: last, column: line(last).count + 1)
    }
}
