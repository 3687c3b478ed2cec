// The lists extension (cel-go's ext.Lists), and first() and last() of the optionals.

extension Functions {
    static let listFunctions: [(String, Overload)] = [
        member("slice", [.list(.dyn), .int, .int], .list(.dyn), same, slice),
        member("flatten", [.list(.dyn)], .list(.dyn), flattened, flatten),
        member("flatten", [.list(.dyn), .int], .list(.dyn), flatten),
        member("distinct", [.list(.dyn)], .list(.dyn), same, distinct),
        member("reverse", [.list(.dyn)], .list(.dyn), same) { arguments, context, frame throws(Failure) in
            let elements = try elements(arguments, context, &frame)
            return .list(elements.reversed())
        },
        member("sort", [.list(.dyn)], .list(.dyn), same) { arguments, context, frame throws(Failure) in
            let elements = try elements(arguments, context, &frame)
            return .list(try sorted(elements, by: elements, &frame, at: context.span))
        },
        member("first", [.list(.dyn)], .optional(.dyn), { .optional($0[0].element) }) {
            arguments, context, frame throws(Failure) in
            .optional(try elements(arguments, context, &frame).first)
        },
        member("last", [.list(.dyn)], .optional(.dyn), { .optional($0[0].element) }) {
            arguments, context, frame throws(Failure) in
            .optional(try elements(arguments, context, &frame).last)
        },
        global("lists.range", [.int], .list(.int)) { arguments, context, frame throws(Failure) in
            let count = Int64(arguments[0]) ?? 0
            // Paid before it is made: lists.range(1000000000) costs no memory.
            try frame.spend(Int(clamping: max(0, count)), at: context.span)
            return .list((0..<max(0, count)).map { .int($0) })
        },
    ]

    @Sendable
    private static func same(_ types: [ValueType]) -> ValueType { .list(types[0].element) }

    /// Of elements that are lists themselves their elements; others stay.
    @Sendable
    private static func flattened(_ types: [ValueType]) -> ValueType {
        if case .list(let inner) = types[0].element { .list(inner) } else { .list(types[0].element) }
    }

    /// The list that a function is called on. A walk over it is paid for.
    private static func elements(
        _ arguments: [Value], _ context: CallContext, _ frame: inout Frame
    ) throws(Failure) -> [Value] {
        guard case .list(let elements) = arguments[0] else { return [] }
        try frame.spend(elements.count, at: context.span)
        return elements
    }

    @Sendable
    private static func slice(
        _ arguments: [Value], _ context: CallContext, _ frame: inout Frame
    ) throws(Failure) -> Value {
        let elements = try elements(arguments, context, &frame)
        guard case .int(let start) = arguments[1], case .int(let end) = arguments[2], start >= 0, start <= end,
            end <= Int64(elements.count)
        else {
            throw context.failure(
                "slice(\(arguments[1].quoted), \(arguments[2].quoted)) is not within the list, which has \(elements.count) elements"
            )
        }
        return .list(Array(elements[Int(start)..<Int(end)]))
    }

    @Sendable
    private static func flatten(
        _ arguments: [Value], _ context: CallContext, _ frame: inout Frame
    ) throws(Failure) -> Value {
        var depth: Int64 = 1
        if arguments.count > 1, case .int(let given) = arguments[1] { depth = given }
        guard depth >= 0 else { throw context.failure("flatten() takes a depth of 0 or more, not \(depth)") }
        var result: [Value] = []
        try flatten(try elements(arguments, context, &frame), depth, into: &result, context, &frame)
        return .list(result)
    }

    /// Lists nest no deeper than expressions or JSON do, so this may recurse.
    private static func flatten(
        _ elements: [Value], _ depth: Int64, into result: inout [Value], _ context: CallContext, _ frame: inout Frame
    ) throws(Failure) {
        for element in elements {
            try frame.spend(1, at: context.span)
            if depth > 0, case .list(let inner) = element {
                try flatten(inner, depth - 1, into: &result, context, &frame)
            } else {
                result.append(element)
            }
        }
    }

    /// The first of each that are equal. Scalars are found by a hash, the rest by comparing.
    @Sendable
    private static func distinct(
        _ arguments: [Value], _ context: CallContext, _ frame: inout Frame
    ) throws(Failure) -> Value {
        var keys: Set<MapKey> = []
        var others: [Value] = []
        var result: [Value] = []
        for element in try elements(arguments, context, &frame) {
            if let key = MapKey(finding: element) {
                guard keys.insert(key).inserted else { continue }
            } else {
                guard try !contains(others, element, context, &frame) else { continue }
                others.append(element)
            }
            result.append(element)
        }
        return .list(result)
    }

