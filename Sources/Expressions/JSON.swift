/// JSON (RFC 8259), for data that is passed on far more often than it is looked at.
public enum JSON {
    /// How deep arrays and objects may nest unless said otherwise.
    public static let defaultDepth = 128

    /// What is wrong with a text, or nil when it is one value of valid JSON in valid UTF-8. Builds nothing.
    public static func validate(_ bytes: [UInt8], maxDepth: Int = defaultDepth) -> JSONProblem? {
        bytes.withUnsafeBytes { validate($0, maxDepth: maxDepth) }
    }

    /// The same for bytes that lie anywhere.
    public static func validate(_ bytes: UnsafeRawBufferPointer, maxDepth: Int = defaultDepth) -> JSONProblem? {
        var scanner = JSONScanner(bytes, maxDepth: maxDepth)
        do throws(JSONProblem) {
            try scanner.document()
            return nil
        } catch {
            return error
        }
    }

    /// Where the elements of an array lie in the text, without the white space around them, so that they can go out byte
    /// for byte; nil when the text is valid but no array. The text is all the bytes, or those in `range`.
    ///
    /// - Throws: what is wrong with the text.
    public static func elements(
        of bytes: [UInt8], in range: Range<Int>? = nil, maxDepth: Int = defaultDepth
    ) throws(JSONProblem) -> [Range<Int>]? {
        let range = range ?? bytes.indices
        let found = bytes.withUnsafeBytes { bytes in
            Result { () throws(JSONProblem) in
                var scanner = JSONScanner(bytes, at: range.lowerBound, end: range.upperBound, maxDepth: maxDepth)
                return try elements(&scanner)
            }
        }
        return try found.get()
    }

    private static func elements(_ scanner: inout JSONScanner) throws(JSONProblem) -> [Range<Int>]? {
        scanner.skipBlanks()
        guard scanner.next == UInt8(ascii: "[") else {
            try scanner.document()
            return nil
        }
        var elements: [Range<Int>] = []
        try scanner.array { (scanner: inout JSONScanner) throws(JSONProblem) in
            let start = scanner.at
            try scanner.value()
            elements.append(start..<scanner.at)
        }
        try scanner.finish()
        return elements
    }

    /// A text without the white space (RFC 8259, section 2) before and after it.
    public static func trimmed<Text: BidirectionalCollection<UInt8>>(_ text: Text) -> Text.SubSequence {
        var text = text[...].drop(while: isBlank)
        while let last = text.last, isBlank(last) { text.removeLast() }
        return text
    }

    /// White space between tokens.
    @inlinable @inline(__always)
    package static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }
}

/// What is wrong with a JSON text.
public struct JSONProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// One sentence for people.
    public var message: String
    /// Bytes before the mistake.
    public var offset: Int

    /// A mistake `offset` bytes from the beginning.
    public init(message: String, offset: Int) {
        self.message = message
        self.offset = offset
    }

    /// The message and the byte.
    public var description: String { "\(message) (byte \(offset + 1))" }
}
