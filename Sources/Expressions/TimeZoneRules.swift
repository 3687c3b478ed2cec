/// What the clocks of a place show: the offset from UTC at each moment, from the system's time zone files (RFC 8536), or a
/// fixed one. Immutable.
struct TimeZoneRules: Sendable {
    /// When the offset changes, ascending, in seconds since 1970.
    private var transitions: [Int64] = []
    /// The offset from each transition on, in seconds east of Greenwich.
    private var offsets: [Int64] = []
    /// Before the first transition.
    private var first: Int64 = 0
    /// After the last one.
    private var later: YearlyRule?

    /// The same offset at all times, in seconds east of Greenwich.
    init(fixed offset: Int64) { first = offset }

    /// `UTC`, an offset such as `+02:00`, `-08:30` or `02:00`, or a name such as `Europe/Paris`, for which a file is read.
    /// Nil: there is no such zone, or the system has no time zones installed.
    init?(name: String) {
        if ["UTC", "Z", "GMT", "Etc/UTC", ""].contains(name) {
            self.init(fixed: 0)
        } else if let offset = Self.offset(name) {
            self.init(fixed: offset)
        } else {
            guard let bytes = ZoneFile.read(name) else { return nil }
            self.init(file: bytes)
        }
    }

    /// Seconds east of Greenwich at a moment.
    func offset(at moment: Int64) -> Int64 {
        guard let earliest = transitions.first, moment >= earliest else {
            return transitions.isEmpty ? later?.offset(at: moment) ?? first : first
        }
        if let last = transitions.last, moment >= last, let later { return later.offset(at: moment) }
        var low = 0
        var high = transitions.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if transitions[middle] <= moment { low = middle } else { high = middle }
        }
        return offsets[low]
    }

    private static func offset(_ name: String) -> Int64? {
        var digits = Substring(name)
        let sign: Int64 = digits.first == "-" ? -1 : 1
        if digits.first == "-" || digits.first == "+" { digits.removeFirst() }
        let parts = digits.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy(isDigit) }),
            let hours = Int64(parts[0]), let minutes = Int64(parts[1]), hours < 24, minutes < 60
        else { return nil }
        return sign * (hours * 3600 + minutes * 60)
    }

    /// Reads a file of RFC 8536, version 2 or later: the second of its two blocks, with 64-bit times, and the rule after it.
    init?(file bytes: [UInt8]) {
        var file = ZoneFile(bytes: bytes)
        guard let old = file.header(), file.skip(old.length(ofTime: 4)), let header = file.header() else { return nil }
        let start = file.at
        guard file.skip(header.length(ofTime: 8)), header.types > 0 else { return nil }
        let types = start + header.times * 9
        // A type: the offset in four bytes, whether it is summer time, its name.
        let offset = { (type: Int) in file.number(at: types + type * 6, bytes: 4) }
        for index in 0..<header.times {
            let type = Int(bytes[start + header.times * 8 + index])
            guard type < header.types else { return nil }
            transitions.append(file.number(at: start + index * 8, bytes: 8))
            offsets.append(offset(type))
        }
        first = offset(0)
        later = YearlyRule(file.footer())
    }
}

/// The bytes of a time zone file, every read of them within their bounds.
private struct ZoneFile {
    struct Header {
        var times: Int
        var types: Int
        var others: Int

        /// Bytes of the block after it.
        func length(ofTime size: Int) -> Int { times * (size + 1) + types * 6 + others }
    }

    let bytes: [UInt8]
    var at = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    /// A file of the system, if there is one of that name. Names are letters, digits and `_ + - /`, so no path leads out.
    static func read(_ name: String) -> [UInt8]? {
        let isName = { (byte: UInt8) in isLetter(byte) || isDigit(byte) || "+-/".utf8.contains(byte) }
        guard name.utf8.count <= 64, name.utf8.allSatisfy(isName), !name.hasPrefix("/") else { return nil }
        return readFile("/usr/share/zoneinfo/\(name)", limit: 1 << 20)
    }

    mutating func skip(_ count: Int) -> Bool {
        guard count >= 0, bytes.count - at >= count else { return false }
        at += count
        return true
    }

    /// A big-endian number with its sign.
    func number(at start: Int, bytes count: Int) -> Int64 {
        let first = Int64(Int8(bitPattern: bytes[start]))
        return bytes[start + 1..<start + count].reduce(first) { $0 << 8 | Int64($1) }
    }

    /// `TZif`, the version, 15 bytes of nothing, six counts.
    mutating func header() -> Header? {
        let start = at
        guard skip(44), bytes[start..<start + 4].elementsEqual("TZif".utf8), bytes[start + 4] >= UInt8(ascii: "2")
        else {
            return nil
        }
        let counts = (0..<6).map { Int(number(at: start + 20 + $0 * 4, bytes: 4)) }
        guard counts.allSatisfy({ (0...65_536).contains($0) }) else { return nil }
        // In the file's order: UT and standard indicators, leap seconds, times, types, letters of names.
        let leapSize = start == 0 ? 8 : 12
        return Header(
            times: counts[3], types: counts[4], others: counts[0] + counts[1] + counts[2] * leapSize + counts[5])
    }

    /// The rule for the time after the last transition, between two line feeds.
    func footer() -> Substring {
        String(decoding: bytes[at...].dropFirst().prefix { $0 != 0x0A }, as: UTF8.self)[...]
    }
}
