extension OptionShape {
    /// What is expected, in a message: "a duration such as 15s".
    var words: String {
        switch self {
        case .string: "text"
        case .integer: "a whole number"
        case .number: "a number"
        case .boolean: "true or false"
        case .duration: "a duration such as 100ms, 15s, 10m, 1h or 7d"
        case .size: "a size such as 512B, 16KiB, 1MiB or 2GB"
        case .percentage: "a percentage such as 0.5%"
        case .expression: "an expression"
        case .choice(let words): words.count == 1 ? "'\(words[0])'" : Self.alternatives(words)
        case .list(let element): "a list, each element \(element.words)"
        case .mapping(.any): "a mapping from names"
        case .mapping(let value): "a mapping from names, each to \(value.words)"
        case .group(let options): "a mapping with \(Self.names(options))"
        case .either(let shapes): shapes.map(\.words).joined(separator: ", or ")
        case .any: "a value"
        }
    }

    /// What is expected where a range bounds it: "a whole number from 1 to 64", "a list of at least 1 elements".
    func words(for range: ClosedRange<Double>) -> String {
        let low = text(of: range.lowerBound)
        let isOpen = range.upperBound == .infinity
        let high = isOpen ? "" : text(of: range.upperBound)
        let bounds = isOpen ? "at least \(low)" : range.lowerBound == 0 ? "at most \(high)" : "\(low) to \(high)"
        let span = isOpen ? "of at least \(low)" : "from \(low) to \(high)"
        switch self {
        case .string, .expression: return "text of \(bounds) characters"
        case .list: return "a list of \(bounds) elements"
        case .mapping: return "a mapping of \(bounds) names"
        case .either(let shapes): return shapes.map { $0.words(for: range) }.joined(separator: ", or ")
        case .duration: return "a duration \(span)"
        case .size: return "a size \(span)"
        case .percentage: return "a percentage \(span)"
        case .integer, .number: return "\(words) \(span)"
        case .choice, .boolean, .group, .any: return words
        }
    }

    /// A bound in the shape's own writing.
    private func text(of bound: Double) -> String {
        switch self {
        case .duration: Duration.seconds(bound).optionText ?? "\(bound)s"
        case .size: Int(exactly: bound.rounded()).flatMap { ByteSize(bytes: $0).optionText } ?? "\(bound)"
        case .percentage: Percentage(fraction: bound).optionText ?? "\(bound)"
        case .either(let shapes): shapes.last?.text(of: bound) ?? "\(bound)"
        default: bound.optionText ?? "\(bound)"
        }
    }

    /// "'a', 'b' or 'c'".
    static func alternatives(_ words: [String]) -> String {
        let quoted = words.map { "'\($0)'" }
        guard let last = quoted.last, quoted.count > 1 else { return quoted.first ?? "" }
        return quoted.dropLast().joined(separator: ", ") + " or " + last
    }

    private static func names(_ options: [OptionDescription]) -> String {
        options.isEmpty ? "nothing in it" : options.map { "'\($0.name)'" }.joined(separator: ", ")
    }
}
