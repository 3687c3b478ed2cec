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
    /// Whether the text may well be right, but needs what this implementation leaves out: protobuf messages.
    public var isUnsupported = false

    /// A problem of `length` bytes that begins at `place`.
    public init(message: String, place: SourcePlace, length: Int) {
        self.message = message
        self.place = place
        self.length = length
    }

    /// `line:column: message`.
    public var description: String { "\(place.line):\(place.column): \(message)" }

    /// The line of `text` (which this is a problem of) with a caret under the place, as two lines; of a long line only
    /// the part around the place.
    public func excerpt(of text: String) -> String {
        let start = text.utf8.index(text.startIndex, offsetBy: place.offset, limitedBy: text.endIndex) ?? text.endIndex
        let isLineEnd = { (scalar: Unicode.Scalar) in scalar == "\n" || scalar == "\r" }
        let scalars = text.unicodeScalars
        let before = scalars[..<start].reversed().prefix { !isLineEnd($0) }.prefix(60).reversed()
        let after = scalars[start...].prefix { !isLineEnd($0) }.prefix(60)
        // A tab stays a tab, so that the caret stands below its character.
        let indent = before.map { $0 == "\t" ? "\t" : " " }.joined()
        let covered = after.reduce(into: (bytes: 0, count: 0)) { covered, scalar in
            if covered.bytes < length { covered.count += 1 }
            covered.bytes += String(scalar).utf8.count
        }
        let line = before.map(String.init).joined() + after.map(String.init).joined()
        return "\(line)\n\(indent)^\(String(repeating: "~", count: max(0, covered.count - 1)))"
    }
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

    /// A problem of what is CEL, but left out here.
    func unsupported(_ message: String, at span: Span) -> ExpressionProblem {
        var problem = problem(message, at: span)
        problem.isUnsupported = true
        return problem
    }
}
