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
