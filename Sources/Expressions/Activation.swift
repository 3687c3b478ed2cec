/// A variable of an environment.
public struct Variable: Sendable, Hashable {
    /// Its name, as expressions write it.
    public let name: String
    /// Its place in the list the environment was made of, from 0: what an activation can switch on.
    public let index: Int
}

/// What the variables of an expression stand for in one evaluation.
///
/// Called on the thread that evaluates, for each mention of a variable and perhaps once more; a variable that is never
/// touched is never asked for. It stands for the same during one evaluation. A class, or a struct of at most three words,
/// makes evaluating free of allocations.
public protocol Activation {
    /// The value of a variable, nil where it is absent.
    func value(of variable: Variable) -> Value?

    /// The object of a variable that stands for one read from JSON, where the activation has it at hand: a shortcut for
    /// comparisons, without counting references, so what has it must keep it during the evaluation. Nil (the default) for
    /// everything else: then `value` is asked.
    func object(of variable: Variable) -> Unmanaged<JSONObject>?

    /// A field of a variable, where the activation has it at hand without making the whole object: a shortcut for
    /// `event.type` and its like. It must say what the object itself would say. `elsewhere` is the default.
    func field(_ name: String, of variable: Variable) -> FieldAtHand
}

/// What an activation knows of a field without making the object it is of.
public enum FieldAtHand {
    /// Nothing: `Activation.value` has to be asked for the object.
    case elsewhere
    /// That it is absent.
    case absent
    /// Its value.
    case value(Value)
}

extension Activation {
    /// Has none at hand.
    public func object(of variable: Variable) -> Unmanaged<JSONObject>? { nil }

    /// Has none at hand.
    public func field(_ name: String, of variable: Variable) -> FieldAtHand { .elsewhere }
}

/// Values by name: for tests, tools and whatever is not hot.
public struct Bindings: Activation, Sendable, ExpressibleByDictionaryLiteral {
    /// The values of the variables.
    public var values: [String: Value]

    /// These variables are there, all others are absent.
    public init(_ values: [String: Value] = [:]) { self.values = values }

    /// The same, as a literal.
    public init(dictionaryLiteral elements: (String, Value)...) {
        values = Dictionary(elements) { _, last in last }
    }

    /// The value of that name.
    public func value(of variable: Variable) -> Value? { values[variable.name] }
}

/// Which variables there are, and what is known of them.
public struct ExpressionEnvironment: Sendable {
    /// What is done about mistakes that are certain before any value is there: a wrong type, an unknown name.
    public enum Checking: Sendable {
        /// They are problems of the text.
        case strict
        /// They become errors when that part is evaluated (CEL without its type check).
        case deferred
    }

    var variables: [String: (variable: Variable, type: ValueType)] = [:]
    /// The namespace in which names are looked up first (CEL's container), such as `com.example`; usually none.
    public var container: String
    /// Whether mistakes of type are found at load. Default `strict`.
    public var checking: Checking
    /// Whether `has`, `all`, `map` and their like are macros (default), or functions that nobody has defined.
    public var hasMacros = true
    /// Whether `cel.block` and the variables of it are there, which only the specification's own tests write. Default false.
    public var hasBlocks = false
    /// What a variable or field can be, by its name with dots, where that is known to be one of a few texts: `event.type`. That
    /// it is compared with another one is remarked upon (`Expression.remarks`).
    public var texts: [String: Set<String>] = [:]
    /// What a variable of type `dyn` is when it is an object. Nothing else has fields: naming one that is not here is a problem.
    public var objects: [String: ObjectType] = [:]
    /// What a variable is, told by another.
    public var alternatives: Alternatives?

    /// The variables in their order, which is the order of `Variable.index`. Names may have dots.
    public init(
        _ variables: [(name: String, type: ValueType)], container: String = "", checking: Checking = .strict
    ) {
        self.container = container
        self.checking = checking
        for (index, (name, type)) in variables.enumerated() {
            self.variables[name] = (Variable(name: name, index: index), type)
        }
    }

    /// The candidates for a name, nearest namespace first (language definition, "Name resolution").
    func candidates(for name: String, isAbsolute: Bool) -> [String] {
        guard !isAbsolute, !container.isEmpty else { return [name] }
        var result: [String] = []
        var parts = container.split(separator: ".")
        while !parts.isEmpty {
            result.append(parts.joined(separator: ".") + "." + name)
            parts.removeLast()
        }
        return result + [name]
    }
}