    /// Whether an element is in a list. Each comparison is paid for.
    fileprivate static func contains(
        _ elements: [Value], _ wanted: Value, _ context: CallContext, _ frame: inout Frame
    ) throws(Failure) -> Bool {
        for element in elements {
            try frame.spend(min(element.weight, wanted.weight), at: context.span)
            if element == wanted { return true }
        }
        return false
    }
}

extension Functions {
    /// The sets extension (cel-go's ext.Sets): lists looked at as sets, with CEL's equality.
    static let setFunctions: [(String, Overload)] = [
        set("sets.contains") { a, b, context, frame throws(Failure) in try includes(a, b, context, &frame) },
        set("sets.equivalent") { a, b, context, frame throws(Failure) in
            guard try includes(a, b, context, &frame) else { return false }
            return try includes(b, a, context, &frame)
        },
        set("sets.intersects") { a, b, context, frame throws(Failure) in
            for element in b where try contains(a, element, context, &frame) { return true }
            return false
        },
    ]

    private static func set(
        _ name: String,
        _ holds: @escaping @Sendable (_ a: [Value], _ b: [Value], CallContext, inout Frame) throws(Failure) -> Bool
    ) -> (String, Overload) {
        global(name, [.list(.dyn), .list(.dyn)], .bool) { arguments, context, frame throws(Failure) in
            guard case .list(let a) = arguments[0], case .list(let b) = arguments[1] else { return .bool(false) }
            return .bool(try holds(a, b, context, &frame))
        }
    }

    private static func includes(
        _ elements: [Value], _ others: [Value], _ context: CallContext, _ frame: inout Frame
    ) throws(Failure) -> Bool {
        for other in others where try !contains(elements, other, context, &frame) { return false }
        return true
    }
}

/// The elements in the order of their keys, which must have one among themselves; equal ones keep their places.
func sorted(
    _ elements: [Value], by keys: [Value], _ frame: inout Frame, at span: Span
) throws(Failure) -> [Value] {
    guard let first = keys.first else { return [] }
    let scalars: Set<ValueKind> = [.bool, .int, .uint, .double, .string, .bytes, .timestamp, .duration]
    if let odd = keys.first(where: { $0.kind != first.kind || !scalars.contains($0.kind) }) {
        let reason =
            scalars.contains(odd.kind)
            ? "\(first.kind.phrase) and \(odd.kind.phrase) have no order" : "\(odd.kind.phrase) has no order"
        throw Failure(.invalid("cannot be sorted: \(reason)"), at: span)
    }
    // A sort looks at each key about log n times.
    let rounds = Int.bitWidth - keys.count.leadingZeroBitCount
    try frame.spend(keys.reduce(0) { $0 + $1.weight } * rounds, at: span)
    let places = keys.indices.sorted { a, b in
        switch order(keys[a], keys[b]) {
        case .before: true
        case .after: false
        // NaN goes last, so that there is one order for all.
        case .unordered: keys[b].isNaN && (!keys[a].isNaN || a < b)
        default: a < b
        }
    }
    return places.map { elements[$0] }
}

extension Value {
    fileprivate var isNaN: Bool { if case .double(let number) = self { number.isNaN } else { false } }
}

extension Functions {
    /// The encoders extension (cel-go's ext.Encoders).
    static let encoderFunctions: [(String, Overload)] = [
        global("base64.encode", [.bytes], .string) { arguments, context, frame throws(Failure) in
            guard case .bytes(let bytes) = arguments[0] else { return .string("") }
            try frame.spend(bytes.count >> 3, at: context.span)
            return .string(String(decoding: Base64.text(bytes), as: UTF8.self))
        },
        global("base64.decode", [.string], .bytes) { arguments, context, frame throws(Failure) in
            guard case .string(let text) = arguments[0] else { return .bytes([]) }
            try frame.spend(text.utf8.count >> 3, at: context.span)
            guard let bytes = Base64.bytes(text.utf8) else {
                throw context.failure("\(arguments[0].quoted) is not base64")
            }
            return .bytes(bytes)
        },
    ]
}
