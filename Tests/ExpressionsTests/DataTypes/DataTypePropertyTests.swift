import Testing

@testable import Expressions

@Suite("Data types: Any type and any value")
struct DataTypePropertyTests {
    @Test("The check says what a slow walk over the read value says, and points into it", arguments: 0..<40)
    func agrees(seed: Int) throws {
        var random = Random(state: UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1)
        for _ in 0..<250 {
            let rule = random.rule(depth: 3)
            let type = DataType(rule)
            let value = random.below(3) == 0 ? random.value(depth: 3) : random.value(of: rule)
            let json = value.jsonBytes
            let read = try Value(json: json)
            let isRight = Slow.conforms(read, to: rule)
            do throws(DataFault) {
                let object = try type.check(json)
                #expect(isRight && type.faults(of: json).isEmpty, "\(value.json)")
                if let object { #expect(object.value() == read) }
            } catch {
                #expect(!isRight, "\(value.json): \(error)")
                #expect(error.pointer.isEmpty || error.pointer.hasPrefix("/"))
                #expect(!error.reason.isEmpty && !error.reason.contains("not JSON"))
                let faults = type.faults(of: json)
                #expect(faults.first == error && faults.count <= 10, "\(value.json): \(faults)")
                #expect(faults.indices.allSatisfy { !faults[..<$0].contains(faults[$0]) }, "\(faults)")
                #expect(type.faults(of: json, limit: 1) == [error])
            }
        }
    }
}

/// Rules, by the book: on values, with nothing clever.
private enum Slow {
    static func conforms(_ value: Value, to rule: DataRule) -> Bool {
        guard !rule.kinds.isDisjoint(with: [value].kinds) else { return false }
        if let values = rule.values, !values.contains(where: { $0 == value }) { return false }
        for case .anyOf(let rules) in rule.more where !rules.contains(where: { conforms(value, to: $0) }) {
            return false
        }
        for case .oneOf(let rules) in rule.more where rules.count(where: { conforms(value, to: $0) }) != 1 {
            return false
        }
        for case .not(let other) in rule.more where conforms(value, to: other) { return false }
        switch value {
        case .int, .double: return number(value, rule.number)
        case .string(let text): return string(text, rule.string)
        case .list(let elements): return list(elements, rule.array)
        case .map(let map): return object(map, rule.object)
        default: return true
        }
    }

    private static func number(_ value: Value, _ rule: NumberRule?) -> Bool {
        guard let rule else { return true }
        if rule.form == .int, value.kind != .int { return false }
        if let minimum = rule.minimum, case .double(let bound) = minimum.read(as: .double),
            case .double(let number) = value.read(as: .double), number < bound
        {
            return false
        }
        return true
    }

    private static func string(_ text: String, _ rule: StringRule?) -> Bool {
        guard let rule else { return true }
        if rule.form == .timestamp, Timestamp(lenient: text) == nil { return false }
        return text.unicodeScalars.count >= rule.minLength && text.unicodeScalars.count <= rule.maxLength
    }

    private static func list(_ elements: [Value], _ rule: ArrayRule?) -> Bool {
        guard let rule else { return true }
        if rule.isUnique {
            for (index, element) in elements.enumerated() where elements[..<index].contains(where: { $0 == element }) {
                return false
            }
        }
        return elements.count >= rule.minItems && elements.count <= rule.maxItems
            && elements.allSatisfy { element in rule.items.map { conforms(element, to: $0) } ?? true }
    }

    private static func object(_ map: ValueMap, _ rule: ObjectRule?) -> Bool {
        guard let rule else { return true }
        for property in rule.properties {
            if let value = map[property.name] {
                if !conforms(value, to: property.rule) { return false }
            } else if property.isRequired {
                return false
            }
        }
        for entry in map {
            guard case .string(let name) = entry.key, !rule.properties.contains(where: { $0.name == name }) else {
                continue
            }
            if rule.isClosed { return false }
            if let additional = rule.additional, !conforms(entry.value, to: additional) { return false }
        }
        return map.count >= rule.minProperties && map.count <= rule.maxProperties
    }
}

/// Makes up rules and values, the same ones for the same seed.
private struct Random {
    var state: UInt64

    mutating func below(_ limit: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(limit))
    }

    private mutating func pick<T>(_ choices: [T]) -> T { choices[below(choices.count)] }

