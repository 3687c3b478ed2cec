/// One field of a cron expression: a set of numbers.
struct CronField: Sendable, Equatable {
    /// Bit n: the number n is in it.
    private(set) var bits: UInt64
    /// It begins with `*`: any number, or every so-many-th of them.
    private(set) var isStar: Bool

    /// Why a text is no such field.
    struct Mistake: Error {
        let message: String
    }

    /// What a field is about.
    enum Kind: String, Sendable {
        case second, minute, hour
        case day = "day of month"
        case month
        case weekday = "day of week"

        var range: ClosedRange<Int> {
            switch self {
            case .second, .minute: 0...59
            case .hour: 0...23
            case .day: 1...31
            case .month: 1...12
            // 7 is Sunday as well, as in Vixie's cron.
            case .weekday: 0...7
            }
        }

        /// Names, in the order of their numbers from the range's first.
        var names: [Substring] {
            switch self {
            case .month: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
            case .weekday: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
            default: []
            }
        }

        fileprivate var expected: String {
            let numbers = "\(range.lowerBound) to \(range.upperBound)"
            guard let first = names.first, let last = names.last else { return numbers }
            return "\(numbers), or \(first) to \(last)"
        }
    }

    /// Only this number.
    init(_ number: Int) {
        bits = 1 << UInt64(number)
        isStar = false
    }

    /// A list, separated by commas, of `*`, `a`, `a-b`, each perhaps with `/step`; `a/step` goes on to the end.
    init(_ text: Substring, _ kind: Kind) throws(Mistake) {
        bits = 0
        isStar = text.hasPrefix("*")
        for part in text.split(separator: ",", omittingEmptySubsequences: false) { try add(part, kind) }
        if kind == .weekday, contains(7) { bits = bits & ~(1 << 7) | 1 }
    }

    func contains(_ number: Int) -> Bool { bits >> UInt64(number) & 1 == 1 }

    /// The least number in it that is not less than this; nil: there is none.
    func next(from number: Int) -> Int? {
        guard number < 64 else { return nil }
        let rest = bits & (UInt64.max << UInt64(max(0, number)))
        return rest == 0 ? nil : rest.trailingZeroBitCount
    }

    private mutating func add(_ part: Substring, _ kind: Kind) throws(Mistake) {
        let pieces = part.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        var step = 1
        if pieces.count == 2 {
            guard let number = Self.number(pieces[1]), (1...kind.range.upperBound).contains(number) else {
                throw Self.mistake(part, kind, "the step after '/' is a number from 1 to \(kind.range.upperBound)")
            }
            step = number
        }
        let range = try Self.range(pieces[0], of: part, kind, isOpen: pieces.count == 2)
        for number in stride(from: range.lowerBound, through: range.upperBound, by: step) {
            bits |= 1 << UInt64(number)
        }
    }

    private static func range(_ text: Substring, of part: Substring, _ kind: Kind, isOpen: Bool) throws(Mistake)
        -> ClosedRange<Int>
    {
        // With 7 the Sunday would be there twice, and a step would count on from it.
        let last = kind == .weekday ? 6 : kind.range.upperBound
        if text == "*" { return kind.range.lowerBound...last }
        let ends = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let values = ends.compactMap { value($0, kind) }
        guard values.count == ends.count, let first = values.first else {
            throw mistake(part, kind, "expected *, \(kind.expected), a range such as a-b, or a list of these")
        }
        guard values.count == 2 else { return isOpen ? first...max(first, last) : first...first }
        // Friday to Sunday: names say what is meant.
        let end = kind == .weekday && values[1] == 0 && first > 0 ? 7 : values[1]
        guard first <= end else { throw mistake(part, kind, "the range ends before it begins") }
        return first...end
    }

    private static func value(_ text: Substring, _ kind: Kind) -> Int? {
        if let index = kind.names.firstIndex(of: Substring(text.lowercased())) { return kind.range.lowerBound + index }
        return number(text).flatMap { kind.range.contains($0) ? $0 : nil }
    }

    /// Digits only: Swift's own reading takes a sign as well.
    private static func number(_ text: Substring) -> Int? {
        text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int(text) : nil
    }

    private static func mistake(_ part: Substring, _ kind: Kind, _ words: String) -> Mistake {
        Mistake(message: "'\(part)' is no \(kind.rawValue): \(words)")
    }
}
