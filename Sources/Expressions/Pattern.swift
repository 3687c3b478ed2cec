internal import CRE2
import Glibc

/// A regular expression (RE2's syntax): linear in the text whatever the pattern, with bounded memory.
///
/// Sendable though it holds a pointer: the compiled pattern is never changed, and RE2 lets any number of threads use it.
final class Pattern: @unchecked Sendable {
    let compiled: OpaquePointer
    /// Instructions.
    let size: Int
    /// Bytes of memory a compiled pattern may take.
    private static let memory: Int64 = 1 << 20

    /// What is wrong with a pattern, in RE2's words.
    struct Problem: Error { let message: String }

    convenience init(_ text: String) throws(Problem) { try self.init(text, memory: Self.memory) }

    private init(_ text: String, memory: Int64) throws(Problem) {
        var text = text
        var message = [CChar](repeating: 0, count: 200)
        let made = text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { pattern in
                re2_pattern_new(pattern.baseAddress, pattern.count, memory, &message, message.count)
            }
        }
        guard let made else {
            let end = message.firstIndex(of: 0) ?? message.count
            throw Problem(message: String(decoding: message[..<end].map(UInt8.init(bitPattern:)), as: UTF8.self))
        }
        compiled = made
        size = Int(re2_pattern_size(made))
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

/// The patterns of one expression, each compiled once: it may take a megabyte. Used by one task.
final class PatternCache {
    /// By their bytes: to Swift an accent is the same however it is written.
    private var patterns: [[UInt8]: Pattern] = [:]

    func pattern(_ text: String) throws(Pattern.Problem) -> Pattern {
        if let known = patterns[Array(text.utf8)] { return known }
        let pattern = try Pattern(text)
        patterns[Array(text.utf8)] = pattern
        return pattern
    }
}

extension Pattern {
    /// Of a pattern that is computed: so that compiling the largest, or refusing it, takes less than a millisecond after it was
    /// understood, which is paid for before.
    private static let memoryOfComputed: Int64 = 128 << 10

    /// About what RE2 takes to understand a pattern, in units: some ten nanoseconds for each byte, tens of microseconds for each
    /// class of Unicode (`\pL`), and for parts that may be left out the square of their number.
    private static func parsingCost(of pattern: String) -> Int {
        var (cost, optional, number) = (0, 0, 0)
        var isEscaped = false
        var isFirst = true  // of the numbers in `{2,5}`
        for byte in pattern.utf8 {
            cost += 20
            switch byte {
            case UInt8(ascii: "p") where isEscaped, UInt8(ascii: "P") where isEscaped: cost += 6_000
            case UInt8(ascii: "?"), UInt8(ascii: "*"): optional += 1
            case UInt8(ascii: "0")...UInt8(ascii: "9"): number = min(number * 10 + Int(byte & 15), 1_000)
            case UInt8(ascii: "{"), UInt8(ascii: ","): (number, isFirst) = (0, byte == UInt8(ascii: "{"))
            case UInt8(ascii: "}"):
                cost += number * 5
                if !isFirst { optional += number }
            default: break
            }
            isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
        }
        return cost + optional * optional / 10
    }

    /// Compiles a pattern within the budget. Each instruction costs some hundred nanoseconds, each unit is about ten; of one
    /// that is too large nobody knows how far it came.
    static func computed(_ text: String, _ frame: inout Frame, at span: Span) throws(Failure) -> Pattern {
        try frame.spend(500 + parsingCost(of: text), at: span)
        let pattern: Pattern
        do throws(Problem) {
            pattern = try Pattern(text, memory: memoryOfComputed)
        } catch {
            try frame.spend(75_000, at: span)
            throw Failure(.invalid("not a regular expression: \(error.message)"), at: span)
        }
        try frame.spend(pattern.size * 50, at: span)
        return pattern
    }

    /// Whether it matches anywhere in the text, within the budget.
    ///
    /// Nearly all patterns take a nanosecond a byte; but those that could be in very many places at once take up to four for each
    /// instruction. Which they are nobody can tell before: so what could become long is timed, and what could become very
    /// long is not begun.
    func matches(_ text: String, _ frame: inout Frame, at span: Span) throws(Failure) -> Bool {
        let bytes = text.utf8.count
        try frame.spend(1 + bytes >> 4, at: span)
        let worst = bytes * size / 5 * 2
        guard worst > 10_000 else { return matches(text) }
        guard worst / 100 <= frame.budget else { throw Failure(.budget, at: span) }
        let start = Self.threadTime()
        let isMatch = matches(text)
        try frame.spend((Self.threadTime() - start) / 10, at: span)
        return isMatch
    }

    /// Nanoseconds for which this thread has run: what it was interrupted by does not count.
    private static func threadTime() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
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
        return .bool(try pattern.matches(text, &frame, at: span))
    }
}
