/// One check of a JSON text against a type: a single walk, which ends at the first fault, or, where more of them are wanted,
/// passes over the parts that have one.
///
/// The cost is bounded whatever the type says: alternatives look at a value again, and where they nest that multiplies.
struct DataCheck: ~Copyable {
    /// The members of the value, if it is an object.
    private(set) var members = JSONMembers()
    /// The faults of the parts that were passed over.
    private(set) var faults: [DataFault] = []
    /// How many of these are wanted. None: the walk ends at the first fault, and costs nothing for the others.
    var wanted: Int
    /// The way to what is looked at, outermost first; kept only where more faults than the first are wanted.
    var way: [String] = []
    /// The way from there to the fault that is being told, innermost first.
    var path: [String] = []
    var reason = ""
    let type: DataType
    /// How many more values may be looked at.
    var budget: Int
    /// How deep rules are within each other now.
    var level = 0
    /// The last value was a text without escapes.
    private var isPlain = false

    /// So many looks for each byte, and some for small texts.
    private static let looks = 32
    private static let fewLooks = 10_000
    /// Far above what data nested to the limit needs for a type without alternatives, far below what a stack holds.
    private static let maxLevel = 512

    /// What is thrown at a fault, which `path` and `reason` tell; all others tell what is no JSON.
    private static let stop = JSONProblem(message: "", offset: -1)

    init(_ type: DataType, size: Int, faults wanted: Int = 0) {
        self.type = type
        self.wanted = wanted
        budget = Self.fewLooks + size * Self.looks
    }

    /// The fault that ended the walk.
    var fault: DataFault { DataFault(pointer: pointer, reason: reason) }

    var pointer: String {
        (way + path.reversed()).map { "/" + $0.replacing("~", with: "~0").replacing("/", with: "~1") }.joined()
    }

    /// Checks the whole text.
    ///
    /// - Returns: where the value lies in it; nil after a fault.
    mutating func document(_ bytes: UnsafeRawBufferPointer, maxDepth: Int) -> Range<Int>? {
        var scanner = JSONScanner(bytes, maxDepth: maxDepth)
        do throws(JSONProblem) {
            scanner.skipBlanks()
            let start = scanner.at
            try check(type.root, &scanner, isWhole: true)
            let end = scanner.at
            try scanner.finish()
            return start..<end
        } catch {
            if error.offset >= 0 { reason = "not JSON: \(error)" }
            return nil
        }
    }

    /// A fault at the value that is looked at.
    mutating func refuse(_ reason: @autoclosure () -> String) -> JSONProblem {
        self.reason = reason()
        return Self.stop
    }

    mutating func check(
        _ rule: DataRule, _ scanner: inout JSONScanner, isWhole: Bool = false
    ) throws(JSONProblem) {
        budget -= 1
        guard budget > 0, level < Self.maxLevel else { throw refuse("is too deep or too large to be checked") }
        level += 1
        let before = scanner
        try walk(rule, &scanner, isWhole: isWhole)
        if rule.hasMore {
            let wasPlain = isPlain
            for combination in rule.more { try check(combination, before, to: scanner.at) }
            isPlain = wasPlain
        }
        level -= 1
    }

