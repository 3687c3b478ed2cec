import Synchronization

/// One option of a source, a filter step, or a part of the pipeline file. Its declaration is its whole truth: the name, the
/// type, the default, and the help stand here and nowhere else; decoding, errors and reference are read from it.
///
///     @Option("Time between two reports.") var interval: Duration = .seconds(60)   // has a default
///     @Option("The city to ask about.") var city: String                           // required
///     @Option("Only reports about these.") var only: [String]?                     // may be left out
///
/// In the file the name is in snake case: `headTime` is `head_time`.
@propertyWrapper
public struct Option<Value: OptionValue>: Sendable {
    let declaration: OptionDeclaration
    private let slot: OptionSlot<Value>

    /// An option with a default.
    public init(wrappedValue: Value, _ help: String, _ traits: OptionTrait...) {
        declaration = OptionDeclaration(help: help, isRequired: false, traits: traits)
        slot = OptionSlot(wrappedValue)
    }

    /// An option that the file must give, or, where the type is an optional, may leave out.
    public init(_ help: String, _ traits: OptionTrait...) {
        declaration = OptionDeclaration(help: help, isRequired: Value.absent == nil, traits: traits)
        slot = OptionSlot(Value.absent)
    }

    /// The option's value. Reading a required one that was never set is a mistake of the program, not of a file: values are
    /// only handed out once all required options are there.
    public var wrappedValue: Value {
        get {
            guard let value = slot.value else { preconditionFailure("read before it was set: \(declaration.help)") }
            return value
        }
        set { self = Option(declaration: declaration, value: newValue) }
    }

    private init(declaration: OptionDeclaration, value: Value) {
        self.declaration = declaration
        slot = OptionSlot(value)
    }
}

/// What can be said of an option beside its type, default and help.
public enum OptionTrait: Sendable {
    /// It takes all that stands under the kind's key (`where: EXPR`, `sample: 10%`), instead of a key of its own.
    case whole
    /// Its name in the file, where snake case of the property's would not do.
    case named(String)
    /// An example for the reference.
    case example(String)
    /// Its value is never shown.
    case secret
    /// The numbers, durations (in seconds), sizes (in bytes) or lengths it may have.
    case range(ClosedRange<Double>)
}

/// Where an option's value is: set once by decoding, before the value that declares it is handed out; a copy that is
/// assigned to gets a slot of its own.
final class OptionSlot<Value: Sendable>: Sendable {
    private let stored: Mutex<Value?>

    init(_ value: Value?) { stored = Mutex(value) }

    var value: Value? { stored.withLock { $0 } }

    func set(_ value: Value) { stored.withLock { $0 = value } }
}

/// An option as it was declared.
struct OptionDeclaration: Sendable {
    let help: String
    let isRequired: Bool
    let traits: [OptionTrait]

    /// Its name in the file: `headTime` is `head_time`, unless `.named` says otherwise.
    func name(property: String) -> String {
        for case .named(let name) in traits { return name }
        return snakeCase(property)
    }

    var isWhole: Bool { traits.contains { if case .whole = $0 { true } else { false } } }

    var isSecret: Bool { traits.contains { if case .secret = $0 { true } else { false } } }

    var example: String? {
        for case .example(let text) in traits { return text }
        return nil
    }

    var range: ClosedRange<Double>? {
        for case .range(let range) in traits { return range }
        return nil
    }
}

/// `headTime` as `head_time`.
func snakeCase(_ name: String) -> String {
    var result = ""
    for character in name {
        if character.isUppercase { result += "_" + character.lowercased() } else { result.append(character) }
    }
    return result
}

/// What `Mirror` finds: an option of whatever type.
protocol AnyOption: Sendable {
    var declaration: OptionDeclaration { get }
    /// What may be written.
    var shape: OptionShape { get }
    /// The default in the file's own writing; nil if there is none.
    var defaultText: String? { get }
    /// Decodes and sets. What is wrong goes to `problems`; false then.
    func decode(_ node: Node, _ problems: inout Problems) -> Bool
    var isSet: Bool { get }
    /// Makes a default that is a relative path relative to the pipeline's folder, which nobody knew before.
    func settleDefault(in directory: String)
}

extension Option: AnyOption {
    var isSet: Bool { slot.value != nil }

    var shape: OptionShape { Value.shape }

    var defaultText: String? {
        declaration.isRequired || declaration.isSecret ? nil : slot.value?.optionText
    }

    func decode(_ node: Node, _ problems: inout Problems) -> Bool {
        if declaration.isSecret { problems.conceal(node) }
        guard let value = Value.decode(node, &problems) else { return false }
        if let range = declaration.range, let measure = value.optionMeasure, !range.contains(measure) {
            let found = (node.elements?.count ?? node.entries?.count).map { "\($0)" } ?? problems.quote(node)
            problems.report("expected \(Value.shape.words(for: range)), not \(found)", at: node)
            return false
        }
        slot.set(value)
        return true
    }

    func settleDefault(in directory: String) {
        if let group = slot.value as? any OptionGroup {
            group.settleDefaults(in: directory)
        } else if let path = slot.value as? PathOption, let value = path.resolved(in: directory) as? Value {
            slot.set(value)
        }
    }
}
