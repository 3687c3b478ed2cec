import Expressions

extension OptionGroup {
    /// What may be written.
    public static var shape: OptionShape { .group(describe()) }

    /// What stands there, or nil after its mistakes were reported.
    public static func decode(_ node: Node, _ problems: inout Problems) -> Self? {
        let (value, isComplete) = decodeOptions(node, &problems)
        return isComplete ? value : nil
    }

    /// The options in the order of their declaration, for messages, `list`, the reference and the JSON Schema.
    public static func describe() -> [OptionDescription] {
        Self().declaredOptions.map { name, option in
            OptionDescription(
                name: name, help: option.declaration.help, shape: option.shape,
                isRequired: option.declaration.isRequired, defaultText: option.defaultText,
                example: option.declaration.example, range: option.declaration.range,
                isSecret: option.declaration.isSecret, isWhole: option.declaration.isWhole)
        }
    }

    /// The value as far as it could be decoded. What was not, has its default, and `isComplete` is false; then a required
    /// option may be unset, and must not be read.
    static func decodeOptions(_ node: Node, _ problems: inout Problems) -> (value: Self, isComplete: Bool) {
        let value = Self()
        let options = value.declaredOptions
        guard let entries = value.entries(of: node, options, &problems) else { return (value, false) }

        let failures = problems.errorCount
        var places: [String: Node] = [:]
        for entry in entries {
            places[entry.key] = entry.value
            if let option = options.first(where: { $0.name == entry.key })?.option {
                _ = option.decode(entry.value, &problems)
            } else {
                Self.refuse(entry, of: node, options, &problems)
            }
        }
        for (name, option) in options where places[name] == nil {
            option.settleDefault(in: problems.directory)
            if !option.isSet { problems.reportMissing(name, option.declaration, of: node) }
        }
        let isComplete = problems.errorCount == failures
        if isComplete { value.validate(OptionPlaces(group: node, options: places), &problems) }
        return (value, isComplete && problems.errorCount == failures)
    }

    /// The same for the options of a group that was itself left out: a default is made anew for each value, so nobody else
    /// has these.
    func settleDefaults(in directory: String) {
        for (_, option) in declaredOptions { option.settleDefault(in: directory) }
    }

    static func declaration(of name: String) -> OptionDeclaration? {
        Self().declaredOptions.first { $0.name == name }?.option.declaration
    }

    /// The properties marked `@Option`, by their names in the file.
    var declaredOptions: [(name: String, option: any AnyOption)] {
        Mirror(reflecting: self).children.compactMap { child in
            guard let label = child.label, let option = child.value as? any AnyOption else { return nil }
            // A wrapped property's storage has its name with an underscore before.
            return (option.declaration.name(property: String(label.drop { $0 == "_" })), option)
        }
    }

    /// What stands under the group's key as a mapping: nothing at all is an empty one, and where an option is `.whole`,
    /// what is no mapping (or, with no other option beside it, whatever it is) belongs to that one.
    private func entries(
        of node: Node, _ options: [(name: String, option: any AnyOption)], _ problems: inout Problems
    ) -> [Node.Entry]? {
        if node.isNull { return [] }
        if let whole = options.first(where: { $0.option.declaration.isWhole }),
            options.count == 1 || node.entries == nil
        {
            return [Node.Entry(key: whole.name, place: node.place, value: node)]
        }
        if let entries = node.entries { return entries }
        if options.contains(where: { $0.option.declaration.isSecret }) { problems.conceal(node) }
        if Self.self is any Filter.Type, let name = meant(by: node, options, problems) {
            problems.report(
                "expected a mapping with the options of the step, not \(problems.quote(node)); write {\(name): \(node.text ?? "")}",
                at: node)
        } else {
            problems.expected(Self.shape.words, at: node)
        }
        return nil
    }

    /// The one option that a value without a name can be meant for: the required one, else the only one that takes it.
    private func meant(
        by node: Node, _ options: [(name: String, option: any AnyOption)], _ problems: Problems
    ) -> String? {
        let required = options.filter(\.option.declaration.isRequired)
        let fitting = (required.isEmpty ? options : required).filter { _, option in
            var attempt = problems.fresh()
            return option.decode(node, &attempt) && attempt.isEmpty
        }
        return fitting.count == 1 && required.count <= 1 ? fitting[0].name : nil
    }

    /// Tells of a key that is no option.
    private static func refuse(
        _ entry: Node.Entry, of node: Node, _ options: [(name: String, option: any AnyOption)],
        _ problems: inout Problems
    ) {
        // It may be a misspelt secret.
        let secrets = options.filter { $0.option.declaration.isSecret }.map(\.name)
        let known = options.map(\.name) + node.taken
        let nearest = nearestName(to: entry.key, among: known)
        if !secrets.isEmpty, nearest.map({ secrets.contains($0) }) ?? true { problems.conceal(entry.value) }
        let group = node.label?.text ?? "the pipeline file"
        guard !later.contains(entry.key) else {
            problems.report("option '\(entry.key)' of \(group) is not supported yet", at: entry)
            return
        }
        problems.report(
            "unknown option \(problems.quote(key: entry.key)) of \(group)"
                + problems.suggestion(for: entry.key, among: known),
            at: entry)
    }
}

extension Problems {
    /// Tells of an option that has to be there in this place, though not everywhere.
    mutating func reportMissing(_ name: String, of group: any OptionGroup.Type, _ node: Node) {
        guard let option = group.declaration(of: name) else { return }
        reportMissing(name, option, of: node)
    }

    /// Tells of a required option that is not there.
    fileprivate mutating func reportMissing(_ name: String, _ option: OptionDeclaration, of node: Node) {
        let help = option.help.hasSuffix(".") ? String(option.help.dropLast()) : option.help
        let group = node.label?.text ?? "the pipeline file"
        let message =
            option.isWhole ? "\(group) needs a value: \(help)" : "\(group) needs the option '\(name)': \(help)"
        if let label = node.label, !label.isOfList {
            report(message, at: label.place, length: label.text.unicodeScalars.count)
        } else {
            report(message, at: node)
        }
    }
}
