// contains, startsWith, endsWith, matches: the standard functions of texts.

extension Functions {
    static let stringFunctions: [(String, Overload)] = [
        test("contains", isFound),
        test("startsWith") { $0.starts(with: $1) },
        test("endsWith") { $0.count >= $1.count && $0.suffix($1.count).elementsEqual($1) },
        member("matches", [.string, .string], .bool, matches),
        global("matches", [.string, .string], .bool, matches),
    ]

    /// A question about two texts, answered on their UTF-8: CEL's texts are equal when their scalars are.
    private static func test(
        _ name: String,
        _ answer: @escaping @Sendable (_ text: UnsafeBufferPointer<UInt8>, _ other: UnsafeBufferPointer<UInt8>) -> Bool
    ) -> (String, Overload) {
        member(name, [.string, .string], .bool) {
            (arguments: [Value], _: CallContext, _: inout Frame) throws(Failure) -> Value in
            guard case .string(var text) = arguments[0], case .string(var other) = arguments[1] else {
                return .bool(false)
            }
            return .bool(text.withUTF8 { text in other.withUTF8 { answer(text, $0) } })
        }
    }

    /// A pattern that is computed has to be compiled each time, and is dear.
    @Sendable
    private static func matches(
        _ arguments: [Value], _ context: CallContext, _ frame: inout Frame
    ) throws(Failure) -> Value {
        guard case .string(let text) = arguments[0], case .string(let pattern) = arguments[1] else {
            return .bool(false)
        }
        return .bool(try Pattern.computed(pattern, &frame, at: context.span).matches(text, &frame, at: context.span))
    }

    private static func isFound(_ text: UnsafeBufferPointer<UInt8>, _ needle: UnsafeBufferPointer<UInt8>) -> Bool {
        if needle.isEmpty { return true }
        return needle.count <= 32 ? isFoundDirectly(text, needle) : isFoundByPrefixes(text, needle)
    }

    /// Tries every place: for a short needle the fastest, and at most 32 looks at a byte.
    private static func isFoundDirectly(
        _ text: UnsafeBufferPointer<UInt8>, _ needle: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        guard text.count >= needle.count else { return false }
        for start in 0...text.count - needle.count where text[start] == needle[0] {
            let candidate = UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: text[start..<start + needle.count]))
            if sameBytes(candidate, UnsafeRawBufferPointer(needle)) { return true }
        }
        return false
    }

    /// Knuth, Morris and Pratt: looks at each byte of the text about twice, whatever is looked for.
    private static func isFoundByPrefixes(
        _ text: UnsafeBufferPointer<UInt8>, _ needle: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        // borders[n]: how much of the needle's beginning is also the end of its first n + 1 bytes.
        var borders = [Int](repeating: 0, count: needle.count)
        var matched = 0
        for index in 1..<needle.count {
            while matched > 0, needle[index] != needle[matched] { matched = borders[matched - 1] }
            if needle[index] == needle[matched] { matched += 1 }
            borders[index] = matched
        }
        matched = 0
        for byte in text {
            while matched > 0, byte != needle[matched] { matched = borders[matched - 1] }
            if byte == needle[matched] { matched += 1 }
            if matched == needle.count { return true }
        }
        return false
    }
}
