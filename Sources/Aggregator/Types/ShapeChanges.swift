public import Expressions

// What steps do to what is known of `data`.

extension ValueType {
    /// The type of a field, by the names of the way to it; nil: there is none. Where nothing is known, `dyn`.
    public func field(_ path: some Sequence<String>) -> ValueType? {
        var type = self
        for name in path {
            switch type {
            case .dyn: return .dyn
            case .map(_, let value): type = value
            case .object(let object):
                guard let field = object.fields[name] else { return nil }
                type = field.type
            default: return nil
            }
        }
        return type
    }

    /// The type after a field was set, made if it is not there, with the objects around it. A step that fails on what is no
    /// object drops the event, so that none comes out of it.
    ///
    /// - Parameters:
    ///   - path: the names of the way to it; at least one.
    ///   - value: the type of what it is set to, as expressions have it.
    public func setting(_ path: some Collection<String>, to value: ValueType) -> ValueType {
        guard let name = path.first else { return value.asJSON }
        let rest = path.dropFirst()
        switch self {
        case .object(var object):
            let inner = object.fields[name]?.type ?? Self.newObject(name)
            object.fields[name] = .init(inner.setting(rest, to: value))
            return .object(object)
        case .map(let key, let element): return .map(key, element.merged(with: element.setting(rest, to: value)))
        default: return .dyn
        }
    }

    /// The type after a field was taken away.
    public func removing(_ path: some Collection<String>) -> ValueType {
        guard let name = path.first, case .object(var object) = self else { return self }
        if path.count == 1 {
            object.fields[name] = nil
        } else if var field = object.fields[name] {
            field.type = field.type.removing(path.dropFirst())
            object.fields[name] = field
        }
        return .object(object)
    }

    /// The type of an expression's value after it has become `data`: a string is text, bytes are bytes, all else JSON.
    public var asData: ValueType { self == .bytes ? .bytes : asJSON }

    /// The type of an expression's value after it was written as JSON and is read again with this type declared.
    public var asJSON: ValueType {
        switch self {
        // A number beyond an int's range is read as a double, one that is not finite has become null.
        case .uint, .optional: .dyn
        case .type: .string
        case .list(let element): .list(element.asJSON)
        case .map(_, let value): .map(.string, value.asJSON)
        default: self
        }
    }

    private static func newObject(_ name: String) -> ValueType { .object(ObjectType(name: "'\(name)'", fields: [:])) }

    /// What is known of a value that is of one of the two types: of objects, each field on its own.
    func merged(with other: ValueType) -> ValueType {
        switch (self, other) {
        case _ where self == other: return self
        case (.list(let mine), .list(let theirs)): return .list(mine.merged(with: theirs))
        case (.map(let key, let mine), .map(let otherKey, let theirs)) where key == otherKey:
            return .map(key, mine.merged(with: theirs))
        case (.object(var mine), .object(let theirs)):
            for (name, field) in mine.fields {
                guard let twin = theirs.fields[name] else {
                    mine.fields[name]?.isOptional = true
                    continue
                }
                mine.fields[name] = .init(
                    field.type.merged(with: twin.type), isOptional: field.isOptional || twin.isOptional,
                    texts: field.texts.flatMap { texts in twin.texts.map(texts.union) })
            }
            for (name, field) in theirs.fields where mine.fields[name] == nil {
                mine.fields[name] = .init(field.type, isOptional: true, texts: field.texts)
            }
            return .object(mine)
        default: return .dyn
        }
    }
}
