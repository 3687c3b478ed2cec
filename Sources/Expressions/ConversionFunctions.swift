// int, uint, double, string, bytes, bool, timestamp, duration, type, dyn (language definition, "Standard definitions").

extension Functions {
    static let conversionFunctions: [(String, Overload)] =
        toInt + toUint + toDouble + toString + toTimes + [
            global("bytes", [.bytes], .bytes) { arguments, _, _ in arguments[0] },
            global("bytes", [.string], .bytes, convert(to: .bytes) { (text: String) in .bytes(Array(text.utf8)) }),
            global("bool", [.bool], .bool) { arguments, _, _ in arguments[0] },
            global("bool", [.string], .bool, convert(to: .bool, bool)),
            global("type", [.dyn], .type) { arguments, _, _ in .type(arguments[0].kind) },
            global("dyn", [.dyn], .dyn) { arguments, _, _ in arguments[0] },
        ]

    private static let toInt = [
        global("int", [.int], .int) { arguments, _, _ in arguments[0] },
        global("int", [.uint], .int, convert(to: .int) { (number: UInt64) in Int64(exactly: number).map { .int($0) } }),
        global("int", [.double], .int, convert(to: .int, truncated)),
        global("int", [.string], .int, convert(to: .int) { (text: String) in Int64(text).map { .int($0) } }),
        global("int", [.timestamp], .int, convert(to: .int) { (moment: Timestamp) in .int(moment.seconds) }),
    ]

    private static let toUint = [
        global("uint", [.uint], .uint) { arguments, _, _ in arguments[0] },
        global(
            "uint", [.int], .uint, convert(to: .uint) { (number: Int64) in UInt64(exactly: number).map { .uint($0) } }),
        global("uint", [.double], .uint, convert(to: .uint, truncatedUnsigned)),
        global("uint", [.string], .uint, convert(to: .uint) { (text: String) in UInt64(text).map { .uint($0) } }),
    ]

    private static let toDouble = [
        global("double", [.double], .double) { arguments, _, _ in arguments[0] },
        global("double", [.int], .double, convert(to: .double) { (number: Int64) in .double(Double(number)) }),
        global("double", [.uint], .double, convert(to: .double) { (number: UInt64) in .double(Double(number)) }),
        global(
            "double", [.string], .double, convert(to: .double) { (text: String) in Double(text).map { .double($0) } }),
    ]

    private static let toString = [
        global("string", [.string], .string) { arguments, _, _ in arguments[0] },
        global("string", [.int], .string, convert(to: .string) { (number: Int64) in .string(String(number)) }),
        global("string", [.uint], .string, convert(to: .string) { (number: UInt64) in .string(String(number)) }),
        global("string", [.bool], .string, convert(to: .string) { (value: Bool) in .string(String(value)) }),
        global("string", [.double], .string, convert(to: .string) { (number: Double) in .string(text(of: number)) }),
        global(
            "string", [.bytes], .string, convert(to: .string) { (bytes: [UInt8]) in utf8(bytes).map { .string($0) } }),
        global(
            "string", [.timestamp], .string, convert(to: .string) { (moment: Timestamp) in .string(moment.rfc3339) }),
        global(
            "string", [.duration], .string, convert(to: .string) { (span: ValueDuration) in .string(span.description) }),
    ]

    private static let toTimes = [
        global("timestamp", [.timestamp], .timestamp) { arguments, _, _ in arguments[0] },
        global(
            "timestamp", [.int], .timestamp,
            convert(to: .timestamp) { (n: Int64) in Timestamp(seconds: n).map { .timestamp($0) } }),
        global(
            "timestamp", [.string], .timestamp,
            convert(to: .timestamp) { Timestamp(rfc3339: $0).map { .timestamp($0) } }),
        global("duration", [.duration], .duration) { arguments, _, _ in arguments[0] },
        global(
            "duration", [.string], .duration,
            convert(to: .duration) { (text: String) in ValueDuration(text).map { .duration($0) } }),
    ]

    /// A conversion of one argument that gives nil for what cannot be converted.
    /// A conversion of one argument that gives nil for what cannot be converted.
    private static func convert<T: ValueRepresentable>(
        to target: Target, _ conversion: @escaping @Sendable (T) -> Value?
    ) -> Overload.Body {
        { (arguments: [Value], context: CallContext, _: inout Frame) throws(Failure) -> Value in
            guard let argument = T(arguments[0]), let result = conversion(argument) else {
                throw context.failure("\(arguments[0].quoted) cannot be converted to \(target.rawValue)")
            }
            return result
        }
    }

    /// What something is converted to, and what that takes.
    private enum Target: String {
        case int = "an int: that is a whole number from -9223372036854775808 to 9223372036854775807"
        case uint = "a uint: that is a whole number from 0 to 18446744073709551615"
        case double = "a double: that is a number such as 1.5 or 1e9"
        case bool = "a bool: that is 'true' or 'false'"
        case string = "a string: the bytes are not UTF-8"
        case bytes = "bytes"
        case timestamp = "a timestamp: one is written '2024-05-01T12:00:00Z' or '…+02:00', from the year 1 to 9999"
        case duration = "a duration: one is written '1h30m', '90s' or '250ms', up to 315576000000s"
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
