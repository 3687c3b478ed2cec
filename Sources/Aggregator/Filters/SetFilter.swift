import Expressions

/// `set: {TARGET: EXPR}`
struct SetFilter: Filter {
    static let name = "set"
    static let summary = "Changes an event: its data, fields of it, its subject, its type."

    @Option(
        """
        Targets (data, data.FIELD, subject, type), each with the expression it is set to. All are computed from the event \
        as it came. A field that is not there is made, with the objects around it; data that is no object is an error, \
        and drops the event. A subject that is set to null is taken away.
        """, .whole, .example(#"{data.total: data.price * data.count, subject: data.symbol}"#))
    var assignments: Assignments

    /// What `assignments` holds: an option is read under a lock of its own, once is enough.
    private var plan: [Assignments.Assignment] = []

    func shape(of input: EventShape) -> EventShape {
        input.changing { kind in
            for assignment in assignments.assignments {
                let type = assignment.expression.resultType
                switch assignment.target {
                case .data: kind.data = type.asData
                case .field(let path): kind.data = kind.data.setting(path, to: type)
                case .subject: break
                case .type: kind.type = nil
                }
            }
        }
    }

    mutating func start(_ context: FilterContext) { plan = assignments.assignments }

    mutating func apply(_ event: inout Event) throws -> FilterResult {
        let plan = plan.isEmpty ? assignments.assignments : plan
        var values: [Value] = []
        values.reserveCapacity(plan.count)
        for assignment in plan { values.append(try assignment.expression.value(for: &event)) }
        for (assignment, value) in zip(plan, values) {
            switch assignment.target {
            case .data: event.data = try EventData(exactly: value)
            case .field(let path): event.data = try event.data.setting(path, to: value)
            case .subject: event.subject = try Self.text(value, for: "subject", orNull: true)
            case .type: event.type = try Self.text(value, for: "type", orNull: false) ?? event.type
            }
        }
        return .pass
    }

    private static func text(_ value: Value, for target: String, orNull: Bool) throws(SetProblem) -> String? {
        switch value {
        case .string(let text):
            let objection = orNull ? EventRules.objection(to: text) : EventRules.objection(toType: text)
            if let objection { throw SetProblem(description: "the \(target) \(objection)") }
            return text
        case .null where orNull: return nil
        default:
            throw SetProblem(
                description:
                    "\(target) can only be set to a string\(orNull ? " or null" : ""), not to a value of type \(value.kind.word)"
            )
        }
    }
}

/// Why something could not be set.
struct SetProblem: Error, CustomStringConvertible {
    let description: String
}

extension EventData {
    /// The data with one field changed or made, and the objects around it; the rest stays as it is, byte for byte but for
    /// white space. No data at all counts as an empty object.
    ///
    /// - Parameters:
    ///   - path: the names of the field and of the objects around it, outermost first; at least one.
    ///   - value: what the field becomes.
    /// - Throws: what is no object but would have to be, or a number that JSON does not have, in words.
    public func setting(_ path: [String], to value: Value) throws -> EventData {
        let json = try value.exactJSON()
        switch self {
        case .json(let bytes): return .json(try JSONPatch.set(path, to: json, in: bytes))
        case .none: return .json(try JSONPatch.set(path, to: json, in: [UInt8(ascii: "{"), UInt8(ascii: "}")]))
        case .text, .bytes:
            throw SetProblem(
                description: "data.\(path.joined(separator: ".")) cannot be set: the data is no JSON object")
        }
    }
}

extension Value {
    /// The value's JSON text.
    ///
    /// - Throws: `SetProblem` where it would say `null` of a number: JSON has no NaN and no infinity.
    func exactJSON() throws(SetProblem) -> [UInt8] {
        var bytes: [UInt8] = []
        guard json(into: &bytes) else {
            throw SetProblem(
                description:
                    "a number is not finite (NaN, Infinity), and JSON has no such number; write string(…) for its name")
        }
        return bytes
    }
}
