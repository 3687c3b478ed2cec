import Expressions
import Glibc

/// `aggregator eval --json-lines`: one request a line, one answer a line, each written before the next is read.
///
/// Expressions are evaluated without the type check (CEL's "parse only"): a mistake is an error when it is reached, so
/// that `true || x` is true whatever `x` is.
enum EvalLines {
    /// Longer lines are refused, and not kept.
    static let longestLine = 16 << 20

    /// Answers until the file descriptor ends.
    static func answer(from file: Int32) {
        var lines = BoundedLines(file: file, limit: longestLine)
        while let line = lines.next() {
            print(String(decoding: answer(line), as: UTF8.self), to: .result)
        }
    }

    /// The answer to one line. Nil: the line was too long.
    static func answer(_ line: [UInt8]?) -> [UInt8] {
        guard let line else { return answer("error", "a line has at most \(longestLine) bytes") }
        do {
            let request = try EvalRequest(line)
            let expression = try Expression(request.expression, in: request.environment)
            var answer = Array("{\"value\":".utf8)
            TaggedValue.append(try expression.evaluate(request.bindings), to: &answer)
            answer.append(UInt8(ascii: "}"))
            return answer
        } catch let problem as ExpressionProblem where problem.isUnsupported {
            return answer("unsupported", problem.description)
        } catch let problem as TaggedValue.Problem {
            return answer("error", problem.message)
        } catch {
            return answer("error", "\(error)")
        }
    }

    private static func answer(_ kind: String, _ message: String) -> [UInt8] {
        var answer = Array("{\"\(kind)\":".utf8)
        JSON.append(string: message, to: &answer)
        answer.append(UInt8(ascii: "}"))
        return answer
    }
}

/// A request of `--json-lines`.
struct EvalRequest {
    var expression: String
    var environment: ExpressionEnvironment
    var bindings: Bindings

    init(_ line: [UInt8]) throws {
        let document: Value
        do throws(JSONProblem) {
            document = try Value(json: line)
        } catch {
            throw TaggedValue.Problem(message: "not JSON: \(error)")
        }
        guard case .map(let request) = document, case .string(let text)? = request["expr"] else {
            throw TaggedValue.Problem(message: "expected an object with the member \"expr\", a string")
        }
        expression = text
        bindings = Bindings(try Self.bindings(request["bindings"] ?? .null))
        var variables = try Self.declarations(request["type_env"] ?? .null)
        let declared = Set(variables.map(\.name))
        variables += bindings.values.keys.filter { !declared.contains($0) }.sorted().map { ($0, .dyn) }
        var container = ""
        if case .string(let name)? = request["container"] { container = name }
        environment = ExpressionEnvironment(variables, container: container, checking: .deferred)
        environment.hasMacros = request["disable_macros"] != .bool(true)
        environment.hasBlocks = true
    }

    private static func bindings(_ value: Value) throws -> [String: Value] {
        if value == .null { return [:] }
        guard case .map(let map) = value else {
            throw TaggedValue.Problem(message: "\"bindings\": expected an object of names and values")
        }
        var bindings: [String: Value] = [:]
        for entry in map {
            guard case .string(let name) = entry.key else { continue }
            bindings[name] = try TaggedValue.read(entry.value)
        }
        return bindings
    }

    /// `[{"name": "x", "type": "list(int64)"}]`. A type of another kind is left to the values.
    private static func declarations(_ value: Value) throws -> [(name: String, type: ValueType)] {
        if value == .null { return [] }
        guard case .list(let declarations) = value else {
            throw TaggedValue.Problem(message: "\"type_env\": expected a list of {\"name\", \"type\"}")
        }
        var known: Set<String> = []
        return declarations.compactMap { declaration in
            guard case .map(let map) = declaration, case .string(let name)? = map["name"] else { return nil }
            guard known.insert(name).inserted else { return nil }
            if case .string(let type)? = map["type"] { return (name, ValueType(declaration: type)) }
            return (name, .dyn)
        }
    }
}

extension ValueType {
    /// The type that a declaration names: `int64`, `list(string)`, `map(string,int64)`; `dyn` for whatever else it says.
    init(declaration: String) {
        self = Self.parse(declaration[...], depth: 32)
    }

    private static func parse(_ text: Substring, depth: Int) -> ValueType {
        guard depth > 0 else { return .dyn }
        let text = text.drop { $0 == " " }
        switch text {
        case "int", "int64": return .int
        case "uint", "uint64": return .uint
        case "double": return .double
        case "bool": return .bool
        case "string": return .string
        case "bytes": return .bytes
        case "null", "null_type": return .null
        case "timestamp", "google.protobuf.Timestamp": return .timestamp
        case "duration", "google.protobuf.Duration": return .duration
        case "type": return .type
        default: break
        }
        guard let opening = text.firstIndex(of: "("), text.last == ")" else { return .dyn }
        let inner = text[text.index(after: opening)...].dropLast()
        switch text[..<opening] {
        case "list": return .list(parse(inner, depth: depth - 1))
        case "map":
            guard let comma = inner.firstIndex(of: ",") else { return .dyn }
            // A key is a scalar, so the first comma ends it.
            let key = parse(inner[..<comma], depth: depth - 1)
            return .map(key, parse(inner[inner.index(after: comma)...], depth: depth - 1))
        default: return .dyn
        }
    }
}

/// The lines of a file descriptor, with a bound on what is kept of each.
struct BoundedLines {
    private let file: Int32
    private let limit: Int
    private var buffer: [UInt8] = []
    private var at = 0

    init(file: Int32, limit: Int) {
        self.file = file
        self.limit = limit
    }

    /// The next line without its end; nil inside when it was longer than the limit, nil when there is none.
    mutating func next() -> [UInt8]?? {
        var line: [UInt8] = []
        var isTooLong = false
        var isEmpty = true
        while true {
            if at == buffer.count, !fill() {
                if isEmpty { return nil }
                return .some(isTooLong ? nil : line)
            }
            isEmpty = false
            let end = buffer[at...].firstIndex(of: UInt8(ascii: "\n"))
            let part = buffer[at..<(end ?? buffer.count)]
            if line.count + part.count > limit {
                isTooLong = true
                line = []
            } else if !isTooLong {
                line += part
            }
            at = end.map { $0 + 1 } ?? buffer.count
            if end != nil { return .some(isTooLong ? nil : line) }
        }
    }

    /// Reads what is there; false at the end.
    private mutating func fill() -> Bool {
        while true {
            buffer = [UInt8](unsafeUninitializedCapacity: 64 << 10) { bytes, count in
                count = max(0, read(file, bytes.baseAddress, bytes.count))
            }
            at = 0
            if !buffer.isEmpty { return true }
            if errno != EINTR { return false }
        }
    }
}
