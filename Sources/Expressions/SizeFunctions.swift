extension Functions {
    /// `size(x)` and `x.size()`: characters of a text (Unicode scalars), bytes, elements, entries.
    static let sizeFunctions: [(String, Overload)] = [
        ValueType.string, .bytes, .list(.dyn), .map(.dyn, .dyn),
    ].flatMap { [global("size", [$0], .int, size), member("size", [$0], .int, size)] }

    @Sendable
    private static func size(
        _ arguments: [Value], _ context: CallContext, _ frame: inout Frame
    ) throws(Failure) -> Value {
        switch arguments[0].read {
        case .string(let text): .int(Int64(text.unicodeScalars.count))
        case .bytes(let bytes): .int(Int64(bytes.count))
        case .list(let elements): .int(Int64(elements.count))
        case .map(let map): .int(Int64(map.count))
        case let other: throw Failure(.noOverload("size", [other.kind]), at: context.span)
        }
    }
}
