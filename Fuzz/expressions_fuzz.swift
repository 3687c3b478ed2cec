// Random bytes as an expression and as JSON: nothing may crash, run long, or disagree with itself (Fuzz/run.sh).
// The first byte says what the rest is.
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
        case (.type, .type), (.list, .list), (.map, .map), (.object, .map): true
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
    if start.pointee & 1 == 0 { fuzzExpression(bytes) } else { fuzzJSON(bytes) }
    return 0
}

@main
private struct ExpressionsFuzz {
    static func main() { runFuzzer { fuzz($0, $1) } }
}
