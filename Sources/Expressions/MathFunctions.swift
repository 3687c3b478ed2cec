// The math extension (cel-go's ext.Math).

extension Functions {
    static let mathFunctions: [(String, Overload)] =
        extremes("math.greatest", is: .after) + extremes("math.least", is: .before) + [
            double("math.ceil") { $0.rounded(.up) }, double("math.floor") { $0.rounded(.down) },
            double("math.round") { $0.rounded(.toNearestOrAwayFromZero) },
            double("math.trunc") { $0.rounded(.towardZero) },
            double("math.abs", abs), double("math.sign") { $0.isNaN ? $0 : $0 > 0 ? 1 : $0 < 0 ? -1 : 0 },
            double("math.sqrt") { $0.squareRoot() },
            test("math.isNaN") { $0.isNaN }, test("math.isInf") { $0.isInfinite },
            test("math.isFinite") { $0.isFinite },
            global("math.abs", [.int], .int) { arguments, context, _ throws(Failure) in
                guard case .int(let number) = arguments[0], number != .min else {
                    throw Failure(.overflow("integer"), at: context.span)
                }
                return .int(abs(number))
            },
            global("math.abs", [.uint], .uint) { arguments, _, _ in arguments[0] },
            global("math.sign", [.int], .int) { arguments, _, _ in .int((Int64(arguments[0]) ?? 0).signum()) },
            global("math.sign", [.uint], .uint) { arguments, _, _ in .uint((UInt64(arguments[0]) ?? 0).signum()) },
            global("math.sqrt", [.int], .double) { arguments, _, _ in
                .double(Double(Int64(arguments[0]) ?? 0).squareRoot())
            },
            global("math.sqrt", [.uint], .double) { arguments, _, _ in
                .double(Double(UInt64(arguments[0]) ?? 0).squareRoot())
            },
        ]

    private static func double(_ name: String, _ function: @escaping @Sendable (Double) -> Double) -> (String, Overload)
    {
        global(name, [.double], .double) { arguments, _, _ in .double(function(Double(arguments[0]) ?? 0)) }
    }

    private static func test(_ name: String, _ function: @escaping @Sendable (Double) -> Bool) -> (String, Overload) {
        global(name, [.double], .bool) { arguments, _, _ in .bool(function(Double(arguments[0]) ?? 0)) }
    }

    /// The greatest or least of the arguments, or of one list of numbers. Of equal ones it is the first.
    private static func extremes(_ name: String, is wanted: Order) -> [(String, Overload)] {
        let ofArguments = Overload(
            isMember: false, parameters: [], takesNumbers: true, result: .dyn,
            infer: { types in types.allSatisfy { $0 == types[0] } ? types[0] : .dyn },
            body: { (arguments, context, frame) throws(Failure) in
                try extreme(of: arguments, is: wanted, name, context, &frame)
            })
        let ofList = global(name, [.list(.dyn)], .dyn, { $0[0].element }) {
            (arguments, context, frame) throws(Failure) in
            guard case .list(let numbers) = arguments[0] else { return .null }
            return try extreme(of: numbers, is: wanted, name, context, &frame)
        }
        return [(name, ofArguments), ofList]
    }

    private static func extreme(
        of numbers: [Value], is wanted: Order, _ name: String, _ context: CallContext, _ frame: inout Frame
    ) throws(Failure) -> Value {
        try frame.spend(numbers.count, at: context.span)
        guard var best = numbers.first else { throw context.failure("\(name)() of an empty list") }
        for number in numbers {
            guard [.int, .uint, .double].contains(number.kind) else {
                throw Failure(.noOverload(name, [number.kind]), at: context.span)
            }
            if order(number, best) == wanted { best = number }
        }
        return best
    }
}

extension Functions {
    /// `math.bitAnd` and its kin: on ints as on their bits (two's complement), so that a shift to the right fills with 0.
    static let bitFunctions: [(String, Overload)] =
        pairs("math.bitAnd", { $0 & $1 }) + pairs("math.bitOr", { $0 | $1 }) + pairs("math.bitXor", { $0 ^ $1 })
        + shifts("math.bitShiftLeft", { $0 << $1 }) + shifts("math.bitShiftRight", { $0 >> $1 }) + [
            global("math.bitNot", [.int], .int) { arguments, _, _ in .int(~(Int64(arguments[0]) ?? 0)) },
            global("math.bitNot", [.uint], .uint) { arguments, _, _ in .uint(~(UInt64(arguments[0]) ?? 0)) },
        ]

    private static func pairs(
        _ name: String, _ function: @escaping @Sendable (UInt64, UInt64) -> UInt64
    ) -> [(String, Overload)] {
        [ValueType.int, .uint].map { type in
            global(name, [type, type], type) { arguments, _, _ in
                arguments[0].withBits(function(arguments[0].bits, arguments[1].bits))
            }
        }
    }

    private static func shifts(
        _ name: String, _ function: @escaping @Sendable (UInt64, UInt64) -> UInt64
    ) -> [(String, Overload)] {
        [ValueType.int, .uint].map { type in
            global(name, [type, .int], type) { (arguments, context, _) throws(Failure) in
                guard case .int(let distance) = arguments[1], distance >= 0 else {
                    throw context.failure("a negative offset: \(name)() shifts by 0 bits or more")
                }
                // Swift's `<<` and `>>` give 0 for 64 bits and more.
                return arguments[0].withBits(function(arguments[0].bits, UInt64(distance)))
            }
        }
    }
}

extension Value {
    /// The bits of an int or uint.
    fileprivate var bits: UInt64 {
        switch self {
        case .int(let number): UInt64(bitPattern: number)
        case .uint(let number): number
        default: 0
        }
    }

    /// An int or uint, as this is one, of these bits.
    fileprivate func withBits(_ bits: UInt64) -> Value {
        if case .int = self { .int(Int64(bitPattern: bits)) } else { .uint(bits) }
    }
}
