import Expressions

/// Where in an event's data a field lies: `data.user.name`, `data["first name"]`, `data.items.*.price`. A `*` (or `[*]`)
/// stands for every element of a list and every member of an object. `data` alone is all of it.
public struct FieldPath: OptionValue, Hashable {
    /// One step of the way.
    public enum Part: Sendable, Hashable {
        /// The member of that name.
        case name(String)
        /// Every element or member.
        case each
    }

    /// The way from `data` to the field; empty for `data` itself. At most 32 parts.
    public let parts: [Part]

    /// What may be written.
    public static var shape: OptionShape { .string }

    private static let limit = 32

    /// What stands there, or nil after its mistakes were reported; a field that the events certainly do not have is one.
    public static func decode(_ node: Node, _ problems: inout Problems) -> FieldPath? {
        guard let text = node.text, !node.isNull else {
            problems.expected(#"a field of the data, such as data.user.name or data.items.*.price"#, at: node)
            return nil
        }
        guard let path = FieldPath(text) else {
            problems.expected(
                #"data, or a field of it such as data.user.name, data["a b"] or data.items.*.price"#, at: node)
            return nil
        }
        if let message = path.objection(to: problems.events.data) {
            problems.report(message, at: node)
            return nil
        }
        return path
    }

    /// A way of these parts.
    init(parts: [Part]) { self.parts = parts }

    /// Reads a path; nil when it is none.
    public init?(_ text: String) {
        var rest = Substring(text)
        guard rest.hasPrefix("data") else { return nil }
        rest.removeFirst(4)
        var parts: [Part] = []
        while !rest.isEmpty {
            guard let part = Self.part(&rest), parts.count < Self.limit else { return nil }
            parts.append(part)
        }
        self.parts = parts
    }

    /// The names of the way; nil where a `*` is in it.
    var names: [String]? {
        var names: [String] = []
        for part in parts {
            guard case .name(let name) = part else { return nil }
            names.append(name)
        }
        return names
    }

    /// As the file would say it.
    public var optionText: String? {
        parts.reduce("data") { text, part in
            switch part {
            case .each: text + ".*"
            case .name(let name) where Self.isPlain(name): text + "." + name
            case .name(let name): text + "[" + Value.string(name).json + "]"
            }
        }
    }

    /// Takes `.name`, `.*`, `[*]` or `["name"]` off the text.
    private static func part(_ rest: inout Substring) -> Part? {
        if rest.hasPrefix(".*") || rest.hasPrefix("[*]") {
            rest.removeFirst(rest.first == "." ? 2 : 3)
            return .each
        }
        if rest.first == "." {
            let name = rest.dropFirst().prefix { $0 != "." && $0 != "[" }
            guard isPlain(name) else { return nil }
            rest = rest[name.endIndex...]
            return .name(String(name))
        }
        guard rest.first == "[", let end = closingBracket(rest) else { return nil }
        let quoted = rest[rest.index(after: rest.startIndex)..<end]
        let json = quoted.hasPrefix("'") ? "\"" + quoted.dropFirst().dropLast() + "\"" : String(quoted)
        guard quoted.first == quoted.last, case .string(let name)? = try? Value(json: Array(json.utf8)) else {
            return nil
        }
        rest = rest[rest.index(after: end)...]
        return .name(name)
    }

    /// The bracket after the quote that closes the one after the first.
    private static func closingBracket(_ text: Substring) -> Substring.Index? {
        guard let quote = text.dropFirst().first, quote == "\"" || quote == "'" else { return nil }
        var isEscaped = false
        for index in text.indices.dropFirst(2) {
            if isEscaped {
                isEscaped = false
            } else if text[index] == "\\" {
                isEscaped = true
            } else if text[index] == quote {
                let next = text.index(after: index)
                return next < text.endIndex && text[next] == "]" ? next : nil
            }
        }
        return nil
    }

    /// A name that needs no quotes.
    private static func isPlain(_ name: some StringProtocol) -> Bool {
        guard let first = name.unicodeScalars.first, first == "_" || first.properties.isAlphabetic else { return false }
        return name.unicodeScalars.allSatisfy {
            $0 == "_" || $0 == "-" || $0.properties.isAlphabetic || ("0"..."9").contains($0)
        }
    }
}

extension FieldPath {
    /// Why such data certainly has no such field; nil where it may have it.
    func objection(to data: ValueType) -> String? {
        var type = data
        for part in parts {
            switch (type, part) {
            case (.object(let object), .name(let name)):
                guard let field = object.fields[name] else {
                    let names = object.fields.keys.sorted()
                    let hint =
                        nearestName(to: name, among: names).map { "did you mean '\($0)'?" }
                        ?? (names.isEmpty ? "it has none" : "it has \(OptionShape.alternatives(names))")
                    return "\(object.name) has no field '\(name)'; \(hint)"
                }
                type = field.type
            case (.map(_, let value), _): type = value
            case (.list(let element), .each): type = element
            case (.list, .name(let name)):
                return "a list has no field '\(name)'; a '*' before it stands for each of its elements"
            default: return nil
            }
        }
        return nil
    }
}

extension ValueType {
    /// The type after the fields at the end of this way were taken away.
    func removing(_ parts: ArraySlice<FieldPath.Part>) -> ValueType {
        guard let part = parts.first else { return self }
        let rest = parts.dropFirst()
        switch (self, part) {
        case (.object(var object), .name(let name)):
            if rest.isEmpty {
                object.fields[name] = nil
            } else if let field = object.fields[name] {
                object.fields[name] = .init(field.type.removing(rest), isOptional: field.isOptional)
            }
            return .object(object)
        case (.object(var object), .each):
            object.fields =
                rest.isEmpty
                ? [:] : object.fields.mapValues { .init($0.type.removing(rest), isOptional: $0.isOptional) }
            return .object(object)
        case (.list(let element), .each): return .list(element.removing(rest))
        case (.map(let key, let value), .each): return .map(key, value.removing(rest))
        case (.map(let key, let value), .name):
            return .map(key, rest.isEmpty ? value : value.merged(with: value.removing(rest)))
        default: return self
        }
    }
}
