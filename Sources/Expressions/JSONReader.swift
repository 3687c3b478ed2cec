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
        JSONNumber(checked: bytes, in: try number().range).value
    }
}
