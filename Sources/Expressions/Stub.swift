#if canImport(Glibc)
    import Glibc
#endif
public struct Timestamp: Sendable, Hashable, Comparable {
    public var seconds: Int64
    public var nanoseconds: Int32
    public static func now() -> Timestamp {
        var t = timespec()
        clock_gettime(CLOCK_REALTIME, &t)
        return Timestamp(seconds: Int64(t.tv_sec), nanoseconds: Int32(t.tv_nsec))
    }
    public static func < (a: Self, b: Self) -> Bool { (a.seconds, a.nanoseconds) < (b.seconds, b.nanoseconds) }
}
public enum Value: Sendable {
    case null, bool(Bool), int(Int64), double(Double), string(String), list([Value])
    public func json(into text: inout [UInt8]) {}
}
public struct SourcePlace: Sendable, Hashable {
    public var offset: Int, line: Int, column: Int
    public init(offset: Int, line: Int, column: Int) { self.offset = offset; self.line = line; self.column = column }
}
public struct ExpressionProblem: Error, Sendable, Equatable {
    public var message: String, place: SourcePlace, length: Int
    public init(message: String, place: SourcePlace, length: Int) {
        self.message = message; self.place = place; self.length = length
    }
}
public indirect enum ValueType: Sendable, Hashable {
    case dyn, null, bool, int, uint, double, string, bytes, timestamp, duration, type
    case list(ValueType), map(ValueType, ValueType), object(ObjectType)
}
public struct ObjectType: Sendable, Hashable {
    public struct Field: Sendable, Hashable {
        public var type: ValueType
        public var isOptional: Bool
        public init(_ type: ValueType, isOptional: Bool = false) { self.type = type; self.isOptional = isOptional }
    }
    public var name: String
    public var fields: [String: Field]
    public init(name: String, fields: [String: Field]) { self.name = name; self.fields = fields }
}
public struct ExpressionEnvironment: Sendable {
    public init(_ variables: [(name: String, type: ValueType)]) {}
}
public struct Expression: Sendable {
    public let text: String
    public init(_ text: String, in environment: ExpressionEnvironment, expecting: [ValueType]? = nil) throws(ExpressionProblem) {
        self.text = text
        if let at = text.utf8.firstIndex(of: UInt8(ascii: "?")) {
            let offset = text.utf8.distance(from: text.utf8.startIndex, to: at)
            throw ExpressionProblem(message: "stub", place: SourcePlace(offset: offset, line: 1, column: offset + 1), length: 1)
        }
    }
}
public func nearestName(to name: String, among known: some Sequence<String>) -> String? {
    known.sorted().first { $0.first == name.first && abs($0.count - name.count) < 3 && $0 != name }
}
