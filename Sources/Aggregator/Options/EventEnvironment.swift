public import Expressions

/// The variables of expressions over an event (`where`, `set`, `end` and the like): what is known of them before there is
/// one.
public enum EventEnvironment {
    /// `data` and `event`, in this order: `Variable.index` is 0 and 1.
    public static let standard = over(.dyn)

    /// The same, with what is known of `data`.
    static func over(_ data: ValueType) -> ExpressionEnvironment {
        ExpressionEnvironment([(name: "data", type: data), (name: "event", type: .object(event))])
    }

    /// The attributes of an event, as expressions see them.
    public static let event = ObjectType(
        name: "event",
        fields: [
            "id": .init(.string),
            "source": .init(.string),
            "type": .init(.string),
            "subject": .init(.string, isOptional: true),
            "time": .init(.timestamp),
            "datacontenttype": .init(.string, isOptional: true),
        ])
}
