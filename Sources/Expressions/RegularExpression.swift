internal import CRE2

/// A regular expression whose groups are of interest, for options of sources and steps. RE2's syntax: linear in the text
/// whatever the pattern, with bounded memory. Any thread.
public struct RegularExpression: Sendable {
    /// What is wrong with a pattern.
    public struct Problem: Error, Sendable, Equatable {
        /// In RE2's words.
        public var message: String
    }

    /// As it was written.
    public let text: String
    /// How many groups it has, not counting the whole match.
    public let groupCount: Int
    /// The names of the groups (`(?P<name>…)`), in their order; nil for one without.
    public let groupNames: [String?]
    private let pattern: Pattern

    /// Compiles a pattern.
    public init(_ text: String) throws(Problem) {
        do throws(Pattern.Problem) {
            pattern = try Pattern(text)
        } catch {
            throw Problem(message: error.message)
        }
        self.text = text
        let count = re2_pattern_groups(pattern.compiled)
        groupCount = Int(count)
        groupNames = (0..<count).map { [pattern] in Self.name(of: $0 + 1, in: pattern) }
    }

    /// Whether it matches anywhere in the text.
    public func matches(_ text: String) -> Bool { pattern.matches(text) }

    /// What the groups matched in the first match anywhere in the text, without the whole match; nil for a group that took
    /// no part, and for all if there is no match.
    public func groups(in text: String) -> [String?]? {
        var text = text
        return text.withUTF8 { bytes -> [String?]? in
            // An empty text may have no address, which RE2 would tell as a group that took no part.
            guard let base = bytes.baseAddress else { return Self.empty(pattern.matches(""), groupCount) }
            var spans = [re2_span](repeating: re2_span(), count: groupCount + 1)
            let isFound = base.withMemoryRebound(to: CChar.self, capacity: bytes.count) { start in
                re2_pattern_find(pattern.compiled, start, bytes.count, 0, &spans, Int32(spans.count))
            }
            guard isFound else { return nil }
            return spans.dropFirst().map { span in
                guard span.start >= 0 else { return nil }
                return String(decoding: bytes[span.start..<span.start + span.length], as: UTF8.self)
            }
        }
    }

    private static func name(of group: Int32, in pattern: Pattern) -> String? {
        var length = 0
        guard let start = re2_pattern_group_name(pattern.compiled, group, &length) else { return nil }
        return String(decoding: UnsafeRawBufferPointer(start: start, count: length), as: UTF8.self)
    }

    /// The text with its matches replaced, one after the other from its beginning; nil where nothing is replaced.
    ///
    /// - Parameter replacement: is given what a match and its groups are, the whole match first, nil for a group that took no
    ///   part; gives what takes the match's place. Nil: it stays, and the search goes on behind its first word.
    public func replacing(in text: String, _ replacement: (_ groups: [String?]) -> String?) -> String? {
        var text = text
        return text.withUTF8 { bytes -> String? in
            guard let base = bytes.baseAddress else { return nil }
            return base.withMemoryRebound(to: CChar.self, capacity: bytes.count) { start in
                replacing(in: bytes, start, replacement)
            }
        }
    }

    private func replacing(
        in bytes: UnsafeBufferPointer<UInt8>, _ start: UnsafePointer<CChar>, _ replacement: ([String?]) -> String?
    ) -> String? {
        var result: [UInt8] = []
        var isChanged = false
        var copied = 0
        var at = 0
        var spans = [re2_span](repeating: re2_span(), count: groupCount + 1)
        while at <= bytes.count,
            re2_pattern_find(pattern.compiled, start, bytes.count, at, &spans, Int32(spans.count))
        {
            let match = spans[0].start..<spans[0].start + spans[0].length
            let groups = spans.map { span in
                span.start < 0 ? nil : String(decoding: bytes[span.start..<span.start + span.length], as: UTF8.self)
            }
            if let text = replacement(groups) {
                result += bytes[copied..<match.lowerBound]
                result += text.utf8
                copied = match.upperBound
                isChanged = true
                at = match.upperBound
            } else {
                at = bytes[match].firstIndex { !Self.isWord($0) } ?? match.upperBound
                if at == match.lowerBound { at += 1 }
            }
            // An empty match is passed by one character.
            if match.isEmpty { at = max(at, match.upperBound + 1) }
            while at < bytes.count, bytes[at] & 0xC0 == 0x80 { at += 1 }
        }
        guard isChanged else { return nil }
        result += bytes[copied...]
        return String(decoding: result, as: UTF8.self)
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
            true
        default: false
        }
    }

    private static func empty(_ isFound: Bool, _ count: Int) -> [String?]? {
        isFound ? [String?](repeating: nil, count: count) : nil
    }
}
