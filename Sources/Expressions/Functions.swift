/// What a function is handed beside its arguments.
struct CallContext: Sendable {
    let span: Span

    /// A failure at the place of the call.
    func failure(_ message: String) -> Failure { Failure(.invalid(message), at: span) }
}

/// One form of a function: what it takes, what it gives, what it does.
///
/// A parameter `dyn` takes anything, `list(dyn)` any list. Which form is meant is decided by the checker where the types
/// are known, and by the kinds of the values otherwise.
struct Overload: Sendable {
    typealias Body =
        @Sendable (_ arguments: [Value], _ context: CallContext, _ frame: inout Frame) throws(Failure) ->
        Value

    /// Whether the first parameter is written before the dot: `text.size()` rather than `size(text)`.
    let isMember: Bool
    let parameters: [ValueType]
    /// Takes one number and more, of any types, instead of the parameters.
    var takesNumbers = false
    let result: ValueType
    /// What it gives where that depends on the types of its arguments.
    var infer: (@Sendable (_ arguments: [ValueType]) -> ValueType)?
    let body: Body

    func resultType(of arguments: [ValueType]) -> ValueType { infer?(arguments) ?? result }

    /// Whether the call can be this form, as far as the types are known.
    func mayTake(_ types: [ValueType], isMember: Bool) -> Bool {
        guard isMember == self.isMember else { return false }
        if takesNumbers { return !types.isEmpty && types.allSatisfy { $0 == .dyn || $0.isNumber } }
        return types.count == parameters.count && zip(types, parameters).allSatisfy { $0.canBe($1) }
    }

    /// Whether these values are what it takes.
    func takes(_ values: [Value]) -> Bool {
        if takesNumbers { return values.allSatisfy { [.int, .uint, .double].contains($0.kind) } }
        guard values.count == parameters.count else { return false }
        for (value, parameter) in zip(values, parameters) {
            if let kind = parameter.kind, kind != value.kind { return false }
        }
        return true
    }
}

/// All functions by name, each family in a file of its own.
enum Functions {
    static let table: [String: [Overload]] = {
        var table: [String: [Overload]] = [:]
        let families = [
            sizeFunctions, conversionFunctions, stringFunctions, stringExtensions, formatFunctions,
            timestampFunctions, mathFunctions, bitFunctions, listFunctions, setFunctions, encoderFunctions,
            optionalFunctions,
        ]
        for (name, overload) in families.joined() { table[name, default: []].append(overload) }
        return table
    }()

    /// What stands before the dot in `math.abs(x)`.
    static let namespaces = Set(table.keys.compactMap { $0.split(separator: ".").dropLast().first.map(String.init) })

    static func global(
        _ name: String, _ parameters: [ValueType], _ result: ValueType, _ body: @escaping Overload.Body
    ) -> (String, Overload) {
        (name, Overload(isMember: false, parameters: parameters, result: result, body: body))
    }

    /// The same with a result that depends on the types of the arguments.
    static func global(
        _ name: String, _ parameters: [ValueType], _ result: ValueType,
        _ infer: @escaping @Sendable (_ arguments: [ValueType]) -> ValueType, _ body: @escaping Overload.Body
    ) -> (String, Overload) {
        (name, Overload(isMember: false, parameters: parameters, result: result, infer: infer, body: body))
    }

    static func member(
        _ name: String, _ parameters: [ValueType], _ result: ValueType, _ body: @escaping Overload.Body
    ) -> (String, Overload) {
        (name, Overload(isMember: true, parameters: parameters, result: result, body: body))
    }

    /// The same with a result that depends on the types of the arguments.
    static func member(
        _ name: String, _ parameters: [ValueType], _ result: ValueType,
        _ infer: @escaping @Sendable (_ arguments: [ValueType]) -> ValueType, _ body: @escaping Overload.Body
    ) -> (String, Overload) {
        (name, Overload(isMember: true, parameters: parameters, result: result, infer: infer, body: body))
    }
}

/// A call of a function, with the forms that are possible.
final class CallNode: Node {
    let span: Span
    let name: String
    let overloads: [Overload]
    let arguments: [any Node]

    init(_ name: String, _ overloads: [Overload], _ arguments: [any Node], _ span: Span) {
        self.name = name
        self.overloads = overloads
        self.arguments = arguments
        self.span = span
    }

    func evaluate(_ frame: inout Frame) throws(Failure) -> Value {
        var values: [Value] = []
        values.reserveCapacity(arguments.count)
        var weight = 1
        for argument in arguments {
            let value = try argument.evaluate(&frame)
            switch value {
            case .string(let text): weight += text.utf8.count >> 4
            case .object(let source): weight += source.weight
            default: break
            }
            values.append(value)
        }
        try frame.spend(weight, at: span)
        for overload in overloads where overload.takes(values) {
            return try overload.body(values, CallContext(span: span), &frame)
        }
        throw Failure(.noOverload(name, values.map(\.kind)), at: span)
    }
}
