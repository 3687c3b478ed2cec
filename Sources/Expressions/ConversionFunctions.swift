// int, uint, double, string, bytes, bool, timestamp, duration, type, dyn (language definition, "Standard definitions").

extension Functions {
    static let conversionFunctions: [(String, Overload)] =
        toInt + toUint + toDouble + toString + toTimes + [
            global("bytes", [.bytes], .bytes) { arguments, _, _ in arguments[0] },
            global("bytes", [.string], .bytes, convert { (text: String) in .bytes(Array(text.utf8)) }),
            global("bool", [.bool], .bool) { arguments, _, _ in arguments[0] },
            global("bool", [.string], .bool, convert(bool)),
            global("type", [.dyn], .type) { arguments, _, _ in .type(arguments[0].kind) },
            global("dyn", [.dyn], .dyn) { arguments, _, _ in arguments[0] },
        ]

    private static let toInt = [
        global("int", [.int], .int) { arguments, _, _ in arguments[0] },
        global("int", [.uint], .int, convert { (number: UInt64) in Int64(exactly: number).map { .int($0) } }),
        global("int", [.double], .int, convert(truncated)),
        global("int", [.string], .int, convert { (text: String) in Int64(text).map { .int($0) } }),
        global("int", [.timestamp], .int, convert { (moment: Timestamp) in .int(moment.seconds) }),
    ]

    private static let toUint = [
        global("uint", [.uint], .uint) { arguments, _, _ in arguments[0] },
        global("uint", [.int], .uint, convert { (number: Int64) in UInt64(exactly: number).map { .uint($0) } }),
        global("uint", [.double], .uint, convert(truncatedUnsigned)),
        global("uint", [.string], .uint, convert { (text: String) in UInt64(text).map { .uint($0) } }),
    ]

    private static let toDouble = [
        global("double", [.double], .double) { arguments, _, _ in arguments[0] },
        global("double", [.int], .double, convert { (number: Int64) in .double(Double(number)) }),
        global("double", [.uint], .double, convert { (number: UInt64) in .double(Double(number)) }),
        global("double", [.string], .double, convert { (text: String) in Double(text).map { .double($0) } }),
    ]

    private static let toString = [
        global("string", [.string], .string) { arguments, _, _ in arguments[0] },
        global("string", [.int], .string, convert { (number: Int64) in .string(String(number)) }),
        global("string", [.uint], .string, convert { (number: UInt64) in .string(String(number)) }),
        global("string", [.bool], .string, convert { (value: Bool) in .string(String(value)) }),
        global("string", [.double], .string, convert { (number: Double) in .string(text(of: number)) }),
        global("string", [.bytes], .string, convert { (bytes: [UInt8]) in utf8(bytes).map { .string($0) } }),
        global("string", [.timestamp], .string, convert { (moment: Timestamp) in .string(moment.rfc3339) }),
        global("string", [.duration], .string, convert { (span: ValueDuration) in .string(span.description) }),
    ]

    private static let toTimes = [
        global("timestamp", [.timestamp], .timestamp) { arguments, _, _ in arguments[0] },
        global("timestamp", [.int], .timestamp, convert { (n: Int64) in Timestamp(seconds: n).map { .timestamp($0) } }),
        global("timestamp", [.string], .timestamp, convert { Timestamp(rfc3339: $0).map { .timestamp($0) } }),
        global("duration", [.duration], .duration) { arguments, _, _ in arguments[0] },
        global(
            "duration", [.string], .duration, convert { (text: String) in ValueDuration(text).map { .duration($0) } }),
    ]

    /// A conversion of one argument that gives nil for what cannot be converted.
    private static func convert<T: ValueRepresentable>(
        _ conversion: @escaping @Sendable (T) -> Value?
    ) -> Overload.Body {
        { (arguments: [Value], context: CallContext, _: inout Frame) throws(Failure) -> Value in
            guard let argument = T(arguments[0]), let result = conversion(argument) else {
                let source = arguments[0]
                throw context.failure("\(source.quoted) cannot be converted: not in the range or not in the form")
            }
            return result
        }
    }

    private static func bool(_ text: String) -> Value? {
        switch text {
        case "true", "TRUE", "True", "t", "1": .bool(true)
        case "false", "FALSE", "False", "f", "0": .bool(false)
        default: nil
        }
    }

    /// Towards zero; ±2^63 itself is out of range, as a double cannot tell it from its neighbours.
    private static func truncated(_ number: Double) -> Value? {
        number > -0x1p63 && number < 0x1p63 ? .int(Int64(number)) : nil
    }

    private static func truncatedUnsigned(_ number: Double) -> Value? {
        number >= 0 && number < 0x1p64 ? .uint(UInt64(number)) : nil
    }

    /// The shortest text that reads back as the same number, without `.0`.
    static func text(of number: Double) -> String {
        let text = number.description
        if number.isInfinite { return number < 0 ? "-Infinity" : "Infinity" }
        if number.isNaN { return "NaN" }
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    private static func utf8(_ bytes: [UInt8]) -> String? { String(validating: bytes, as: UTF8.self) }
}

/// A Swift type that one case of `Value` holds: lets a function name the Swift types it takes.
protocol ValueRepresentable: SendableMetatype {
    init?(_ value: Value)
}

extension Int64: ValueRepresentable {
    init?(_ value: Value) { if case .int(let it) = value { self = it } else { return nil } }
}
extension UInt64: ValueRepresentable {
    init?(_ value: Value) { if case .uint(let it) = value { self = it } else { return nil } }
}
extension Double: ValueRepresentable {
    init?(_ value: Value) { if case .double(let it) = value { self = it } else { return nil } }
}
extension Bool: ValueRepresentable {
    init?(_ value: Value) { if case .bool(let it) = value { self = it } else { return nil } }
}
extension String: ValueRepresentable {
    init?(_ value: Value) { if case .string(let it) = value { self = it } else { return nil } }
}
extension Timestamp: ValueRepresentable {
    init?(_ value: Value) { if case .timestamp(let it) = value { self = it } else { return nil } }
}
extension ValueDuration: ValueRepresentable {
    init?(_ value: Value) { if case .duration(let it) = value { self = it } else { return nil } }
}
extension [UInt8]: ValueRepresentable {
    init?(_ value: Value) { if case .bytes(let it) = value { self = it } else { return nil } }
}
