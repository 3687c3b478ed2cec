internal import CRE2

/// A regular expression (RE2's syntax): linear in the text whatever the pattern, with bounded memory.
///
/// Sendable though it holds a pointer: the compiled pattern is never changed, and RE2 lets any number of threads use it.
final class Pattern: @unchecked Sendable {
    let compiled: OpaquePointer
    /// Bytes of memory a compiled pattern may take.
    private static let memory: Int64 = 1 << 20

    /// What is wrong with a pattern, in RE2's words.
    struct Problem: Error { let message: String }

    init(_ text: String) throws(Problem) {
        var text = text
        var message = [CChar](repeating: 0, count: 200)
        let made = text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { pattern in
                re2_pattern_new(pattern.baseAddress, pattern.count, Self.memory, &message, message.count)
            }
        }
        guard let made else {
            let end = message.firstIndex(of: 0) ?? message.count
            throw Problem(message: String(decoding: message[..<end].map(UInt8.init(bitPattern:)), as: UTF8.self))
        }
        compiled = made
    }

    deinit { re2_pattern_free(compiled) }

    /// Whether it matches anywhere in the text.
    func matches(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { text in
                re2_pattern_matches(compiled, text.baseAddress, text.count)
            }
        }
    }
}

/// `text.matches('…')` with a pattern that is known when the expression is loaded: compiled once.
final class MatchNode: Node {
    let span: Span
    let operand: any Node
    let pattern: Pattern

    init(_ operand: any Node, _ pattern: Pattern, _ span: Span) {
        self.operand = operand
        self.pattern = pattern
        self.span = span
    }

    func evaluate(_ frame: inout Frame) throws(Failure) -> Value {
        let value = try operand.evaluate(&frame)
        guard case .string(let text) = value else { throw Failure(.noOverload("matches", [value.kind]), at: span) }
        try frame.spend(1 + text.utf8.count >> 4, at: span)
        return .bool(pattern.matches(text))
    }
}
