/// Where something stands in the text of an expression.
public struct SourcePlace: Sendable, Hashable {
    /// Bytes of UTF-8 before it.
    public var offset: Int
    /// The line, from 1. A line ends with LF, CR LF or CR.
    public var line: Int
    /// The column, from 1, in characters (Unicode scalars), as YAML counts them.
    public var column: Int

    /// A place; nothing is checked.
    public init(offset: Int, line: Int, column: Int) {
        self.offset = offset
        self.line = line
        self.column = column
    }
}

/// What is wrong with the text of an expression: found when it is loaded, never while events pass.
public struct ExpressionProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// One sentence for people: what is wrong, what was expected, the nearest known name.
    public var message: String
    /// Where it begins.
    public var place: SourcePlace
    /// How many bytes of UTF-8 it covers; 0 at the end of the text.
    public var length: Int

    /// A problem of `length` bytes that begins at `place`.
    public init(message: String, place: SourcePlace, length: Int) {
        self.message = message
        self.place = place
        self.length = length
    }

    /// `line:column: message`.
    public var description: String { "\(place.line):\(place.column): \(message)" }
}

/// A piece of the text, in bytes. Small, because every part of the tree carries one.
struct Span: Sendable, Hashable {
    var offset: Int32
    var length: Int32

    init(_ offset: Int, _ length: Int) {
        self.offset = Int32(clamping: offset)
        self.length = Int32(clamping: length)
    }

    var end: Int { Int(offset) + Int(length) }

    /// From the beginning of this piece to the end of that one.
    func through(_ last: Span) -> Span { Span(Int(offset), last.end - Int(offset)) }
}

/// The text with its line starts, so that a place costs a search among the lines and not a walk from the beginning.
final class Source: Sendable {
    let text: String
    let bytes: [UInt8]
    private let lineStarts: [Int]

    init(_ text: String) {
        self.text = text
        bytes = Array(text.utf8)
        var starts = [0]
        for index in bytes.indices {
            let isLineEnd = bytes[index] == UInt8(ascii: "\n")
            let isLoneReturn =
                bytes[index] == UInt8(ascii: "\r")
                && (index + 1 == bytes.count || bytes[index + 1] != UInt8(ascii: "\n"))
            if isLineEnd || isLoneReturn { starts.append(index + 1) }
        }
        lineStarts = starts
    }

    func place(at offset: Int) -> SourcePlace {
        let offset = min(max(offset, 0), bytes.count)
        var low = 0
        var high = lineStarts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle }
        }
        // A byte 10xxxxxx continues the character before it.
        let before = bytes[lineStarts[low]..<offset]
        let column = before.reduce(into: 1) { count, byte in if byte & 0xC0 != 0x80 { count += 1 } }
        return SourcePlace(offset: offset, line: low + 1, column: column)
    }

    func problem(_ message: String, at span: Span) -> ExpressionProblem {
        ExpressionProblem(message: message, place: place(at: Int(span.offset)), length: Int(span.length))
    }
}
