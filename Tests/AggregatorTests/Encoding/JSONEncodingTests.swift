import Foundation
import Testing

@testable import Aggregator

/// What Foundation makes of a value, with the conventions of events.
private func reference(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.dateEncodingStrategy = .iso8601
    return String(decoding: try encoder.encode(value), as: UTF8.self)
}

private func text(_ value: some Encodable) throws -> String {
    guard case .json(let bytes) = try Event(type: "t", data: value).data else { return "" }
    return String(decoding: bytes, as: UTF8.self)
}

@Suite("Data of one's own, as JSON")
struct JSONEncodingTests {
    struct Everything: Codable, Equatable {
        enum Level: String, Codable { case low, high }
        enum Shape: Codable, Equatable { case circle(radius: Double), nothing }
        struct Part: Codable, Equatable {
            var z: Int?
            var a: [String]
        }
        var string = "a/b \"c\" \\ \u{1} \u{8}\t\n\u{C}\r é 価格 🙂 \u{7F}\u{2028}"
        var yes = true, no = false
        var int = Int.min, int8 = Int8.min, int16 = Int16.max, int32 = Int32.min, int64 = Int64.max
        var uint = UInt.max, uint8 = UInt8.max, uint16 = UInt16.max, uint32 = UInt32.max, uint64 = UInt64(10)
        var double = 21.5, float: Float = 0.1
        var absent: String?, present: Int? = 7
        var date = Date(timeIntervalSince1970: 1_714_564_800.75)
        var data = Data([0, 1, 2, 250, 255]), url = URL(string: "https://example.com/a?b=c"), decimal = Decimal(12) / 5
        var uuid = UUID()
        var level = Level.high, shape = Shape.circle(radius: 2), other = Shape.nothing
        var list = [3, 1, 2], empty: [Int] = [], nested = [[1], [], [2, 3]], optionals: [Int?] = [1, nil]
        var parts = [Part(z: 1, a: ["x"]), Part(z: nil, a: [])]
        var map = ["b": 1, "a": 2, "a very long key": 3, "a very long kex": 4], numbers = [2: "x", 10: "y"]
        var dates: [String: Date] = ["d": Date(timeIntervalSince1970: 0)]
        var noMap: [String: Int] = [:]
    }

    @Test("a value of every kind of field is what Foundation's encoder makes of it, to the byte")
    func everything() throws {
        let value = Everything()
        let written = try text(value)
        let wanted = try reference(value)
        #expect(written == wanted, "\(written)\n\(wanted)")
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        var read = try decoder.decode(Everything.self, from: Data(try text(value).utf8))
        read.date = value.date  // To the second.
        read.dates = value.dates
        #expect(read == value)
    }

    @Test("what is no object is encoded too: at the top, and as the only thing in a value")
    func fragments() throws {
        struct Wrapper: Encodable {
            var value: Double
            func encode(to encoder: any Encoder) throws {
                var container = encoder.singleValueContainer()
                try container.encode(value)
            }
        }
        struct Empty: Encodable {}
        #expect(try text("x") == "\"x\"")
        #expect(try text(7) == "7")
        #expect(try text(Int?.none) == "null")
        #expect(try text([Int]()) == "[]")
        #expect(try text(Wrapper(value: 1.25)) == "1.25")
        #expect(try text([Wrapper(value: 2), Wrapper(value: -0.5)]) == "[2,-0.5]")
        #expect(try text(Empty()) == "{}")
        #expect(try text(Date(timeIntervalSince1970: 0)) == "\"1970-01-01T00:00:00Z\"")
    }

    @Test("numbers are as short as they can be read back, whatever their size")
    func numbers() throws {
        var generator = SplitMix64(seed: 7)
        var values: [Double] = [
            0, -0.0, 1, -1, 0.1, 0.3, 1e-4, 1e-5, 1e15, 1e16, 1e22, 123_456_789_012_345, 0.1 + 0.2,
            .leastNonzeroMagnitude, .pi,
            .greatestFiniteMagnitude, 9_007_199_254_740_992, 190.005, -273.15, 1e-7, 4.35, 0.000001, 2.675,
        ]
        for _ in 0..<20_000 {
            values.append(Double(bitPattern: generator.next()))
            values.append(Double(Int64(truncatingIfNeeded: generator.next()) >> 20) / 1000)
            values.append(Double(generator.next() % 1_000_000) / 100)
        }
        for value in values where value.isFinite {
            let written = try text(value)
            #expect(Double(written) == value)
            #expect(try JSONDecoder().decode(Double.self, from: Data(written.utf8)) == value)
            // Never longer than the shortest there is, but for the form with an exponent.
            if !written.contains("e"), !value.description.contains("e") {
                #expect(written.count <= value.description.count)
            }
        }
        for value in [Float(0.1), 16_777_216, -3.5, 1e-10, .greatestFiniteMagnitude] {
            #expect(try Float(text(value)) == value)
        }
    }

    @Test("texts come back as they were, wherever in them something has to be escaped")
    func texts() throws {
        var generator = SplitMix64(seed: 11)
        let pieces = [
            "a", "\"", "\\", "\n", "\u{0}", "\u{1F}", "é", "🙂", "/", "long enough to be a word of its own", "",
        ]
        for _ in 0..<5000 {
            let value = (0..<generator.next() % 12).map { _ in pieces[Int(generator.next() % UInt64(pieces.count))] }
                .joined()
            #expect(try text([value]) == reference([value]))
            #expect(try text([value: value]) == reference([value: value]))
        }
    }

