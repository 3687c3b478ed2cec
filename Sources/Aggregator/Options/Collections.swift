extension Optional: OptionValue where Wrapped: OptionValue {
    /// What may be written.
    public static var shape: OptionShape { Wrapped.shape }
    /// A value that is left out is none.
    public static var absent: Wrapped?? { .some(nil) }

    /// What stands there, or nil after its mistakes were reported.
    public static func decode(_ node: Node, _ problems: inout Problems) -> Wrapped?? {
        if node.isNull { return .some(nil) }
        return Wrapped.decode(node, &problems).map { .some($0) }
    }

    /// As the file would say it.
    public var optionText: String? { self?.optionText }
    /// What `.range` bounds.
    public var optionMeasure: Double? { self?.optionMeasure }
}

extension Array: OptionValue where Element: OptionValue {
    /// What may be written.
    public static var shape: OptionShape { .list(Element.shape) }

    /// Decodes every element, so that all their mistakes are told at once.
    public static func decode(_ node: Node, _ problems: inout Problems) -> [Element]? {
        guard case .list(let elements) = node.content else {
            problems.expected(shape.words, at: node)
            return nil
        }
        let values = elements.compactMap { Element.decode($0, &problems) }
        return values.count == elements.count ? values : nil
    }

    /// As the file would say it.
    public var optionText: String? { "[" + map { $0.optionText ?? "…" }.joined(separator: ", ") + "]" }
    /// What `.range` bounds.
    public var optionMeasure: Double? { Double(count) }
}

extension Dictionary: OptionValue where Key == String, Value: OptionValue {
    /// What may be written.
    public static var shape: OptionShape { .mapping(Value.shape) }

    /// What stands there, or nil after its mistakes were reported.
    public static func decode(_ node: Node, _ problems: inout Problems) -> [String: Value]? {
        OrderedOptions<Value>.decode(node, &problems).map { options in
            Dictionary(options.entries.map { ($0.name, $0.value) }) { first, _ in first }
        }
    }

    /// As the file would say it.
    public var optionText: String? {
        "{" + sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.optionText ?? "…")" }.joined(separator: ", ")
            + "}"
    }
    /// What `.range` bounds.
    public var optionMeasure: Double? { Double(count) }
}

/// A mapping from names of the user's own, in the order of the file.
public struct OrderedOptions<Value: OptionValue>: OptionValue {
    /// One name and its value.
    public struct Entry: Sendable {
        /// The key, never twice in one mapping.
        public let name: String
        /// What stands under it.
        public let value: Value
        /// Where the key stands.
        public let place: FilePlace
    }

    /// In the order of the file.
    public var entries: [Entry]

    /// An empty mapping.
    public init() { entries = [] }

    /// A mapping made in code; its places are no places of the file.
    public init(_ pairs: [(name: String, value: Value)]) {
        entries = pairs.map { Entry(name: $0.name, value: $0.value, place: FilePlace(line: 1, column: 1)) }
    }

    /// What may be written.
    public static var shape: OptionShape { .mapping(Value.shape) }

    /// What stands there, or nil after its mistakes were reported.
    public static func decode(_ node: Node, _ problems: inout Problems) -> Self? {
        // A key with nothing under it is how a section looks whose entries are commented out.
        guard let nodes = node.isNull ? [] : node.entries else {
            problems.expected(shape.words, at: node)
            return nil
        }
        var options = Self()
        for entry in nodes {
            guard let value = Value.decode(entry.value, &problems) else { continue }
            options.entries.append(Entry(name: entry.key, value: value, place: entry.place))
        }
        return options.entries.count == nodes.count ? options : nil
    }

    /// As the file would say it.
    public var optionText: String? {
        "{" + entries.map { "\($0.name): \($0.value.optionText ?? "…")" }.joined(separator: ", ") + "}"
    }
    /// What `.range` bounds.
    public var optionMeasure: Double? { Double(entries.count) }
}

/// One value, or a list of at least one.
public struct OneOrMore<Element: OptionValue>: OptionValue, ExpressibleByArrayLiteral {
    /// At least one.
    public var values: [Element]

    /// These.
    public init(arrayLiteral elements: Element...) { values = elements }

    /// What may be written.
    public static var shape: OptionShape { .either([Element.shape, .list(Element.shape)]) }

    /// What stands there, or nil after its mistakes were reported.
    public static func decode(_ node: Node, _ problems: inout Problems) -> Self? {
        guard case .list(let elements) = node.content else {
            return Element.decode(node, &problems).map { [$0] }
        }
        guard !elements.isEmpty else {
            problems.report("expected at least one element", at: node)
            return nil
        }
        return [Element].decode(node, &problems).map { values in
            var result: Self = []
            result.values = values
            return result
        }
    }

    /// As the file would say it.
    public var optionText: String? { values.count == 1 ? values[0].optionText : values.optionText }
    /// What `.range` bounds.
    public var optionMeasure: Double? { Double(values.count) }
}

/// A value, or `auto`: what suits the machine.
public enum Auto<Value: OptionValue>: OptionValue {
    /// Written `auto`.
    case auto
    /// Written as itself.
    case value(Value)

    /// What may be written.
    public static var shape: OptionShape { .either([.choice(["auto"]), Value.shape]) }

    /// What stands there, or nil after its mistakes were reported.
    public static func decode(_ node: Node, _ problems: inout Problems) -> Self? {
        if node.plainText == "auto" { return .auto }
        var attempt = problems.fresh()
        guard let value = Value.decode(node, &attempt) else {
            problems.expected(shape.words, at: node)
            return nil
        }
        return .value(value)
    }

    /// As the file would say it.
    public var optionText: String? {
        switch self {
        case .auto: "auto"
        case .value(let value): value.optionText
        }
    }

    /// What `.range` bounds.
    public var optionMeasure: Double? {
        switch self {
        case .auto: nil
        case .value(let value): value.optionMeasure
        }
    }
}

extension Auto: Equatable where Value: Equatable {}
extension OneOrMore: Equatable where Element: Equatable {}

/// An option that is one of a few words: an enum with raw strings needs nothing but this conformance.
public protocol OptionChoice: OptionValue, CaseIterable, RawRepresentable where RawValue == String {}

extension OptionChoice {
    /// What may be written.
    public static var shape: OptionShape { .choice(allCases.map(\.rawValue)) }

    /// What stands there, or nil after its mistakes were reported.
    public static func decode(_ node: Node, _ problems: inout Problems) -> Self? {
        guard let text = node.text, let value = Self(rawValue: text) else {
            problems.expected(shape.words, at: node, among: allCases.map(\.rawValue))
            return nil
        }
        return value
    }

    /// As the file would say it.
    public var optionText: String? { rawValue }
}
