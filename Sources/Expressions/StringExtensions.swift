// The strings extension (cel-go's ext.Strings): positions count characters, that is Unicode scalars.

extension Functions {
    static let stringExtensions: [(String, Overload)] =
        letters + searching + [
            member("replace", [.string, .string, .string], .string, replace),
            member("replace", [.string, .string, .string, .int], .string, replace),
            member("split", [.string, .string], .list(.string), split),
            member("split", [.string, .string, .int], .list(.string), split),
            member("join", [.list(.string)], .string, join),
            member("join", [.list(.string), .string], .string, join),
        ]

    private typealias Scalars = [Unicode.Scalar]

    private static let letters = [
        member("lowerAscii", [.string], .string, mapText { changeCase(of: $0, from: "A", to: "Z") }),
        member("upperAscii", [.string], .string, mapText { changeCase(of: $0, from: "a", to: "z") }),
        member("trim", [.string], .string, mapText(trimmed)),
        member("reverse", [.string], .string, mapText { makeText($0.unicodeScalars.reversed()) }),
    ]

    private static let searching = [
        member("charAt", [.string, .int], .string, charAt),
        member("substring", [.string, .int], .string, substring),
        member("substring", [.string, .int, .int], .string, substring),
        member("indexOf", [.string, .string], .int, indexOf),
        member("indexOf", [.string, .string, .int], .int, indexOf),
        member("lastIndexOf", [.string, .string], .int, lastIndexOf),
        member("lastIndexOf", [.string, .string, .int], .int, lastIndexOf),
    ]

    private static func makeText(_ scalars: some Sequence<Unicode.Scalar>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }

    private static func text(_ value: Value) -> String { String(value) ?? "" }
    private static func scalars(_ value: Value) -> Scalars { Array(text(value).unicodeScalars) }

    private static func mapText(_ change: @escaping @Sendable (String) -> String) -> Overload.Body {
        { (arguments: [Value], _: CallContext, _: inout Frame) throws(Failure) -> Value in
            .string(change(text(arguments[0])))
        }
    }

    private static func changeCase(of text: String, from first: Unicode.Scalar, to last: Unicode.Scalar) -> String {
        let letters = UInt8(ascii: first)...UInt8(ascii: last)
        return String(decoding: text.utf8.map { letters.contains($0) ? $0 ^ 0x20 : $0 }, as: UTF8.self)
    }

    private static func trimmed(_ text: String) -> String {
        let scalars = text.unicodeScalars
        let isBlank = { (scalar: Unicode.Scalar) in scalar.properties.isWhitespace }
        guard let first = scalars.firstIndex(where: { !isBlank($0) }),
            let last = scalars.lastIndex(where: { !isBlank($0) })
        else { return "" }
        return String(scalars[first...last])
    }

    /// A position in a text of `count` characters.
    private static func position(
        _ value: Value, upTo count: Int, _ context: CallContext
    ) throws(Failure) -> Int {
        guard case .int(let number) = value, number >= 0, number <= Int64(count) else {
            throw context.failure("the position \(value.quoted) is outside the text, which has \(count) characters")
        }
        return Int(number)
    }

    /// The character at a position, as a text; empty at the end.
    @Sendable
    private static func charAt(
        _ arguments: [Value], _ context: CallContext, _ frame: inout Frame
    ) throws(Failure) -> Value {
        let text = scalars(arguments[0])
        let start = try position(arguments[1], upTo: text.count, context)
        return .string(makeText(text[start...].prefix(1)))
    }

    /// `substring(from[, to])`.
    @Sendable
    private static func substring(
        _ arguments: [Value], _ context: CallContext, _ frame: inout Frame
    ) throws(Failure) -> Value {
        let text = scalars(arguments[0])
        let start = try position(arguments[1], upTo: text.count, context)
        let end = arguments.count > 2 ? try position(arguments[2], upTo: text.count, context) : text.count
        guard start <= end else { throw context.failure("the part of a text ends before it begins") }
        return .string(makeText(text[start..<end]))
    }

    /// Where a text is found, in characters, and the price of looking for it.
    private static func matchStarts(
        _ arguments: [Value], _ context: CallContext, _ frame: inout Frame
    ) throws(Failure) -> (text: Scalars, needle: Scalars) {
        let found = (scalars(arguments[0]), scalars(arguments[1]))
        try frame.spend((found.0.count + found.0.count * found.1.count >> 6) >> 3, at: context.span)
        return found
    }

