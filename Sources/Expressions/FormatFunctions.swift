// format() and strings.quote() of the strings extension.

extension Functions {
    static let formatFunctions: [(String, Overload)] = [
        member("format", [.string, .list(.dyn)], .string) { arguments, context, frame throws(Failure) in
            guard case .string(let text) = arguments[0], case .list(let values) = arguments[1] else {
                return .string("")
            }
            var formatter = Formatter(values: values, context: context)
            return .string(try formatter.format(text, &frame))
        },
        global("strings.quote", [.string], .string) { arguments, _, _ in .string(quoted(String(arguments[0]) ?? "")) },
    ]

    /// In double quotes, with CEL's escapes for what a terminal would act upon.
    private static func quoted(_ text: String) -> String {
        var result = String.UnicodeScalarView("\"".unicodeScalars)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\u{07}": result.append(contentsOf: "\\a".unicodeScalars)
            case "\u{08}": result.append(contentsOf: "\\b".unicodeScalars)
            case "\u{0B}": result.append(contentsOf: "\\v".unicodeScalars)
            case "\u{0C}": result.append(contentsOf: "\\f".unicodeScalars)
            case "\n": result.append(contentsOf: "\\n".unicodeScalars)
            case "\r": result.append(contentsOf: "\\r".unicodeScalars)
            case "\t": result.append(contentsOf: "\\t".unicodeScalars)
            case "\\", "\"": result.append(contentsOf: ["\\", scalar])
            default: result.append(scalar)
            }
        }
        result.append("\"")
        return String(result)
    }
}

/// One call of `format`: `%s %d %f %e %b %o %x %X %%`, with a precision for `%f` and `%e`.
private struct Formatter {
    let values: [Value]
    let context: CallContext
    private var next = 0
    /// More digits no double has any use for.
    private static let maximumPrecision = 1000

    init(values: [Value], context: CallContext) {
        self.values = values
        self.context = context
    }

    mutating func format(_ text: String, _ frame: inout Frame) throws(Failure) -> String {
        var result = ""
        var rest = text.unicodeScalars[...]
        while let percent = rest.firstIndex(of: "%") {
            result += String(rest[..<percent])
            rest = rest[percent...].dropFirst()
            if rest.first == "%" {
                result += "%"
                rest = rest.dropFirst()
                continue
            }
            let precision = try precision(&rest)
            guard let verb = rest.popFirst() else { throw context.failure("'%' at the end; a percent sign is '%%'") }
            let part = try clause(verb, precision, &frame)
            try frame.spend(1 + part.utf8.count >> 4, at: context.span)
            result += part
        }
        return result + String(rest)
    }

    private func precision(_ rest: inout Substring.UnicodeScalarView) throws(Failure) -> Int {
        guard rest.first == "." else { return 6 }
        rest = rest.dropFirst()
        let digits = rest.prefix { ("0"..."9").contains($0) }
        rest = rest.dropFirst(digits.count)
        guard let precision = Int(String(digits)), precision <= Self.maximumPrecision else {
            throw context.failure("expected a precision of 0 to \(Self.maximumPrecision) after '%.'")
        }
        return precision
    }

    private mutating func clause(
        _ verb: Unicode.Scalar, _ precision: Int, _ frame: inout Frame
    ) throws(Failure) -> String {
        guard "sdfebxXo".unicodeScalars.contains(verb) else {
            throw context.failure("unknown formatting clause '%\(verb)'; there are %s %d %f %e %b %o %x %X and %%")
        }
        guard next < values.count else {
            throw context.failure("'%\(verb)' has no argument: index \(next) is outside the list of \(values.count)")
        }
        let value = values[next]
        next += 1
        // Before the work: what is printed is about as long as what it is made of.
        try frame.spend(value.weight + work(value, precision), at: context.span)
        let text: String? =
            switch verb {
            case "s": plain(value)
            case "d": decimal(value)
            case "f": real(value) { $0.fixed(precision: precision) }
            case "e": real(value) { $0.scientific(precision: precision) }
            case "b": if case .bool(let bit) = value { bit ? "1" : "0" } else { integer(value, radix: 2) }
            case "o": integer(value, radix: 8)
            default: hexadecimal(value, isUppercase: verb == "X")
            }
        guard let text else { throw context.failure("'%\(verb)' does not take \(value.kind.phrase)") }
        return text
    }

    /// What the digits of a double cost.
    private func work(_ value: Value, _ precision: Int) -> Int {
        guard case .double(let number) = value, number.isFinite, number != 0 else { return 0 }
        return abs(Int(number.exponent)) + precision
    }

    private func special(_ number: Double) -> String {
        number.isNaN ? "NaN" : number < 0 ? "-Infinity" : "Infinity"
    }

    private func decimal(_ value: Value) -> String? {
        guard case .double(let number) = value else { return integer(value, radix: 10) }
        return number.isFinite ? DecimalText.shortest(number) : special(number)
    }

    private func integer(_ value: Value, radix: Int, isUppercase: Bool = false) -> String? {
        switch value {
        case .int(let number): String(number, radix: radix, uppercase: isUppercase)
        case .uint(let number): String(number, radix: radix, uppercase: isUppercase)
        default: nil
        }
    }

    private func real(_ value: Value, _ text: (DecimalText) -> String) -> String? {
        switch value {
        case .double(let number): number.isFinite ? text(DecimalText(number)) : special(number)
        case .int(let number): text(DecimalText(Double(number)))
        case .uint(let number): text(DecimalText(Double(number)))
        default: nil
        }
    }

    private func hexadecimal(_ value: Value, isUppercase: Bool) -> String? {
        let bytes: [UInt8]
        switch value {
        case .string(let text): bytes = Array(text.utf8)
        case .bytes(let content): bytes = content
        default: return integer(value, radix: 16, isUppercase: isUppercase)
        }
        let digits = Array((isUppercase ? "0123456789ABCDEF" : "0123456789abcdef").utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// As `string()` writes it, and lists and maps of such, the latter sorted by their keys' texts.
    private func plain(_ value: Value) -> String? {
        switch value {
        case .null: return "null"
        case .bool(let value): return String(value)
        case .int, .uint: return integer(value, radix: 10)
        case .double(let number): return Functions.text(of: number)
        case .string(let text): return text
        case .bytes(let bytes): return String(decoding: bytes, as: UTF8.self)
        case .timestamp(let moment): return moment.rfc3339
        case .duration(let duration): return duration.description
        case .type(let kind): return kind.rawValue
        case .list(let elements):
            let parts = elements.compactMap(plain)
            return parts.count == elements.count ? "[\(parts.joined(separator: ", "))]" : nil
        case .map(let map):
            let parts = map.compactMap { entry in
                plain(entry.key.value).flatMap { key in plain(entry.value).map { (key: key, value: $0) } }
            }
            guard parts.count == map.count else { return nil }
            let sorted = parts.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            return "{\(sorted.map { "\($0.key): \($0.value)" }.joined(separator: ", "))}"
        case .object(let source): return plain(source.value())
        case .optional: return nil
        }
    }
}
