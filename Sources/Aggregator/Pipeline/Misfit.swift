import Expressions

/// What becomes of an event whose data is not of the type that the file declares for it.
public enum Misfits: Sendable {
    /// It is dropped, counted and logged; with the source's `invalid`, a channel is told of it. Nothing is thrown.
    case setAside
    /// The same, and it is thrown, so that the producer can be told: none of the events that were emitted together is taken.
    case refuse
}

/// Holds events to the types that the file declares. Any thread.
struct TypeCheck: Sendable {
    private let types: [String: DataType]

    init(_ types: [String: DataType]) { self.types = types }

    /// Why the data of an event is not of its type; nil if it is, or if nothing is declared of it. What was learned on the
    /// way stays with the event, for expressions.
    func fault(of event: inout Event) -> DataFault? {
        guard !types.isEmpty, let type = types[event.type] else { return nil }
        do throws(DataFault) {
            switch event.data {
            case .json(let bytes): event.object = try type.check(bytes)
            case .text(let text): try type.check(text: text)
            case .bytes(let bytes): try type.check(bytes: bytes)
            case .none: try type.checkAbsence()
            }
            return nil
        } catch {
            return error
        }
    }

    /// All faults of an event that has one, up to a bound.
    func faults(of event: Event) -> [DataFault] {
        guard let type = types[event.type], case .json(let bytes) = event.data else { return [] }
        return type.faults(of: bytes)
    }

    /// The declared type of that name.
    subscript(type: String) -> DataType? { types[type] }
}

extension Event {
    /// The `type` of an event that tells of one whose data is not of its type.
    static let misfitType = "invalid"

    /// What is known of such events.
    static let misfitShape = EventShape([
        .init(
            type: misfitType,
            data: .object(
                ObjectType(
                    name: "data of the type 'invalid'",
                    fields: [
                        "type": .init(.string), "pointer": .init(.string), "reason": .init(.string),
                        "data": .init(.dyn, isOptional: true),
                    ])))
    ])

    /// The event that tells of this one, which is not of its type: with its id, source, subject and time, and in the data
    /// its type, what is wrong where (a JSON Pointer, RFC 6901), and its data as it came.
    func misfit(_ fault: DataFault) -> Event {
        var bytes: [UInt8] = Array("{".utf8)
        func add(_ name: String, _ text: String) {
            JSON.append(string: name, to: &bytes)
            bytes.append(UInt8(ascii: ":"))
            JSON.append(string: text, to: &bytes)
            bytes.append(UInt8(ascii: ","))
        }
        add("type", type)
        add("pointer", fault.pointer)
        add("reason", fault.reason)
        if let json = data.json {
            bytes += Array("\"data\":".utf8) + json
        } else {
            bytes.removeLast()
        }
        bytes.append(UInt8(ascii: "}"))
        var event = Event(id: id, type: Self.misfitType, subject: subject, time: time, data: .json(bytes))
        event.source = source
        return event
    }
}

extension EventData {
    /// As a JSON text, whatever it is; nil: there is none.
    fileprivate var json: [UInt8]? {
        switch self {
        case .none: nil
        // What only claims to be JSON is shown as the text it is.
        case .json(let bytes):
            JSON.validate(bytes) == nil ? bytes : Value.string(String(decoding: bytes, as: UTF8.self)).jsonBytes
        case .text(let text): Value.string(text).jsonBytes
        case .bytes(let bytes): Value.bytes(bytes).jsonBytes
        }
    }
}

extension Event {
    /// What is wrong with it, as the middle of a sentence.
    func misfitWords(_ fault: DataFault) -> String {
        let place = fault.pointer.isEmpty ? "" : " at \(fault.pointer)"
        return "the data of an event is not of the declared type '\(type)'\(place): \(fault.reason)"
    }
}

extension String {
    /// With a capital letter and a full stop.
    var sentence: String { prefix(1).uppercased() + dropFirst() + "." }
}
