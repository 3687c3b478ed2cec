import Aggregator

/// `level=info msg="it works" quick`: pairs; a name alone is true.
struct LogfmtParser: LineParser {
    func fields(of line: String, columns: [String]) throws(LineProblem) -> ValueMap {
        var cursor = LineCursor(line)
        var fields = ValueMap()
        var hasPair = false
        cursor.skipAll(" ")
        while !cursor.isAtEnd {
            let name = Self.name(&cursor)
            guard !name.isEmpty else { throw LineProblem("expected `name=value`, not `\(cursor.text.prefix(20))`") }
            if cursor.skip("=") {
                hasPair = true
                fields.set(name, to: .string(try Self.value(&cursor)))
            } else {
                fields.set(name, to: .bool(true))
            }
            guard cursor.isAtEnd || cursor.skip(" ") else {
                throw LineProblem("expected a space after the value of `\(name)`")
            }
            cursor.skipAll(" ")
        }
        // Any text is names alone.
        guard hasPair else { throw LineProblem("expected `name=value`") }
        return fields
    }

    private static func name(_ cursor: inout LineCursor) -> String {
        let end = cursor.rest.firstIndex { $0 == UInt8(ascii: "=") || $0 <= 0x20 || $0 == UInt8(ascii: "\"") }
        return cursor.text(to: end ?? cursor.rest.endIndex)
    }

    private static func value(_ cursor: inout LineCursor) throws(LineProblem) -> String {
        guard cursor.next == UInt8(ascii: "\"") else { return cursor.word() }
        guard let text = cursor.quoted(unescape) else { throw LineProblem("a quote is not closed") }
        return text
    }

    private static func unescape(_ byte: UInt8) -> [UInt8] {
        switch byte {
        case UInt8(ascii: "n"): [0x0A]
        case UInt8(ascii: "r"): [0x0D]
        case UInt8(ascii: "t"): [0x09]
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): [byte]
        default: [UInt8(ascii: "\\"), byte]
        }
    }
}

/// The named groups of a pattern; those that take no part are absent.
struct RegexParser: LineParser {
    let expression: RegularExpression

    func fields(of line: String, columns: [String]) throws(LineProblem) -> ValueMap {
        guard let groups = expression.groups(in: line) else { throw LineProblem("the pattern does not match") }
        var fields = ValueMap()
        for case (let name?, let text?) in zip(expression.groupNames, groups) {
            fields.set(name, to: .string(text))
        }
        return fields
    }
}

/// Values between delimiters (RFC 4180), one record a line; two quotes within quotes are one.
struct CSVParser: LineParser {
    let delimiter: UInt8

    func fields(of line: String, columns: [String]) throws(LineProblem) -> ValueMap {
        let values = try values(line)
        guard values.count == columns.count else {
            throw LineProblem("expected \(columns.count) values, not \(values.count)")
        }
        var fields = ValueMap(capacity: columns.count)
        for (name, value) in zip(columns, values) { fields.set(name, to: .string(value)) }
        return fields
    }

    /// The names that a header says; none if it is no record.
    func names(_ header: String) -> [String] {
        // Some programs put a byte order mark first.
        (try? values(header.hasPrefix("\u{FEFF}") ? String(header.unicodeScalars.dropFirst()) : header)) ?? []
    }

    /// The values of a record, or the names in a header.
    func values(_ line: String) throws(LineProblem) -> [String] {
        var values: [String] = []
        var value: [UInt8] = []
        var (isQuoted, wasQuoted) = (false, false)
        var bytes = Array(line.utf8)[...]
        while let byte = bytes.popFirst() {
            switch byte {
            case UInt8(ascii: "\"") where isQuoted && bytes.first == byte: value.append(bytes.removeFirst())
            case UInt8(ascii: "\"") where isQuoted: isQuoted = false
            case UInt8(ascii: "\"") where value.isEmpty && !wasQuoted: (isQuoted, wasQuoted) = (true, true)
            case delimiter where !isQuoted:
                values.append(String(decoding: value, as: UTF8.self))
                value.removeAll(keepingCapacity: true)
                wasQuoted = false
            default: value.append(byte)
            }
        }
        guard !isQuoted else { throw LineProblem("a quote is not closed on its line") }
        return values + [String(decoding: value, as: UTF8.self)]
    }
}
