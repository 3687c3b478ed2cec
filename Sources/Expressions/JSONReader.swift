extension Value {
    /// The value of a JSON text: RFC 8259 strictly, in UTF-8, nested at most `maxDepth` deep. Numbers without fraction and
    /// exponent that fit are ints, all others doubles; of a key that is there twice the last value counts.
    public init(json bytes: UnsafeRawBufferPointer, maxDepth: Int = JSON.defaultDepth) throws(JSONProblem) {
        var scanner = JSONScanner(bytes, maxDepth: maxDepth)
        scanner.skipBlanks()
        self = try scanner.read()
        try scanner.finish()
    }

    /// The same for an array of bytes.
    public init(json bytes: [UInt8], maxDepth: Int = JSON.defaultDepth) throws(JSONProblem) {
        let result = bytes.withUnsafeBytes { bytes in
            Result { () throws(JSONProblem) in try Value(json: bytes, maxDepth: maxDepth) }
        }
        self = try result.get()
    }
}

extension JSONScanner {
    /// The value that is next, checked as it is read.
    mutating func read() throws(JSONProblem) -> Value {
        switch next {
        case UInt8(ascii: "\""): return .string(text(try string()))
        case UInt8(ascii: "{"):
            var map = ValueMap()
            try members { (scanner: inout JSONScanner, key) throws(JSONProblem) in
                let value = try scanner.read()
                map.set(.string(scanner.text(key)), value)
            }
            return .map(map)
        case UInt8(ascii: "["):
            var elements: [Value] = []
            try array { (scanner: inout JSONScanner) throws(JSONProblem) in elements.append(try scanner.read()) }
            return .list(elements)
        case UInt8(ascii: "t"), UInt8(ascii: "f"):
            let isTrue = next == UInt8(ascii: "t")
            try value()
            return .bool(isTrue)
        case UInt8(ascii: "n"):
            try value()
            return .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try readNumber()
        default: throw problem("expected a value")
        }
    }

    /// The number that is next: an int or a double.
    mutating func readNumber() throws(JSONProblem) -> Value {
        let (range, isInteger) = try number()
        return number(in: range, isInteger: isInteger)
    }

    private func number(in range: Range<Int>, isInteger: Bool) -> Value {
        let isNegative = bytes[range.lowerBound] == UInt8(ascii: "-")
        let digits = (isNegative ? range.lowerBound + 1 : range.lowerBound)..<range.upperBound
        if isInteger, let value = integer(in: digits, isNegative: isNegative) { return .int(value) }
        if let value = shortDouble(in: digits) { return .double(isNegative ? -value : value) }
        let text = String(decoding: UnsafeRawBufferPointer(rebasing: bytes[range]), as: UTF8.self)
        return .double(Double(text) ?? .nan)
    }

    private func integer(in digits: Range<Int>, isNegative: Bool) -> Int64? {
        guard digits.count <= 19 else { return nil }
        var magnitude: UInt64 = 0  // 19 digits fit
        for index in digits { magnitude = magnitude &* 10 &+ UInt64(bytes[index] & 0x0F) }
        if isNegative { return magnitude <= 1 << 63 ? Int64(truncatingIfNeeded: 0 &- magnitude) : nil }
        return Int64(exactly: magnitude)
    }

    /// A number of at most 15 digits and a small exponent: both it and the power of ten are exact doubles then, and one
    /// rounding gives the right result (Clinger's fast path). Nil for all others.
    private func shortDouble(in range: Range<Int>) -> Double? {
        var mantissa: UInt64 = 0
        var digits = 0
        var scale = 0
        var index = range.lowerBound
        var isFraction = false
        while index < range.upperBound, bytes[index] | 0x20 != UInt8(ascii: "e") {
            if bytes[index] == UInt8(ascii: ".") {
                isFraction = true
            } else {
                mantissa = mantissa &* 10 &+ UInt64(bytes[index] & 0x0F)
                digits += 1
                if isFraction { scale -= 1 }
            }
            index += 1
        }
        guard digits <= 15, index == range.upperBound, scale >= -22 else { return nil }
        return Double(mantissa) / powersOfTen[-scale]
    }
}

private let powersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
]
