// The optionals extension: values that may be none. What it writes with '?' is in SelectionNodes.swift and
// CollectionNodes.swift, what evaluates its arguments only when needed in OptionalNodes.swift.

extension Functions {
    static let optionalFunctions: [(String, Overload)] = [
        global("optional.none", [], .optional(.dyn)) { _, _, _ in .optional(nil) },
        global("optional.of", [.dyn], .optional(.dyn), { .optional($0[0]) }) { arguments, _, _ in
            .optional(arguments[0])
        },
        global("optional.ofNonZeroValue", [.dyn], .optional(.dyn), { .optional($0[0]) }) { arguments, _, _ in
            .optional(arguments[0].isZero ? nil : arguments[0])
        },
        member("hasValue", [.optional(.dyn)], .bool) { arguments, _, _ in
            if case .optional(.some) = arguments[0] { .bool(true) } else { .bool(false) }
        },
        member("value", [.optional(.dyn)], .dyn, { $0[0].unwrapped }, value),
        global("optional.unwrap", [.list(.dyn)], .list(.dyn), unwrappedList, unwrap),
        member("unwrapOpt", [.list(.dyn)], .list(.dyn), unwrappedList, unwrap),
    ]

    @Sendable
    private static func value(
        _ arguments: [Value], _ context: CallContext, _ frame: inout Frame
    ) throws(Failure) -> Value {
        guard case .optional(let held?) = arguments[0] else {
            throw context.failure("value() of an optional value that is none; orValue(…) says what stands for it")
        }
        return held
    }

    @Sendable
    private static func unwrappedList(_ types: [ValueType]) -> ValueType { .list(types[0].element.unwrapped) }

    /// What the optional values of a list hold, without those that are none.
    @Sendable
    private static func unwrap(
        _ arguments: [Value], _ context: CallContext, _ frame: inout Frame
    ) throws(Failure) -> Value {
        guard case .list(let elements) = arguments[0] else { return .list([]) }
        try frame.spend(elements.count, at: context.span)
        var held: [Value] = []
        for element in elements {
            guard case .optional(let value) = element else {
                throw context.failure("a list of optional values was expected; one is \(element.kind.phrase)")
            }
            if let value { held.append(value) }
        }
        return .list(held)
    }
}

extension Value {
    /// Whether it is the value that stands for nothing in its type: `0`, `''`, `[]`, `null` and so on.
    fileprivate var isZero: Bool {
        switch self {
        case .null: true
        case .bool(let value): !value
        case .int(let number): number == 0
        case .uint(let number): number == 0
        case .double(let number): number == 0
        case .string(let text): text.isEmpty
        case .bytes(let bytes): bytes.isEmpty
        case .list(let elements): elements.isEmpty
        case .map(let map): map.isEmpty
        case .duration(let duration): duration == .zero
        case .timestamp(let moment): moment.seconds == 0 && moment.nanoseconds == 0
        case .optional(let value): value == nil
        case .object(let source): source.value().isZero
        case .type: false
        }
    }
}
