/// Walks over JSON and checks all of it: grammar, UTF-8, escapes, depth. Knows nothing of values.
///
/// Strings, where most bytes are, are passed eight at a time. Every read is within the bytes, also when they are not JSON.
struct JSONScanner {
    let bytes: UnsafeRawBufferPointer
    let end: Int
    var at: Int
    private var depth: Int

    init(_ bytes: UnsafeRawBufferPointer, at start: Int = 0, end: Int? = nil, maxDepth: Int) {
        self.bytes = bytes
        self.end = end ?? bytes.count
        at = start
        depth = maxDepth
    }

    /// The byte that is next, 0 at the end: no token begins with it.
    @inline(__always)
    var next: UInt8 { at < end ? bytes[at] : 0 }

    func problem(_ message: String) -> JSONProblem {
        JSONProblem(message: at < end ? message : "unexpected end: \(message)", offset: at)
    }

    @inline(__always)
    mutating func skipBlanks() {
        while at < end, JSON.isBlank(bytes[at]) { at += 1 }
    }

    /// One value and nothing after it.
    mutating func document() throws(JSONProblem) {
        skipBlanks()
        try value()
        try finish()
    }

    mutating func finish() throws(JSONProblem) {
        skipBlanks()
        if at < end { throw problem("something after the value") }
    }

    mutating func value() throws(JSONProblem) {
        switch next {
        case UInt8(ascii: "\""): _ = try string()
        case UInt8(ascii: "{"): try object { (_: inout JSONScanner, _, _) in }
        case UInt8(ascii: "["): try array { (scanner: inout JSONScanner) throws(JSONProblem) in try scanner.value() }
        case UInt8(ascii: "t"): try word("true")
        case UInt8(ascii: "f"): try word("false")
        case UInt8(ascii: "n"): try word("null")
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): _ = try number()
        default: throw problem("expected a value")
        }
    }

    /// The same; says whether it is a string whose text stands there as it is, without escapes.
    @inline(__always)
    mutating func valueIsPlain() throws(JSONProblem) -> Bool {
        if next == UInt8(ascii: "\"") { return try !string().isEscaped }
        try value()
        return false
    }

    /// An object; `member` is told of each key (without quotes) and value after both were checked.
    @inline(__always)
    mutating func object(
        _ member: (_ scanner: inout JSONScanner, _ key: JSONText, _ value: Range<Int>) throws(JSONProblem) -> Void
    ) throws(JSONProblem) {
        try members { (scanner: inout JSONScanner, key) throws(JSONProblem) in
            let start = scanner.at
            try scanner.value()
            try member(&scanner, key, start..<scanner.at)
        }
    }

    /// An object; `value` is called at each value and has to walk over it.
    @inline(__always)
    mutating func members(
        _ value: (_ scanner: inout JSONScanner, _ key: JSONText) throws(JSONProblem) -> Void
    ) throws(JSONProblem) {
        try enter()
        if next == UInt8(ascii: "}") { return leave() }
        while true {
            guard next == UInt8(ascii: "\"") else { throw problem("expected a key in double quotes") }
            let key = try string()
            skipBlanks()
            guard next == UInt8(ascii: ":") else { throw problem("expected ':' after a key") }
            at += 1
            skipBlanks()
            try value(&self, key)
            skipBlanks()
            if next == UInt8(ascii: "}") { return leave() }
            guard next == UInt8(ascii: ",") else { throw problem("expected ',' or '}'") }
            at += 1
            skipBlanks()
        }
    }

    /// An array; `element` is called at each element and has to walk over it.
    @inline(__always)
    mutating func array(_ element: (inout JSONScanner) throws(JSONProblem) -> Void) throws(JSONProblem) {
        try enter()
        if next == UInt8(ascii: "]") { return leave() }
        while true {
            try element(&self)
            skipBlanks()
            if next == UInt8(ascii: "]") { return leave() }
            guard next == UInt8(ascii: ",") else { throw problem("expected ',' or ']'") }
            at += 1
            skipBlanks()
        }
    }

    private mutating func enter() throws(JSONProblem) {
        guard depth > 0 else { throw problem("nested too deep") }
        depth -= 1
        at += 1
        skipBlanks()
    }

    private mutating func leave() {
        depth += 1
        at += 1
    }

    private mutating func word(_ word: StaticString) throws(JSONProblem) {
        for index in 0..<word.utf8CodeUnitCount {
            guard next == word.utf8Start[index] else { throw problem("expected '\(word)'") }
            at += 1
        }
    }

    /// `-? int frac? exp?`; says whether it has neither fraction nor exponent.
    mutating func number() throws(JSONProblem) -> (range: Range<Int>, isInteger: Bool) {
        let start = at
        if next == UInt8(ascii: "-") { at += 1 }
        if next == UInt8(ascii: "0") {
            at += 1
            if isDigit(next) { throw problem("a number has no zeros in front") }
        } else {
            try digits()
        }
        var isInteger = true
        if next == UInt8(ascii: ".") {
            isInteger = false
            at += 1
            try digits()
        }
        if next | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            at += 1
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { at += 1 }
            try digits()
        }
        return (start..<at, isInteger)
    }

    private mutating func digits() throws(JSONProblem) {
        guard isDigit(next) else { throw problem("expected a digit") }
        while isDigit(next) { at += 1 }
    }
}
