import Expressions

/// Something that is not as it was expected.
struct Difference: Sendable, Equatable {
    /// Where: a JSON Pointer (RFC 6901) into the event as CloudEvents has it, `/data/level`; or `at`, `ends`, `where`.
    var place: String
    var expected: String
    var got: String
    /// What else may help.
    var hint: String?
}

/// What is expected of one event, held against one that came: every check is counted, so that of several candidates the most
/// similar can be found.
struct Comparison: Sendable {
    private(set) var checks = 0
    private(set) var differences: [Difference] = []

    var isMatch: Bool { differences.isEmpty }

    /// The share of what was checked that differs: 0 for a match, 1 for nothing in common.
    var distance: Double { checks == 0 ? 0 : min(1, Double(differences.count) / Double(checks)) }

    init(_ pattern: EventPattern, _ arrival: WalkTrace.Arrival) {
        let event = arrival.event
        if let type = pattern.type { check(type, event.type, "/type") }
        switch pattern.subject {
        case .anything: break
        case .nothing: check(Value?.none, event.subject.map { .string($0) }, "/subject")
        case .value(let subject): check(.string(subject), event.subject.map { .string($0) }, "/subject")
        }
        if let id = pattern.id { check(id, event.id.description, "/id") }
        if let source = pattern.source { check(source.name, event.source, "/source") }
        if let time = pattern.time { check(.timestamp(time.moment), .timestamp(event.time), "/time") }
        if let at = pattern.at { note(at == arrival.at, "at", at.text, arrival.at.text) }
        compare(pattern.data, event.data.comparable, isWhole: false)
        compare(pattern.exact, event.data.comparable, isWhole: true)
        if let ends = pattern.ends { note(ends == arrival.ends, "ends", "\(ends)", "\(arrival.ends)") }
        if let condition = pattern.condition { check(condition, event) }
    }

    /// A condition alone.
    init(_ condition: Condition, _ event: Event) { check(condition, event) }

    private mutating func check(_ condition: Condition, _ event: Event) {
        var event = event
        let result: String
        do {
            result = try condition.expression.holds(for: &event) ? "true" : "false"
        } catch {
            result = "\(error)"
        }
        note(result == "true", "where", condition.expression.text, result)
    }

    private mutating func compare(_ expected: Expected<PlainValue>, _ got: Value?, isWhole: Bool) {
        switch expected {
        case .anything: break
        // No data and JSON's null are both nothing.
        case .nothing: check(.null, got ?? .null, "/data")
        case .value(let plain): compare(plain.value, got, at: "/data", isWhole: isWhole)
        }
    }

    // MARK: Values

    private mutating func compare(_ expected: Value, _ got: Value?, at place: String, isWhole: Bool) {
        switch (expected, got) {
        case (.map(let expected), .map(let got)): compare(expected, got, at: place, isWhole: isWhole)
        case (.list(let expected), .list(let got)):
            for index in 0..<max(expected.count, got.count) {
                let place = "\(place)/\(index)"
                if index >= expected.count {
                    check(nil, got[index], place)
                } else {
                    compare(expected[index], index < got.count ? got[index] : nil, at: place, isWhole: isWhole)
                }
            }
            if expected.isEmpty, got.isEmpty { checks += 1 }
        default: check(expected, got, place)
        }
    }

    private mutating func compare(_ expected: ValueMap, _ got: ValueMap, at place: String, isWhole: Bool) {
        let foreign = got.map(\.key.name).filter { expected[$0] == nil }
        for (key, value) in expected {
            let place = "\(place)/\(key.name.escapedForPointer)"
            let found = got[key.name]
            compare(value, found, at: place, isWhole: isWhole)
            if found == nil, let nearest = nearestName(to: key.name, among: foreign) {
                differences[differences.count - 1].hint = "there is '\(nearest)'"
            }
        }
        if expected.isEmpty { checks += 1 }
        guard isWhole else { return }
        for key in foreign { check(nil, got[key], "\(place)/\(key.escapedForPointer)") }
    }

    private mutating func check(_ expected: String, _ got: String, _ place: String) {
        check(.string(expected), .string(got), place)
    }

    private mutating func check(_ expected: Value?, _ got: Value?, _ place: String) {
        let isSame =
            switch (expected, got) {
            case (let expected?, let got?): expected.isAsGood(as: got)
            case (nil, nil): true
            default: false
            }
        note(isSame, place, expected?.shown ?? "nothing", got?.shown ?? "nothing")
    }

    private mutating func note(_ isSame: Bool, _ place: String, _ expected: String, _ got: String) {
        checks += 1
        if !isSame { differences.append(Difference(place: place, expected: expected, got: got)) }
    }
}

extension EventData {
    /// As a value to be compared; nil: there is none. Bytes are their base64, as subscribers get them; JSON that is none is
    /// its text.
    var comparable: Value? {
        switch self {
        case .none: nil
        case .text(let text): .string(text)
        case .bytes(let bytes): .string(String(decoding: Base64.text(bytes), as: UTF8.self))
        case .json(let bytes): (try? Value(json: bytes)) ?? .string(String(decoding: bytes, as: UTF8.self))
        }
    }
}

extension Value {
    /// Equal; numbers with a fraction also where they differ by rounding alone: averages and percentages are rarely what a
    /// person writes to the last bit.
    fileprivate func isAsGood(as other: Value) -> Bool {
        if self == other { return true }
        guard let mine = fraction, let theirs = other.fraction else { return false }
        return abs(mine - theirs) <= max(abs(mine), abs(theirs)) * 1e-12
    }

    private var fraction: Double? {
        switch self {
        case .double(let number): number
        case .int(let number): Double(number)
        default: nil
        }
    }

    /// As JSON, where a moment has no quotes.
    fileprivate var shown: String {
        if case .timestamp(let moment) = self { moment.rfc3339 } else { json }
    }
}

extension MapKey {
    /// JSON's keys are texts.
    fileprivate var name: String {
        switch self {
        case .string(let name): name
        case .int(let number): "\(number)"
        case .uint(let number): "\(number)"
        case .bool(let value): "\(value)"
        }
    }
}

extension String {
    /// As a part of a JSON Pointer (RFC 6901, section 3).
    fileprivate var escapedForPointer: String { replacing("~", with: "~0").replacing("/", with: "~1") }
}

extension Duration {
    /// As the file says it.
    var text: String { optionText ?? "\(self)" }
}
