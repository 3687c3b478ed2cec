import Aggregator

/// What a line of a program's output says beside its text.
struct LineMeaning: Equatable {
    /// 0 to 100, in whole percents, rounded down: 100 is said when all is done.
    var progress: Int?
    var stage: String?
    var message: String?
    /// The result, as JSON text: a line's `result`, or a whole line of JSON that is no progress.
    var result: [UInt8]?
    /// `result` was said in so many words, and goes before whole lines.
    var isExplicit = false
    /// The line is nothing but progress, and no log.
    var isOnlyProgress = false
}

/// Reads progress from lines of output: JSON objects with `progress`, `status`, `message` or `result`; the job's own
/// pattern; else the last `42%` or `n/m` of the line.
struct ProgressReader: Sendable {
    /// Its first two groups are n and m, or its only one a percentage.
    var pattern: ProgressPattern?

    func read(_ bytes: [UInt8]) -> LineMeaning {
        if bytes.first == UInt8(ascii: "{"), let meaning = Self.object(bytes) { return meaning }
        if let pattern {
            let line = String(decoding: bytes, as: UTF8.self)
            return LineMeaning(progress: pattern.progress(in: line))
        }
        guard let found = Self.progress(in: bytes) else { return LineMeaning() }
        let isAlone = found.range.count == bytes.count { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }
        return LineMeaning(progress: found.percent, isOnlyProgress: isAlone)
    }

    /// Whole percents, at most 100.
    static func percent(_ value: Double) -> Int? {
        guard value.isFinite else { return nil }
        return Int(min(max(value, 0), 100).rounded(.down))
    }

    /// n of m in whole percents; nil where it means nothing.
    static func percent(_ part: Double, of whole: Double) -> Int? {
        whole > 0 && part >= 0 && part <= whole ? percent(part / whole * 100) : nil
    }

    // MARK: JSON

    private static func object(_ bytes: [UInt8]) -> LineMeaning? {
        guard case .map(let members)? = try? Value(json: bytes) else { return nil }
        var meaning = LineMeaning()
        switch members["progress"] {
        case .int(let number): meaning.progress = percent(Double(number))
        case .double(let number): meaning.progress = percent(number)
        default: break
        }
        if case .string(let text)? = members["status"] { meaning.stage = text }
        if case .string(let text)? = members["message"] { meaning.message = text }
        meaning.isOnlyProgress = meaning.progress != nil
        if let result = members["result"] {
            meaning.result = result.jsonBytes
            meaning.isExplicit = true
        } else if meaning.progress == nil {
            meaning.result = bytes
        }
        // Without progress, a status or a message is just what some program's log line has.
        if meaning.progress == nil { (meaning.stage, meaning.message) = (nil, nil) }
        return meaning
    }

    // MARK: Text

    /// The last percentage in the line, else the last `n/m`.
    private static func progress(in bytes: [UInt8]) -> (percent: Int, range: Range<Int>)? {
        for index in bytes.indices.reversed() where bytes[index] == UInt8(ascii: "%") {
            guard let number = number(before: index, in: bytes), let value = percent(number.value), number.value <= 100
            else {
                continue
            }
            return (value, number.range.lowerBound..<index + 1)
        }
        for index in bytes.indices.reversed() where bytes[index] == UInt8(ascii: "/") {
            guard let part = number(before: index, in: bytes), let whole = number(after: index, in: bytes),
                let value = percent(part.value, of: whole.value)
            else { continue }
            return (value, part.range.lowerBound..<whole.range.upperBound)
        }
        return nil
    }

    /// The number that ends right before an index, and is no part of a word, a path, a date or a version.
    private static func number(before end: Int, in bytes: [UInt8]) -> (value: Double, range: Range<Int>)? {
        var start = end
        while start > 0, isDigit(bytes[start - 1]) || bytes[start - 1] == UInt8(ascii: ".") { start -= 1 }
        if start > 0, isWord(bytes[start - 1]) { return nil }
        return value(bytes, start..<end)
    }

    private static func number(after index: Int, in bytes: [UInt8]) -> (value: Double, range: Range<Int>)? {
        var end = index + 1
        while end < bytes.count, isDigit(bytes[end]) { end += 1 }
        if end < bytes.count, isWord(bytes[end]) { return nil }
        return value(bytes, index + 1..<end)
    }

    /// At most 15 characters, which a Double says exactly; it begins and ends with a digit.
    private static func value(_ bytes: [UInt8], _ range: Range<Int>) -> (value: Double, range: Range<Int>)? {
        guard (1...15).contains(range.count), isDigit(bytes[range.lowerBound]), isDigit(bytes[range.upperBound - 1]),
            let value = Double(String(decoding: bytes[range], as: UTF8.self))
        else { return nil }
        return (value, range)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    /// What a number of its own does not stand right beside.
    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), 0x80...: true
        default: isDigit(byte) || "/_-.".utf8.contains(byte)
        }
    }
}

/// A job's own way of saying how far it is.
struct ProgressPattern: OptionValue {
    let expression: RegularExpression

    static var shape: OptionShape { .string }

    static func decode(_ node: Node, _ problems: inout Problems) -> ProgressPattern? {
        guard let text = String.decode(node, &problems) else { return nil }
        do throws(RegularExpression.Problem) {
            let expression = try RegularExpression(text)
            guard (1...2).contains(expression.groupCount) else {
                problems.report(
                    "expected one group (a percentage) or two (n of m) in the pattern, not \(expression.groupCount)",
                    at: node)
                return nil
            }
            return ProgressPattern(expression: expression)
        } catch {
            problems.report("the pattern is not right: \(error.message)", at: node)
            return nil
        }
    }

    var optionText: String? { expression.text.optionText }

    func progress(in line: String) -> Int? {
        guard let groups = expression.groups(in: line), let first = groups[0].flatMap({ Double($0) }) else {
            return nil
        }
        if groups.count == 1 { return ProgressReader.percent(first) }
        return groups[1].flatMap { Double($0) }.flatMap { ProgressReader.percent(first, of: $0) }
    }
}
