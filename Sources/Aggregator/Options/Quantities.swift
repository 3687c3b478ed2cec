extension Duration: OptionValue {
    /// What may be written.
    public static var shape: OptionShape { .duration }

    /// What stands there, or nil after its mistakes were reported.
    public static func decode(_ node: Node, _ problems: inout Problems) -> Duration? {
        guard let text = node.plainText, let (number, unit) = splitQuantity(text), let factor = units[unit],
            let duration = seconds(number, times: factor)
        else {
            problems.expected(shape.words, at: node)
            return nil
        }
        return duration
    }

    /// The largest unit that says it exactly.
    public var optionText: String? {
        let (seconds, attoseconds) = components
        if attoseconds != 0 {
            let nanoseconds = attoseconds / 1_000_000_000
            let digits = String(nanoseconds % 1_000_000)
            let fraction = (String(repeating: "0", count: max(0, 6 - digits.count)) + digits).reversed().drop {
                $0 == "0"
            }
            let whole = "\(seconds * 1000 + nanoseconds / 1_000_000)"
            return whole + (fraction.isEmpty ? "" : "." + String(fraction.reversed())) + "ms"
        }
        for (unit, size) in [("d", Int64(86_400)), ("h", 3600), ("m", 60)] where seconds != 0 && seconds % size == 0 {
            return "\(seconds / size)\(unit)"
        }
        return "\(seconds)s"
    }

    /// In seconds.
    public var optionMeasure: Double? { Double(components.seconds) + Double(components.attoseconds) / 1e18 }

    /// Nanoseconds of each unit.
    private static let units: [Substring: Int64] = [
        "ms": 1_000_000, "s": 1_000_000_000, "m": 60_000_000_000, "h": 3_600_000_000_000, "d": 86_400_000_000_000,
    ]

    /// Exact for what has at most nine digits after the point; nil beyond a hundred years, far from any overflow.
    private static func seconds(_ number: Substring, times factor: Int64) -> Duration? {
        let parts = number.split(separator: ".", omittingEmptySubsequences: false)
        guard let whole = parts.first.flatMap({ Int64($0) }), whole <= 36_500 * 86_400 * 1000 else { return nil }
        var duration = Duration.nanoseconds(factor) * whole
        if parts.count == 2, parts[1].count <= 9, let fraction = Int64(parts[1]) {
            let scale = (0..<parts[1].count).reduce(Int64(1)) { scale, _ in scale * 10 }
            duration += Duration.nanoseconds(factor) * fraction / scale
        } else if parts.count != 1 {
            return nil
        }
        return duration <= .seconds(36_500 * 86_400) ? duration : nil
    }
}

/// A number of bytes, written `16KiB`, `1MiB`, `2GB`, or as a plain number.
public struct ByteSize: OptionValue, Hashable, Comparable {
    /// Not negative.
    public var bytes: Int

    /// So many bytes.
    public init(bytes: Int) { self.bytes = bytes }

    /// So many times 1024 bytes.
    public static func kibibytes(_ count: Int) -> ByteSize { ByteSize(bytes: count << 10) }
    /// So many times 1024² bytes.
    public static func mebibytes(_ count: Int) -> ByteSize { ByteSize(bytes: count << 20) }

    /// What may be written.
    public static var shape: OptionShape { .size }

    /// What stands there, or nil after its mistakes were reported.
    public static func decode(_ node: Node, _ problems: inout Problems) -> ByteSize? {
        guard let text = node.plainText, let (number, unit) = splitQuantity(text), let factor = units[unit],
            let count = Double(decimal: number), let bytes = Int(exactly: (count * factor).rounded()),
            bytes <= 1 << 50
        else {
            problems.expected(shape.words, at: node)
            return nil
        }
        return ByteSize(bytes: bytes)
    }

    /// The largest binary unit that says it exactly.
    public var optionText: String? {
        for (unit, shift) in [("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10)]
        where bytes != 0 && bytes & (1 << shift - 1) == 0 {
            return "\(bytes >> shift)\(unit)"
        }
        return "\(bytes)B"
    }

    /// What `.range` bounds.
    public var optionMeasure: Double? { Double(bytes) }

    /// Smaller.
    public static func < (left: ByteSize, right: ByteSize) -> Bool { left.bytes < right.bytes }

    private static let units: [Substring: Double] = [
        "": 1, "B": 1, "kB": 1e3, "KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12,
        "KiB": 1024, "MiB": 1_048_576, "GiB": 1_073_741_824, "TiB": 1_099_511_627_776,
    ]
}

/// A share, written `0.5%`.
public struct Percentage: OptionValue, Hashable {
    /// 0 to 1.
    public var fraction: Double

    /// A share of the whole, 0 to 1.
    public init(fraction: Double) { self.fraction = fraction }

    /// What may be written.
    public static var shape: OptionShape { .percentage }

    /// What stands there, or nil after its mistakes were reported.
    public static func decode(_ node: Node, _ problems: inout Problems) -> Percentage? {
        guard let text = node.plainText, let (number, unit) = splitQuantity(text), unit == "%",
            let percent = Double(decimal: number), percent <= 100
        else {
            problems.expected("a percentage from 0% to 100%, such as 0.5%", at: node)
            return nil
        }
        return Percentage(fraction: percent / 100)
    }

    /// As the file would say it.
    public var optionText: String? {
        let percent = fraction * 100
        return (percent.optionText ?? "\(percent)") + "%"
    }

    /// What `.range` bounds.
    public var optionMeasure: Double? { fraction }
}

/// `16KiB` as `16` and `KiB`; nil if it does not begin with a digit. Blanks between the two are allowed.
private func splitQuantity(_ text: String) -> (number: Substring, unit: Substring)? {
    let number = text.prefix { $0.isASCII && $0.isNumber || $0 == "." }
    guard number.first?.isNumber == true, number.last?.isNumber == true else { return nil }
    return (number, text[number.endIndex...].drop { $0 == " " })
}
