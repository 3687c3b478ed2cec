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
public enum Value: Sendable, Equatable {
    case null, bool(Bool), int(Int64), double(Double), string(String), list([Value])
    public func json(into text: inout [UInt8]) {}
}
public struct SourcePlace: Sendable, Hashable { public var offset: Int, line: Int, column: Int }
public struct ExpressionProblem: Error, Sendable { public var message: String, place: SourcePlace, length: Int }
public struct Expression: Sendable { public let text: String }
