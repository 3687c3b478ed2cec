public import Expressions

/// What is known, before the pipeline starts, of the events that can come to a place in it: each kind of event there can
/// be, with the type of its `data`. Expressions of the file are checked with it.
///
/// It is a promise about every event: where one kind is not known, nothing is known of `data`.
public struct EventShape: Sendable, Hashable {
    /// One kind of event.
    public struct Kind: Sendable, Hashable {
        /// `event.type`; nil: not known.
        public var type: String?
        /// What `data` is, as expressions read it; `dyn`: not known.
        public var data: ValueType

        /// A kind.
        public init(type: String?, data: ValueType = .dyn) {
            self.type = type
            self.data = data
        }

        /// A kind whose data is values of a type of one's own, as `Event(type:data:)` encodes them: what their fields are
        /// is found out from the type. Of a type that decodes in a way of its own, nothing may be known.
        public init(_ type: String, _ data: any Decodable.Type) {
            self.init(type: type, data: CodableProbe.valueType(of: data, named: "data of the type '\(type)'"))
        }
    }

    /// The kinds there can be, at least one, none twice.
    public let kinds: [Kind]
    /// Events of other types may come as well, of which no more is known than of these: of an ingest that takes CloudEvents.
    public let isOpen: Bool
    /// What is declared of types that no kind names, but that may come all the same: where any type may.
    let others: [Kind]

    /// More kinds than this at one place are not told apart: a file with thousands of types is read in no time all the same.
    private static let limit = 256

    /// Nothing is known.
    public static let unknown = EventShape([Kind(type: nil, data: .dyn)])

    /// Only events of these kinds; with none given, nothing is known.
    public init(_ kinds: [Kind], isOpen: Bool = false) { self.init(kinds, isOpen: isOpen, others: []) }

    init(_ kinds: [Kind], isOpen: Bool, others: [Kind]) {
        self.isOpen = isOpen
        var seen: Set<Kind> = []
        let distinct = kinds.filter { seen.insert($0).inserted }
        self.kinds = distinct.isEmpty || distinct.count > Self.limit ? [Kind(type: nil, data: .dyn)] : distinct
        let more = others.filter { seen.insert($0).inserted }
        self.others = more.count > Self.limit ? [] : more
    }

    /// Events of any of these shapes: where several ways meet.
    public init(anyOf shapes: some Collection<EventShape>) {
        self.init(
            shapes.flatMap(\.kinds), isOpen: shapes.contains(where: \.isOpen), others: shapes.flatMap(\.others))
    }

    /// The shape after each kind was changed: for a step that changes events.
    public func changing(_ change: (inout Kind) -> Void) -> EventShape {
        func changed(_ kind: Kind) -> Kind {
            var kind = kind
            change(&kind)
            return kind
        }
        return EventShape(kinds.map(changed), isOpen: isOpen, others: others.map(changed))
    }

    /// Where any type may come, those that are declared may.
    func allowing(_ declared: [Kind]) -> EventShape {
        guard isOpen || kinds.contains(where: { $0.type == nil }) else { return self }
        return EventShape(kinds, isOpen: isOpen, others: others + declared)
    }

    /// What `data` is, whichever kind it is of: `dyn` where that is not known of one of them. A field that not all of them
    /// have is optional, and one that they have with different types is `dyn`.
    public var data: ValueType {
        guard var joined = kinds.first?.data else { return .dyn }
        for kind in kinds.dropFirst() { joined = joined.merged(with: kind.data) }
        guard case .object(var object) = joined else { return joined }
        object.name = name
        return .object(object)
    }

    /// What messages call `data`.
    private var name: String {
        let types = Set(kinds.compactMap(\.type)).sorted()
        guard let first = types.first, kinds.allSatisfy({ $0.type != nil }) else { return "data" }
        guard types.count > 1 else { return "data of the type '\(first)'" }
        let shown = types.prefix(5).map { "'\($0)'" }.joined(separator: ", ")
        return "data of the types \(shown)" + (types.count > 5 ? " and \(types.count - 5) more" : "")
    }

    /// The variables of expressions about such events: `data` and `event`, as in `EventEnvironment.standard`.
    public var environment: ExpressionEnvironment {
        var environment = EventEnvironment.over(data)
        let types = kinds.compactMap(\.type)
        if types.count == kinds.count, !isOpen { environment.texts["event.type"] = Set(types) }
        if let object { environment.objects["data"] = object }
        let alternatives = alternatives
        if !alternatives.isEmpty {
            environment.alternatives = Alternatives(of: "data", by: "event", "type", alternatives)
        }
        return environment
    }

    /// What `data` is when it is an object, where it may also be something that has no fields.
    private var object: ObjectType? {
        guard kinds.count > 1, data == .dyn, !kinds.contains(where: { $0.data == .dyn }) else { return nil }
        var joined = ValueType.object(ObjectType(name: name, fields: [:]))
        for kind in kinds {
            switch kind.data {
            case .map: return nil
            case .object(var object):
                object.name = name
                joined = joined.isFieldless ? .object(object) : joined.merged(with: .object(object))
            default: break
            }
        }
        if case .object(let object) = joined { return object } else { return nil }
    }

    /// The data of those types that say more of how it is read than all of them together do.
    private var alternatives: [String: ValueType] {
        guard kinds.count + others.count > 1 else { return [:] }
        let data = data
        var alternatives: [String: ValueType] = [:]
        for kind in kinds + others {
            guard let type = kind.type else { continue }
            alternatives[type] = alternatives[type]?.merged(with: kind.data) ?? kind.data
        }
        return alternatives.filter { !data.reads(like: $0.value) }
    }
}

extension ValueType {
    fileprivate var isFieldless: Bool { if case .object(let object) = self { object.fields.isEmpty } else { true } }
}
