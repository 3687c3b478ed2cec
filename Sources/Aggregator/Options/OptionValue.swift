/// A type that an option can have: how it is written in the file, and what it is called in messages and in the schema.
public protocol OptionValue: Sendable {
    /// What may be written.
    static var shape: OptionShape { get }
    /// The value of an option that is left out, for types that allow it (optionals); nil: it must be given or have a default.
    static var absent: Self? { get }
    /// The value written there, or nil after every mistake in it was reported with its place.
    static func decode(_ node: Node, _ problems: inout Problems) -> Self?
    /// The value as the file would say it, for the reference; nil where there is nothing to say.
    var optionText: String? { get }
    /// What `.range` bounds: the number itself, seconds, bytes, or a length; nil where nothing can be measured.
    var optionMeasure: Double? { get }
}

extension OptionValue {
    /// A value that is left out is none.
    public static var absent: Self? { nil }
    /// As the file would say it.
    public var optionText: String? { nil }
    /// What `.range` bounds.
    public var optionMeasure: Double? { nil }
}

/// Several options together: a source kind, a step kind, or a nested mapping. The options are the properties marked
/// `@Option`, in their order.
public protocol OptionGroup: OptionValue {
    /// A value with its defaults.
    init()
    /// Names of options that are planned but not built: refused as "not supported yet" instead of as unknown.
    static var later: [String] { get }
    /// Objections beyond the single options, after all were decoded: report them at the option they are about.
    func validate(_ options: OptionPlaces, _ problems: inout Problems)
}

extension OptionGroup {
    /// None.
    public static var later: [String] { [] }

    /// No objections.
    public func validate(_ options: OptionPlaces, _ problems: inout Problems) {}
}

/// Where the options of a group stand in the file.
public struct OptionPlaces: Sendable {
    let group: Node
    let options: [String: Node]

    /// The place of an option by its name in the file; of the whole group if it was left out or no name is given.
    public subscript(_ name: String? = nil) -> Node { name.flatMap { options[$0] } ?? group }

    /// Whether the file gives an option of that name.
    public func has(_ name: String) -> Bool { options[name] != nil }
}

/// What may be written for an option: for messages ("a duration such as 15s"), the reference and the JSON Schema.
public indirect enum OptionShape: Sendable {
    /// Any text.
    case string
    /// A whole number.
    case integer
    /// A number.
    case number
    /// true or false.
    case boolean
    /// `100ms`, `15s`, `10m`, `1h`, `7d`.
    case duration
    /// `16KiB`, `1MiB`, `2GB`, or a number of bytes.
    case size
    /// `0.5%`.
    case percentage
    /// A CEL expression.
    case expression
    /// One of these words.
    case choice([String])
    /// A list.
    case list(OptionShape)
    /// A mapping from names of the user's own.
    case mapping(OptionShape)
    /// A mapping with these options.
    case group([OptionDescription])
    /// One of these.
    case either([OptionShape])
    /// Anything.
    case any
}

/// An option as the reference shows it.
public struct OptionDescription: Sendable {
    /// As written in the file.
    public let name: String
    /// What it means.
    public let help: String
    /// What may be written.
    public let shape: OptionShape
    /// It has no default.
    public let isRequired: Bool
    /// The default as the file would say it.
    public let defaultText: String?
    /// An example.
    public let example: String?
    /// The numbers, durations (in seconds), sizes (in bytes) or lengths it may have.
    public let range: ClosedRange<Double>?
    /// Its value is never shown.
    public let isSecret: Bool
    /// It takes all that stands under the kind's key.
    public let isWhole: Bool
}
