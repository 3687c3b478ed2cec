import Aggregator

/// The `Idempotency-Key`s of requests that were accepted, and what became of them (draft-ietf-httpapi-idempotency-key-header):
/// whoever repeats a request because the answer got lost gets the same task, not a second one.
struct IdempotencyKeys {
    /// A key that was used.
    struct Use: Equatable {
        /// What the request asked for, hashed.
        var print: UInt64
        var task: String
        var time: Timestamp
    }

    /// More are not remembered, however short the time.
    static let most = 10_000
    private var uses: [String: Use] = [:]
    /// In the order of their time, from `first` on.
    private var order: [String] = []
    private var first = 0
    private let age: Duration

    init(age: Duration) { self.age = age }

    /// What was accepted with this key.
    func use(of key: String, at now: Timestamp) -> Use? {
        uses[key].flatMap { isOld($0, at: now) ? nil : $0 }
    }

    mutating func remember(_ key: String, _ use: Use) {
        if uses.updateValue(use, forKey: key) != nil { order.removeAll { $0 == key } }
        order.append(key)
        forget(at: use.time)
    }

    /// A line of the journal for each.
    var lines: [[UInt8]] { order[first...].compactMap { key in uses[key].map { Self.line(key, $0) } } }

    static func line(_ key: String, _ use: Use) -> [UInt8] {
        var object = JSONObjectText()
        object.set("key", key)
        object.set("print", String(use.print, radix: 16))
        object.set("task_id", use.task)
        object.set("time", use.time.rfc3339)
        return object.finished
    }

    /// Nil if the line says no key.
    static func saved(_ line: ValueMap) -> (key: String, use: Use)? {
        guard
            case (.string(let key)?, .string(let digits)?, .string(let task)?, .string(let time)?) =
                (line["key"], line["print"], line["task_id"], line["time"]),
            let print = UInt64(digits, radix: 16), let time = Timestamp(rfc3339: time)
        else { return nil }
        return (key, Use(print: print, task: task, time: time))
    }

    private mutating func forget(at now: Timestamp) {
        while first < order.count, let use = uses[order[first]], uses.count > Self.most || isOld(use, at: now) {
            uses[order[first]] = nil
            first += 1
        }
        if first > 1000, first > order.count / 2 {
            order.removeFirst(first)
            first = 0
        }
    }

    private func isOld(_ use: Use, at now: Timestamp) -> Bool {
        Duration.milliseconds(now.millisecondsSince1970 - use.time.millisecondsSince1970) > age
    }
}

/// The `Idempotency-Key` of one request.
struct IdempotencyKey: Sendable {
    /// With the sender's name: what one says is no other's affair.
    var name: String
    /// What is asked for, hashed.
    var print: UInt64

    /// - Parameter field: the header's value: a text in quotes (RFC 9651, section 3.3.3), or, as many send it, without.
    init(_ field: String, sender: String?, job: String, _ arguments: TaskArguments) throws(TaskRefusal) {
        guard let key = Self.text(of: field) else {
            throw TaskRefusal(
                400, "Idempotency-Key: expected 1 to 255 printable ASCII characters in double quotes, such as a UUID.")
        }
        name = "\(sender ?? "")\n\(key)"
        var hash = FowlerNollVo()
        hash.add(job)
        for text in arguments.texts {
            // Absent and empty are two things.
            hash.add(text == nil ? "0" : "1")
            hash.add(text ?? "")
        }
        print = hash.value
    }

    private static func text(of field: String) -> String? {
        var bytes = Array(field.utf8)
        while bytes.last == UInt8(ascii: " ") { bytes.removeLast() }
        var key: [UInt8] = []
        if bytes.first == UInt8(ascii: "\""), bytes.last == UInt8(ascii: "\""), bytes.count > 2 {
            var isEscaped = false
            for byte in bytes.dropFirst().dropLast() {
                if !isEscaped, byte == UInt8(ascii: "\\") { isEscaped = true; continue }
                if byte == UInt8(ascii: "\"") && !isEscaped { return nil }
                isEscaped = false
                key.append(byte)
            }
            if isEscaped { return nil }
        } else {
            key = bytes
            if key.contains(where: { "\", ;".utf8.contains($0) }) { return nil }
        }
        guard (1...255).contains(key.count), key.allSatisfy({ (0x20...0x7E).contains($0) }) else { return nil }
        return String(decoding: key, as: UTF8.self)
    }
}

/// FNV-1a, 64 bits: the same in every run, unlike `Hasher`. Against accidents, not against attackers, who would only find a
/// task of their own.
struct FowlerNollVo {
    private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    /// Adds a text and its end.
    mutating func add(_ text: String) {
        for byte in text.utf8 { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
        value = (value ^ 0xFF) &* 0x100_0000_01B3
    }
}
