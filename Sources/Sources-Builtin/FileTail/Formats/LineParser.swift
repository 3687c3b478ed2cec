public import Aggregator

/// Reads the fields of a line.
protocol LineParser: Sendable {
    /// The fields, in their order.
    ///
    /// - Parameter columns: their names where the file itself says them, in its first line.
    /// - Throws: why the line does not fit the format.
    func fields(of line: String, columns: [String]) throws(LineProblem) -> ValueMap
}

/// Why a line does not fit its format: what was expected.
struct LineProblem: Error, Equatable {
    var message: String

    init(_ message: String) { self.message = message }
}

/// What a field that is text in the line shall be in `data`.
public enum FieldKind: String, OptionChoice {
    /// A whole number.
    case int
    /// Any number.
    case number
    /// `true` or `false`.
    case bool

    /// The text as such a value; nil if it says none.
    func value(_ text: String) -> Value? {
        switch self {
        case .int: Int64(text).map { .int($0) }
        case .number: Double(text).flatMap { $0.isFinite ? .double($0) : nil }
        case .bool: ["true": true, "false": false][text].map { .bool($0) }
        }
    }
}

/// A line, taken apart from its beginning.
struct LineCursor {
    private(set) var rest: Substring.UTF8View

    init(_ line: String) { rest = line[...].utf8 }

    var isAtEnd: Bool { rest.isEmpty }
    var next: UInt8? { rest.first }
    /// All that is left.
    var text: String { String(Substring(rest)) }

    /// Takes that byte; false if another is there.
    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest.removeFirst()
        return true
    }

    /// Takes any number of them.
    mutating func skipAll(_ character: Unicode.Scalar) {
        while skip(character) {}
    }

    /// What comes before the first of that byte, which is taken too; nil, and nothing taken, if there is none.
    mutating func text(before character: Unicode.Scalar) -> String? {
        guard let end = rest.firstIndex(of: UInt8(ascii: character)) else { return nil }
        defer { rest = rest[rest.index(after: end)...] }
        return String(Substring(rest[..<end]))
    }

    /// Up to a space, which stays, or the end.
    mutating func word() -> String {
        text(to: rest.firstIndex(of: 0x20) ?? rest.endIndex)
    }

    /// Takes what comes before a place in `rest`.
    mutating func text(to end: Substring.UTF8View.Index) -> String {
        defer { rest = rest[end...] }
        return String(Substring(rest[..<end]))
    }

    /// What stands in quotes, with `escape` telling what a backslash and the byte after it mean; nil if there is no quote
    /// here, or none that ends it.
    mutating func quoted(_ escape: (UInt8) -> [UInt8]) -> String? {
        var cursor = self
        guard cursor.skip("\"") else { return nil }
        var text: [UInt8] = []
        while let byte = cursor.rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""):
                self = cursor
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard let next = cursor.rest.popFirst() else { return nil }
                text += escape(next)
            default: text.append(byte)
            }
        }
        return nil
    }
}

extension ValueMap {
    /// Sets a field.
    mutating func set(_ name: String, to value: Value) { set(.string(name), value) }
}

extension StringProtocol {
    /// Without spaces before and after it.
    var trimmingSpaces: SubSequence {
        var text = self[...].drop { $0 == " " }
        while text.last == " " { text.removeLast() }
        return text
    }
}
