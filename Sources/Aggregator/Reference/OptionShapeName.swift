extension OptionShape {
    /// What may be written, in a word or two: the column of a table. `words` says it in a sentence.
    var name: String {
        switch self {
        case .string: "text"
        case .integer: "integer"
        case .number: "number"
        case .boolean: "true or false"
        case .duration: "duration"
        case .size: "size"
        case .percentage: "percentage"
        case .expression: "expression"
        case .choice(let words): words.joined(separator: " | ")
        case .list(let element): "list of \(element.name)"
        case .mapping(.any): "mapping"
        case .mapping(let element): "mapping to \(element.name)"
        case .group(let options): options.first(where: \.isWhole).map { "\($0.shape.name), or a mapping" } ?? "mapping"
        case .either(let shapes):
            // A group's short form is what stands beside it here.
            shapes.map { if case .group = $0 { "mapping" } else { $0.name } }.joined(separator: ", or ")
        case .any: "anything"
        }
    }

    /// The options of the mappings that may be written here, for what is shown indented below.
    var inner: [OptionDescription] {
        switch self {
        case .group(let options): options
        case .list(let element), .mapping(let element): element.inner
        case .either(let shapes): shapes.lazy.map(\.inner).first { !$0.isEmpty } ?? []
        default: []
        }
    }
}

extension OptionDescription {
    /// "required", or its default, or that it may be left out.
    var presence: String {
        if isRequired { return "required" }
        return defaultText.map { "default \($0)" } ?? "optional"
    }

    /// The bounds, as messages say them; nil without.
    var bounds: String? { range.map { shape.words(for: $0) } }
}
