// Random bytes as a JSON Schema and as data that is checked against it (Fuzz/run.sh): the schema ends with the first line end.

import Expressions
import FuzzDriver

@testable import Aggregator

/// A type for every keyword, for inputs of which the first line is no schema.
private let schema = #"""
    {"type":"object","required":["a"],"properties":{"a":{"type":["string","null"],"maxLength":3,"pattern":"^[a-z]*$"},
    "b":{"type":"array","items":{"$ref":"#/$defs/n"},"uniqueItems":true,"maxItems":4},"c":{"anyOf":[{"const":1},{"$ref":"#"}]},
    "d":{"oneOf":[{"type":"integer"},{"minimum":2}]},"e":{"not":{"type":"string"}},"f":{"format":"date-time","type":"string"}},
    "additionalProperties":{"type":"number","multipleOf":0.5},"$defs":{"n":{"type":"integer","minimum":-2,"exclusiveMaximum":7}}}
    """#

private func dataType(of schema: [UInt8]) -> DataType? {
    var definitions: [DataRule] = []
    let rule = try? SchemaReader.rule(of: schema, &definitions) { mistake in
        precondition(
            !mistake.message.isEmpty && (mistake.pointer.isEmpty || mistake.pointer.utf8.first == UInt8(ascii: "/")))
    }
    return rule.map { DataType($0, definitions: definitions) }
}

private let everything = dataType(of: Array(schema.utf8))

/// What is accepted is valid JSON and is read as what it is; what is not has faults with places, the same ones each time.
private func check(_ data: [UInt8], _ type: DataType) {
    let faults = type.faults(of: data)
    do throws(DataFault) {
        let object = try type.check(data)
        precondition(JSON.validate(data) == nil, "accepted what is no JSON")
        precondition(faults.isEmpty, "faults in what is accepted")
        if let object, let value = try? Value(json: data) {
            precondition(object.value().json == value.json, "the object has other members")
        }
    } catch {
        precondition(!error.reason.isEmpty && (error.pointer.isEmpty || error.pointer.utf8.first == UInt8(ascii: "/")))
        precondition(!faults.isEmpty && faults.count <= 10)
        precondition(faults.first == error || error.reason.contains("too deep or too large"), "another first fault")
    }
}

/// libFuzzer's entry.
@_cdecl("LLVMFuzzerTestOneInput")
func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    let line = bytes.prefix { $0 != UInt8(ascii: "\n") }
    let data = Array(bytes.dropFirst(line.count + 1))
    if let type = dataType(of: Array(line)) { check(data, type) }
    if let everything { check(data, everything) }
    return 0
}

@main
private struct TypesFuzz {
    static func main() { runFuzzer { fuzz($0, $1) } }
}