    mutating func name() -> String { pick(["a", "b", "c", "é", "a/b", "\"q\"", "longer_than_eight"]) }

    mutating func rule(depth: Int) -> DataRule {
        switch below(depth > 0 ? 12 : 6) {
        case 0: return pick([.any, .bool, DataRule.bool.orNull])
        case 1: return pick([.int, .double, DataRule.int.orNull])
        case 2: return pick([.string, .timestamp, DataRule.string.orNull])
        case 3:
            var number = NumberRule()
            number.minimum = pick([.int(2), .double(0.5)])
            return DataRule([.number, .null], number: number)
        case 4:
            var string = StringRule()
            string.minLength = below(3)
            string.maxLength = 2 + below(3)
            return DataRule(.string, string: string)
        case 5: return .oneOf(pick([[.string("a"), .string("é")], [.int(1), .string("a"), .null], [.double(1)]]))
        case 6, 7:
            var list = ArrayRule(items: rule(depth: depth - 1))
            list.minItems = below(2)
            list.maxItems = below(4) == 0 ? 1 : .max
            list.isUnique = below(3) == 0
            return DataRule(.array, array: list)
        case 8: return .map(to: rule(depth: depth - 1))
        case 9:
            let rules = [rule(depth: depth - 1), rule(depth: depth - 1)]
            return DataRule(more: [pick([.anyOf(rules), .oneOf(rules), .not(rules[0])])])
        default: return object(depth: depth)
        }
    }

    private mutating func object(depth: Int) -> DataRule {
        var properties: [ObjectRule.Property] = []
        for _ in 0..<below(4) {
            let name = name()
            guard !properties.contains(where: { $0.name == name }) else { continue }
            properties.append(.init(name, rule(depth: depth - 1), isRequired: below(2) == 0))
        }
        // A closed object has no room for others, whatever they would have to be.
        let isClosed = below(4) == 0
        let additional = !isClosed && below(4) == 0 ? rule(depth: 0) : nil
        return DataRule(
            .object,
            object: ObjectRule(
                properties, additional: additional, isClosed: isClosed, minProperties: below(5) == 0 ? 1 : 0,
                maxProperties: below(5) == 0 ? 2 : .max))
    }

    mutating func value(depth: Int) -> Value {
        switch below(depth > 0 ? 9 : 7) {
        case 0: return .null
        case 1: return .bool(below(2) == 0)
        case 2: return .int(Int64(below(4)))
        case 3: return .double(pick([0.5, 1, 2.25, -1e30]))
        case 4, 5, 6: return .string(pick(["", "a", "é", "abc", "2024-05-01T12:00:00Z", "\"\\\n", "abcdefgh"]))
        case 7:
            var elements: [Value] = []
            for _ in 0..<below(4) { elements.append(value(depth: depth - 1)) }
            return .list(elements)
        default:
            var map = ValueMap()
            for _ in 0..<below(4) { map[name()] = value(depth: depth - 1) }
            return .map(map)
        }
    }

    /// One that is likely to conform.
    mutating func value(of rule: DataRule) -> Value {
        if below(12) == 0 { return value(depth: 2) }
        if let values = rule.values, !values.isEmpty { return pick(values) }
        if case .anyOf(let rules)? = rule.more.first { return value(of: pick(rules)) }
        if case .oneOf(let rules)? = rule.more.first { return value(of: pick(rules)) }
        switch rule.kinds.subtracting(.null) {
        case .bool: return .bool(true)
        case .number: return rule.number?.form == .int ? .int(3) : pick([.int(3), .double(2.5)])
        case .string: return .string(rule.string?.form == .timestamp ? "2024-05-01T12:00:00" : pick(["ab", "é!", "a"]))
        case .array:
            var elements: [Value] = []
            for _ in 0..<below(4) { elements.append(rule.array?.items.map { value(of: $0) } ?? .null) }
            return .list(elements)
        case .object:
            var map = ValueMap()
            for property in rule.object?.properties ?? [] where property.isRequired || below(2) == 0 {
                map[property.name] = value(of: property.rule)
            }
            if below(3) == 0 { map[name()] = rule.object?.additional.map { value(of: $0) } ?? value(depth: 1) }
            return .map(map)
        default: return value(depth: 2)
        }
    }
}