    private static func matches(_ needle: Scalars, in text: Scalars, at start: Int) -> Bool {
        start + needle.count <= text.count && text[start..<start + needle.count].elementsEqual(needle)
    }

    @Sendable
    private static func indexOf(
        _ arguments: [Value], _ context: CallContext, _ frame: inout Frame
    ) throws(Failure) -> Value {
        let (text, needle) = try matchStarts(arguments, context, &frame)
        let start = arguments.count > 2 ? try position(arguments[2], upTo: text.count, context) : 0
        return .int(Int64((start...text.count).first { matches(needle, in: text, at: $0) } ?? -1))
    }

    @Sendable
    private static func lastIndexOf(
        _ arguments: [Value], _ context: CallContext, _ frame: inout Frame
    ) throws(Failure) -> Value {
        let (text, needle) = try matchStarts(arguments, context, &frame)
        let last = arguments.count > 2 ? try position(arguments[2], upTo: text.count, context) : text.count
        return .int(Int64((0...last).last { matches(needle, in: text, at: $0) } ?? -1))
    }

    /// The parts between the separators, at most `limit` (negative: all). An empty separator parts every character.
    private static func parts(_ text: Scalars, between separator: Scalars, limit: Int64) -> [Scalars] {
        guard limit != 0 else { return [] }
        var parts: [Scalars] = []
        var start = 0
        var at = separator.isEmpty ? 1 : 0
        while at + max(1, separator.count) <= text.count, limit < 0 || Int64(parts.count) + 1 < limit {
            if matches(separator, in: text, at: at) {
                parts.append(Array(text[start..<at]))
                start = at + separator.count
                at = separator.isEmpty ? at + 1 : start
            } else {
                at += 1
            }
        }
        if !(separator.isEmpty && text.isEmpty) { parts.append(Array(text[start...])) }
        return parts
    }

    private static func limit(_ arguments: [Value], at index: Int) -> Int64 {
        if arguments.count > index, case .int(let limit) = arguments[index] { return limit }
        return -1
    }

    @Sendable
    private static func split(
        _ arguments: [Value], _ context: CallContext, _ frame: inout Frame
    ) throws(Failure) -> Value {
        let (text, separator) = try matchStarts(arguments, context, &frame)
        let parts = parts(text, between: separator, limit: limit(arguments, at: 2))
        try frame.spend(parts.count, at: context.span)
        return .list(parts.map { .string(makeText($0)) })
    }

    @Sendable
    private static func replace(
        _ arguments: [Value], _ context: CallContext, _ frame: inout Frame
    ) throws(Failure) -> Value {
        let (text, needle) = try matchStarts(arguments, context, &frame)
        let limit = limit(arguments, at: 3)
        let replacement = Self.text(arguments[2])
        if needle.isEmpty {
            try frame.spend((text.count + 1) * (1 + replacement.utf8.count >> 4), at: context.span)
            return .string(inserting(replacement, into: text, limit: limit))
        }
        let parts = parts(text, between: needle, limit: limit < 0 ? limit : limit == .max ? limit : limit + 1)
        try frame.spend(parts.count * (1 + replacement.utf8.count >> 4), at: context.span)
        return .string(parts.map(makeText).joined(separator: replacement))
    }

    /// An empty text is found before every character and at the end, so many times at most (negative: all).
    private static func inserting(_ insertion: String, into text: Scalars, limit: Int64) -> String {
        var result = String.UnicodeScalarView()
        for index in 0...text.count {
            if limit < 0 || Int64(index) < limit { result.append(contentsOf: insertion.unicodeScalars) }
            if index < text.count { result.append(text[index]) }
        }
        return String(result)
    }

    @Sendable
    private static func join(
        _ arguments: [Value], _ context: CallContext, _ frame: inout Frame
    ) throws(Failure) -> Value {
        guard case .list(let elements) = arguments[0] else { return .string("") }
        let separator = arguments.count > 1 ? text(arguments[1]) : ""
        try frame.spend(elements.count * (1 + separator.utf8.count >> 4), at: context.span)
        var parts: [String] = []
        for element in elements {
            guard case .string(let part) = element else {
                throw context.failure("join() takes a list of texts; one of its elements is \(element.kind.phrase)")
            }
            try frame.spend(part.utf8.count >> 4, at: context.span)
            parts.append(part)
        }
        return .string(parts.joined(separator: separator))
    }
}
