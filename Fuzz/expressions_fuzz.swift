// Random bytes as an expression and as JSON: nothing may crash, run long, or disagree with itself (Fuzz/run.sh).
// The first byte says what the rest is: an expression, JSON, pieces of expressions, or a text for functions that read texts.
import Expressions
import FuzzDriver

private let environment = ExpressionEnvironment([
    ("data", .dyn),
    (
        "event",
        .object(
            ObjectType(
                name: "event",
                fields: [
                    "type": .init(.string), "time": .init(.timestamp), "subject": .init(.string, isOptional: true),
                ]))
    ),
])

private let deferred = ExpressionEnvironment([("data", .dyn), ("event", .dyn)], checking: .deferred)

private let bindings: Bindings = [
    "data": .map([
        "s": .string("grüße"), "l": .list([.int(1), .double(2.5), .string("x"), .null]), "n": .int(.min),
        "m": .map(["a": .uint(.max)]), "b": .bytes([0, 255]),
    ]),
    "event": .map(["type": .string("t"), "time": Timestamp(seconds: 0).map { .timestamp($0) } ?? .null]),
]

/// What expressions are made of: random choices of these are right far more often than random letters.
private let pieces = [
    "1", "2u", "1.5", "0", "-1", "9223372036854775807", "'a'", "'%s %.3f'", "b'\\xff'", "true", "false", "null", "data",
    "event",
    ".s", ".l", ".n", ".m", ".type", ".time", ".subject", "[", "]", "(", ")", "{", "}", ":", ",", "?", ".?", "[?",
    " + ", " - ",
    " * ", " / ", " % ", " == ", " != ", " < ", " >= ", " && ", " || ", "!", " in ", "x", "y", "has(", "size(", "int(",
    "double(",
    "string(", "type(", "dyn(", "duration('1h')", "timestamp(1)", ".map(x, ", ".filter(x, ", ".all(x, ",
    ".exists(x, y, ",
    ".transformList(x, y, ", ".transformMap(x, y, ", ".transformMapEntry(x, y, ", ".sortBy(x, ", ".optMap(x, ",
    ".optFlatMap(x, ", "cel.bind(x, ", ".sort()", ".distinct()", ".flatten()", ".flatten(", ".reverse()", ".first()",
    ".last()",
    ".slice(", "lists.range(", "math.greatest(", "math.least(", "math.bitShiftLeft(", "math.abs(", "math.round(",
    "sets.contains(", "sets.equivalent(", "optional.of(", "optional.none()", "optional.ofNonZeroValue(", ".orValue(",
    ".or(",
    ".value()", ".hasValue()", ".format([", "])", ".contains(", ".matches(", ".replace(", ".split(", ".join(",
    ".substring(",
    ".indexOf(", ".charAt(", "strings.quote(", "base64.encode(", "base64.decode(", ".getHours(", "'Europe/Paris'",
    " ? ", " : ",
    "[1, 2, 3]", "{'a': 1, 2: 'b'}", "[[1], [2u], ['a']]",
]

private func fuzzPieces(_ bytes: [UInt8]) {
    fuzzExpression(Array(bytes.prefix(200).map { pieces[Int($0) % pieces.count] }.joined().utf8))
}

private let readers: [Expression] = [
    "timestamp(s)", "duration(s)", "int(s)", "uint(s)", "double(s)", "bool(s)", "base64.decode(s)", "strings.quote(s)",
    "s.format([1, 2.5, 'a', [1, {'k': null}], true, duration('1s')])", "'a'.matches(s)", "timestamp(0).getHours(s)",
    "s.trim() + s.reverse() + s.upperAscii()", "s.split('').join('-').size()", "s.replace('a', s)",
].compactMap { try? Expression($0, in: ExpressionEnvironment([("s", .string)]), limits: .init(cost: 20_000)) }

private func fuzzText(_ bytes: [UInt8]) {
    let text: Bindings = ["s": .string(String(decoding: bytes, as: UTF8.self))]
    for reader in readers {
        guard let value = try? reader.evaluate(text) else { continue }
        precondition(reader.resultType.allows(value), "a value that is not of the type that was found")
        // What a time is written as is read as the same time.
        if case .timestamp(let moment) = value { precondition(Timestamp(rfc3339: moment.rfc3339) == moment) }
        if case .duration(let duration) = value { precondition(ValueDuration(duration.description) == duration) }
    }
}

private func fuzzExpression(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    for environment in [environment, deferred] {
        do throws(ExpressionProblem) {
            let expression = try Expression(text, in: environment, limits: .init(cost: 20_000))
            do throws(EvaluationError) {
                let value = try expression.evaluate(bindings)
                precondition(JSON.validate(Array(value.json.utf8), maxDepth: 1024) == nil, "wrote JSON that is none")
                precondition(expression.resultType.allows(value), "a value that is not of the type that was found")
            } catch {
                precondition(!error.message.isEmpty && error.place.offset <= text.utf8.count)
            }
        } catch {
            precondition(!error.message.isEmpty && error.place.offset + error.length <= text.utf8.count)
        }
    }
}

extension ValueType {
    /// Whether a value can be of this type: what the checker found has to hold for what the evaluator gives.
    fileprivate func allows(_ value: Value) -> Bool {
        switch (self, value.kind) {
        case (.dyn, _), (.null, .null), (.bool, .bool), (.int, .int), (.uint, .uint), (.double, .double): true
        case (.string, .string), (.bytes, .bytes), (.timestamp, .timestamp), (.duration, .duration): true
        case (.type, .type), (.list, .list), (.map, .map), (.object, .map), (.optional, .optional): true
        default: false
        }
    }
}

private func fuzzJSON(_ bytes: [UInt8]) {
    let isValid = JSON.validate(bytes) == nil
    guard let value = try? Value(json: bytes) else {
        precondition(!isValid, "valid, but not readable")
        return
    }
    precondition(isValid, "read what is not valid")
    var written: [UInt8] = []
    value.json(into: &written)
    let again = try? Value(json: written)
    precondition(again?.json == value.json, "not the same after writing and reading")
    guard let object = try? JSONObject(bytes), case .map(let map) = value else { return }
    precondition(object.value() == value || value != value, "the lazy object is another one")
    precondition(object.names.count == map.count)
    for name in object.names {
        let field = object.field(name)
        precondition(field?.json == map[name]?.json, "the lazy object has another field")
    }
}

/// libFuzzer's entry.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard let start, count > 0 else { return 0 }
    let bytes = Array(UnsafeBufferPointer(start: start + 1, count: count - 1))
    switch start.pointee & 3 {
    case 0: fuzzExpression(bytes)
    case 2: fuzzPieces(bytes)
    case 3 where start.pointee & 4 == 0: fuzzText(bytes)
    default: fuzzJSON(bytes)
    }
    return 0
}

@main
private struct ExpressionsFuzz {
    static func main() { runFuzzer { fuzz($0, $1) } }
}
