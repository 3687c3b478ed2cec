/// Why an event cannot be one: the label of a counter.
package enum EventRefusal: String, Sendable, CaseIterable {
    case id, type, subject, size, memory, invalid
}

/// How many events were refused, by reason. Any thread.
final class RefusalCounters: Sendable {
    private let id = Counter()
    private let type = Counter()
    private let subject = Counter()
    private let size = Counter()
    private let memory = Counter()
    private let invalid = Counter()

    var all: [(reason: EventRefusal, count: UInt64)] {
        EventRefusal.allCases.map { reason in (reason, value(of: reason)) }
    }

    func add(_ reason: EventRefusal, _ count: Int = 1) {
        switch reason {
        case .id: id.add(count)
        case .type: type.add(count)
        case .subject: subject.add(count)
        case .size: size.add(count)
        case .memory: memory.add(count)
        case .invalid: invalid.add(count)
        }
    }

    private func value(of reason: EventRefusal) -> UInt64 {
        switch reason {
        case .id: id.value
        case .type: type.value
        case .subject: subject.value
        case .size: size.value
        case .memory: memory.value
        case .invalid: invalid.value
        }
    }
}

/// What every event must be before it goes anywhere. Nothing that passes can forge a line of a stream.
package struct EventRules: Sendable {
    /// At most so many bytes of type, subject, id and data together: `limits.event`.
    let size: Int

    package init(size: Int) { self.size = size }

    static let nameLimit = 256

    /// What is wrong with the event; nil if nothing is.
    package func refusal(of event: Event) -> (reason: EventRefusal, message: String)? {
        if let objection = Self.objection(toType: event.type) { return (.type, "The event's type \(objection).") }
        if let objection = event.subject.flatMap(Self.objection(to:)) {
            return (.subject, "The event's subject \(objection).")
        }
        if case .given(let id) = event.id, id.isEmpty {
            return (.id, "The event's id must not be empty; leave it out to be given one.")
        }
        let size = event.approximateSize
        guard size <= self.size else {
            return (.size, "The event has \(size) bytes; at most \(self.size) are allowed (server.limits.event).")
        }
        return nil
    }

    /// Why a text cannot be a type: the end of a sentence about it, without its full stop. Nil if it can.
    static func objection(toType text: String) -> String? {
        text == "gap" ? "must not be 'gap': subscribers are told of lost events by that name" : objection(to: text)
    }

    /// The same for a subject, and for a type that is only asked for.
    static func objection(to name: String) -> String? {
        let check = check(name: name)
        return check == .fine ? nil : check.words
    }

    /// What a `type` or a `subject` is worth.
    enum NameCheck: Equatable {
        case fine, empty, long(Int), control

        var words: String {
            switch self {
            case .fine: ""
            case .empty: "must not be empty"
            case .long(let bytes): "has \(bytes) bytes; at most \(EventRules.nameLimit) are allowed"
            case .control: "must not contain control characters"
            }
        }
    }

    /// 1 to 256 bytes, without U+0000…U+001F, U+007F and U+0080…U+009F (C1, in UTF-8 C2 80 … C2 9F). Swift's strings
    /// are valid UTF-8 always.
    static func check(name: String) -> NameCheck {
        let utf8 = name.utf8
        guard let found = utf8.withContiguousStorageIfAvailable(check) else {
            return Array(utf8).withUnsafeBufferPointer(check)
        }
        return found
    }

    private static func check(_ bytes: UnsafeBufferPointer<UInt8>) -> NameCheck {
        guard !bytes.isEmpty else { return .empty }
        guard bytes.count <= nameLimit else { return .long(bytes.count) }
        var previous: UInt8 = 0
        for byte in bytes {
            if byte < 0x20 || byte == 0x7F || (previous == 0xC2 && byte < 0xA0) { return .control }
            previous = byte
        }
        return .fine
    }
}

extension Problems {
    /// For options that hold the type of events: what would be refused event by event (see `Event.type`) is a mistake of
    /// the file.
    public mutating func checkType(_ type: String, at node: Node) {
        if let objection = EventRules.objection(toType: type) { report("the type of an event \(objection)", at: node) }
    }

    /// The same for the subject of events.
    public mutating func checkSubject(_ subject: String, at node: Node) {
        if let objection = EventRules.objection(to: subject) {
            report("the subject of an event \(objection)", at: node)
        }
    }
}

extension Event {
    /// Bytes of what its producer determines.
    var approximateSize: Int {
        var size = type.utf8.count + (subject?.utf8.count ?? 0)
        if case .given(let id) = id { size += id.utf8.count }
        if !extensions.isEmpty { size += ExtensionText.members(of: self).count }
        switch data {
        case .none: break
        case .json(let bytes), .bytes(let bytes): size += bytes.count
        case .text(let text): size += text.utf8.count
        }
        return size
    }
}