    private mutating func walk(
        _ rule: DataRule, _ scanner: inout JSONScanner, isWhole: Bool
    ) throws(JSONProblem) {
        let kind: DataRule.Kinds =
            switch scanner.next {
            case UInt8(ascii: "\""): .string
            case UInt8(ascii: "{"): .object
            case UInt8(ascii: "["): .array
            case UInt8(ascii: "t"), UInt8(ascii: "f"): .bool
            case UInt8(ascii: "n"): .null
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): .number
            default: throw scanner.problem("expected a value")
            }
        guard rule.kinds.contains(kind) else { throw refuse("expected \(rule.words), not \(kind.words)") }
        isPlain = false
        switch kind {
        case .string: try string(rule, &scanner)
        case .number: try number(rule, &scanner)
        case .object: try object(rule, &scanner, isWhole: isWhole)
        case .array: try array(rule, &scanner)
        default: try scanner.value()
        }
    }

    // MARK: Texts and numbers

    private mutating func string(_ rule: DataRule, _ scanner: inout JSONScanner) throws(JSONProblem) {
        let text = try scanner.string()
        isPlain = !text.isEscaped
        if let texts = rule.texts {
            let isOne =
                text.isEscaped
                ? texts.contains { sameText($0.text, scanner.text(text)) }
                : texts.contains { $0.isSame(as: scanner.bytes, at: text.start, count: text.count) }
            guard isOne else { throw refuse("expected \(rule.words), not another text") }
        }
        guard let rule = rule.string else { return }
        let content = scanner.text(text)
        if let form = rule.form, !form.matches(content) {
            throw refuse("expected \(form.words), not this text")
        }
        if rule.minLength > 0 || rule.maxLength < .max {
            let length = content.unicodeScalars.count
            if length < rule.minLength { throw refuse("expected at least \(rule.minLength) characters, not \(length)") }
            if length > rule.maxLength { throw refuse("expected at most \(rule.maxLength) characters, not \(length)") }
        }
        if let pattern = rule.pattern {
            budget -= content.utf8.count >> 4
            guard pattern.matches(content) else { throw refuse("expected a text that matches \(pattern.text)") }
        }
    }

    private mutating func number(_ rule: DataRule, _ scanner: inout JSONScanner) throws(JSONProblem) {
        let start = scanner
        let (range, isInteger) = try scanner.number()
        guard let rule = rule.number else { return }
        guard rule.isBounded || !Self.fits(scanner.bytes[range], isInteger, rule.form) else { return }
        var again = start
        let value = try again.readNumber()
        switch (rule.form, value) {
        case (_, .double(let number)) where !number.isFinite:
            throw refuse("expected a number within a double's range, up to 1.8e308")
        case (.any, _), (_, .int): break
        case (.whole, .double(let number)) where number == number.rounded(): break
        case (.int, _) where isInteger: throw refuse("expected an int, which has at most 64 bits")
        default:
            throw refuse("expected \(rule.form == .int ? "an int, without fraction and exponent" : "a whole number")")
        }
        if rule.isBounded, let reason = rule.objection(to: value) { throw refuse(reason) }
    }

    /// What is certain without reading the number: 18 digits always fit an int, and 300 without an exponent a double.
    private static func fits(_ text: Slice<UnsafeRawBufferPointer>, _ isInteger: Bool, _ form: NumberRule.Form) -> Bool
    {
        guard form == .any else { return isInteger && text.count <= 18 }
        return text.count <= 300 && (isInteger || !text.contains { $0 | 0x20 == UInt8(ascii: "e") })
    }

    // MARK: Lists and objects

    private mutating func array(_ rule: DataRule, _ scanner: inout JSONScanner) throws(JSONProblem) {
        guard let list = rule.array else { return try scanner.value() }
        let before = scanner
        var count = 0
        try scanner.array { (scanner: inout JSONScanner) throws(JSONProblem) in
            let element = count < list.prefix.count ? list.prefix[count] : list.items
            guard count < list.maxItems else { throw refuse("expected at most \(list.maxItems) elements") }
            try part("\(count)", &scanner) { (check, scanner) throws(JSONProblem) in
                if let element { try check.check(element, &scanner) } else { try scanner.value() }
            }
            count += 1
        }
        if count < list.minItems { throw refuse("expected at least \(list.minItems) elements, not \(count)") }
        if list.isUnique, count > 1 {
            var again = before
            let value = try again.read()
            if let twin = value.firstRepeatedElement {
                path.append("\(twin)")
                throw refuse("stands there twice, and the elements have to differ")
            }
        }
        isPlain = false
    }

    private mutating func object(
        _ rule: DataRule, _ scanner: inout JSONScanner, isWhole: Bool
    ) throws(JSONProblem) {
        guard let object = rule.object ?? (isWhole ? Self.anyObject : nil) else { return try scanner.value() }
        var seen = SeenPlaces(count: object.properties.count)
        var hint = 0
        var names: Set<MapKey> = []
        let isCounted = object.minProperties > 0 || object.maxProperties < .max
        try scanner.members { (scanner: inout JSONScanner, key) throws(JSONProblem) in
            let start = scanner.at
            if let place = object.place(of: key, in: scanner.bytes, &hint) {
                seen.insert(place)
                try part(object.properties[place].name, &scanner) { (check, scanner) throws(JSONProblem) in
                    try check.check(object.properties[place].rule, &scanner)
                }
            } else if object.isClosed || object.additional != nil {
                let here = scanner
                try part(here.text(key), &scanner) { (check, scanner) throws(JSONProblem) in
                    try check.additional(object, key, &scanner)
                }
            } else {
                isPlain = try scanner.valueIsPlain()
            }
            if isWhole {
                members.append(JSONMember(key: key, value: start..<scanner.at, isPlain: isPlain))
            }
            if isCounted { names.insert(.string(scanner.text(key))) }
        }
        try checkMembers(of: object, seen, isCounted ? names.count : nil)
        isPlain = false
    }

    private mutating func additional(
        _ object: ObjectRule, _ key: JSONText, _ scanner: inout JSONScanner
    ) throws(JSONProblem) {
        if let rule = object.additional { return try check(rule, &scanner) }
        let near = suggestion(for: scanner.text(key), among: object.properties.map(\.name))
        throw refuse("no such field: the type is closed\(near)")
    }

    private mutating func checkMembers(
        of object: ObjectRule, _ seen: SeenPlaces, _ count: Int?
    ) throws(JSONProblem) {
        for place in object.properties.indices where object.properties[place].isRequired && !seen.contains(place) {
            let property = object.properties[place]
            path = [property.name]
            let fault = refuse("missing; expected \(property.rule.words)")
            guard noted() else { throw fault }
        }
        guard let count else { return }
        if count < object.minProperties {
            throw refuse("expected at least \(object.minProperties) fields, not \(count)")
        }
        if count > object.maxProperties {
            throw refuse("expected at most \(object.maxProperties) fields, not \(count)")
        }
    }

    private static let anyObject = ObjectRule([])

    // MARK: More faults than the first

    /// Checks a part of an object or list. If it has a fault, the walk ends with its name on the way to it; or the fault is
    /// noted, and the part passed over.
    @inline(__always)
    private mutating func part(
        _ name: @autoclosure () -> String, _ scanner: inout JSONScanner,
        _ check: (inout DataCheck, inout JSONScanner) throws(JSONProblem) -> Void
    ) throws(JSONProblem) {
        guard wanted > 0 else {
            do throws(JSONProblem) {
                try check(&self, &scanner)
            } catch {
                if error.offset < 0 { path.append(name()) }
                throw error
            }
            return
        }
        let (start, depth) = (scanner, level)
        way.append(name())
        defer { way.removeLast() }
        do throws(JSONProblem) {
            try check(&self, &scanner)
        } catch {
            guard error.offset < 0, budget > 0, noted() else { throw error }
            level = depth
            scanner = start
            try scanner.value()
        }
    }

    /// Whether the fault that is being told was put beside the others, and the walk may go on.
    private mutating func noted() -> Bool {
        guard faults.count < wanted else { return false }
        // Rules that are combined may both object to a part.
        if !faults.contains(fault) { faults.append(fault) }
        path = []
        return true
    }
}

/// Which of some places were met.
private struct SeenPlaces {
    private var first: UInt64 = 0
    private var others: Set<Int> = []

    init(count: Int) { if count > 64 { others.reserveCapacity(count - 64) } }

    @inline(__always)
    mutating func insert(_ place: Int) {
        if place < 64 { first |= 1 << UInt64(place) } else { others.insert(place) }
    }

    @inline(__always)
    func contains(_ place: Int) -> Bool { place < 64 ? first >> UInt64(place) & 1 == 1 : others.contains(place) }
}
