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
        declaration = OptionDeclaration(help: help, shape: Value.shape, isRequired: false, traits: traits)
        slot = OptionSlot(wrappedValue)
    }

    /// An option that the file must give, or, where the type is an optional, may leave out.
    public init(_ help: String, _ traits: OptionTrait...) {
        declaration = OptionDeclaration(
            help: help, shape: Value.shape, isRequired: Value.absent == nil, traits: traits)
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
    let shape: OptionShape
    let isRequired: Bool
    let traits: [OptionTrait]
}

/// What `Mirror` finds: an option of whatever type.
protocol AnyOption: Sendable {
    var declaration: OptionDeclaration { get }
    /// The default in the file's own writing; nil if there is none.
    var defaultText: String? { get }
    /// Decodes and sets. What is wrong goes to `problems`; false then.
    func decode(_ node: Node, _ problems: inout Problems) -> Bool
    var isSet: Bool { get }
}

extension Option: AnyOption {
    var isSet: Bool { slot.value != nil }

    var defaultText: String? { declaration.isRequired ? nil : slot.value?.optionText }

    func decode(_ node: Node, _ problems: inout Problems) -> Bool {
        guard let value = Value.decode(node, &problems) else { return false }
        slot.set(value)
        return true
    }
}