    @Test("keys stand in the order of their bytes, however many there are and whatever they have in common")
    func order() throws {
        var generator = SplitMix64(seed: 13)
        for count in [1, 2, 3, 7, 8, 23, 24, 25, 26, 100, 1000] {
            let keys = (0..<count).map { _ in
                String(["a", "abcdefgh", "abcdefghi", "Z", "é"][Int(generator.next() % 5)])
                    + String(generator.next() % 1000)
            }
            let map = Dictionary(keys.enumerated().map { ($1, $0) }) { $1 }
            let written = try text(map)
            #expect(try JSONDecoder().decode([String: Int].self, from: Data(written.utf8)) == map)
            let sorted = map.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            #expect(written == "{" + sorted.map { "\"\($0)\":\(map[$0] ?? 0)" }.joined(separator: ",") + "}")
        }
    }

    @Test("containers that are filled later, a superclass's part, and a key that is set twice, are as with Foundation")
    func containers() throws {
        struct Odd: Encodable {
            enum Key: String, CodingKey { case z, list, inner, own, a, unused }
            func encode(to encoder: any Encoder) throws {
                var outer = encoder.container(keyedBy: Key.self)
                try outer.encode(1, forKey: .z)
                var list = outer.nestedUnkeyedContainer(forKey: .list)
                var inner = outer.nestedContainer(keyedBy: Key.self, forKey: .inner)
                try outer.encode("first", forKey: .a)
                try list.encode(1)
                try inner.encode(true, forKey: .z)
                try outer.encode("second", forKey: .a)
                var deep = list.nestedContainer(keyedBy: Key.self)
                try list.encodeNil()
                try deep.encode([1.5], forKey: .a)
                try inner.encode("x", forKey: .a)
                try [1, 2].encode(to: outer.superEncoder())
                try "own".encode(to: outer.superEncoder(forKey: .own))
                _ = outer.nestedContainer(keyedBy: Key.self, forKey: .unused)
            }
        }
        let written = try text(Odd())
        let wanted = try reference(Odd())
        #expect(written == wanted, "\(written)\n\(wanted)")
        #expect(try text([[Odd()], []]) == reference([[Odd()], []]))

        class Base: Encodable {
            enum Key: String, CodingKey { case base }
            func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: Key.self)
                try container.encode(1, forKey: .base)
            }
        }
        final class Derived: Base {
            enum Key: String, CodingKey { case derived, after }
            override func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: Key.self)
                try container.encode(2, forKey: .derived)
                try super.encode(to: encoder)
                try container.encode(3, forKey: .after)
            }
        }
        #expect(try text(Derived()) == #"{"after":3,"base":1,"derived":2}"#)
    }

    @Test("what JSON has no number for is an error that names the place")
    func notANumber() throws {
        struct Outer: Encodable {
            struct Inner: Encodable { var ok = 1, bad: [Double] }
            var name = "x", inner: Inner
        }
        for number in [Double.nan, .infinity, -.infinity] {
            let error = #expect(throws: EncodingError.self) { try text(Outer(inner: .init(bad: [1, number]))) }
            guard case .invalidValue(_, let context)? = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
            #expect(context.codingPath.map(\.stringValue) == ["inner", "bad", "Index 1"])
            #expect(context.debugDescription.contains("cannot be JSON"))
        }
        #expect(throws: EncodingError.self) { try text([Float.nan]) }
        #expect(throws: EncodingError.self) { try text(Decimal.nan) }
        // And the next one is as if nothing had been.
        #expect(try text(["a": 1]) == #"{"a":1}"#)
    }

    @Test("an encoder that is used wrongly is an error, not a crash, and spoils nobody else's value")
    func misuse() throws {
        final class Escaped: @unchecked Sendable {
            // Used by one thread.
            var container: KeyedEncodingContainer<Everything.Part.Key>?
        }
        struct Leaky: Encodable {
            let escaped: Escaped
            func encode(to encoder: any Encoder) throws {
                escaped.container = encoder.container(keyedBy: Everything.Part.Key.self)
            }
        }
        struct Twice: Encodable {
            func encode(to encoder: any Encoder) throws {
                var container = encoder.singleValueContainer()
                try container.encode(1)
                try container.encode(2)
            }
        }
        struct Both: Encodable {
            func encode(to encoder: any Encoder) throws {
                _ = encoder.unkeyedContainer()
                _ = encoder.container(keyedBy: Everything.Part.Key.self)
            }
        }
        let escaped = Escaped()
        #expect(try text(Leaky(escaped: escaped)) == "{}")
        #expect(throws: EncodingError.self) { try escaped.container?.encode(1, forKey: .a) }
        #expect(throws: EncodingError.self) { try text(Twice()) }
        #expect(throws: EncodingError.self) { try text(Both()) }
        #expect(try text([1]) == "[1]")
    }

    @Test("threads that encode at once do not disturb each other, nor does a value that encodes another one")
    func threads() async throws {
        struct Recursive: Encodable {
            func encode(to encoder: any Encoder) throws {
                var container = encoder.singleValueContainer()
                try container.encode(try text(["inner": 1]))
            }
        }
        #expect(try text(Recursive()) == #""{\"inner\":1}""#)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<8 {
                group.addTask {
                    try (0..<500).allSatisfy { try text(["n": number, "i": $0]) == #"{"i":\#($0),"n":\#(number)}"# }
                }
            }
            for try await isRight in group { #expect(isRight) }
        }
    }
}

extension JSONEncodingTests.Everything.Part {
    enum Key: String, CodingKey { case a }
}
