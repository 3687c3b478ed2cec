// Equality and order across CEL's types (language definition, "Equality" and "Ordering").

extension Value: Equatable {
    /// CEL's equality; see the type.
    public static func == (a: Value, b: Value) -> Bool {
        switch (a, b) {
        case (.int(let a), .int(let b)): return a == b
        case (.string(let a), .string(let b)): return sameText(a, b)
        case (.bool(let a), .bool(let b)): return a == b
        case (.double(let a), .double(let b)): return a == b
        case (.uint(let a), .uint(let b)): return a == b
        case (.null, .null): return true
        case (.bytes(let a), .bytes(let b)): return a == b
        case (.list(let a), .list(let b)): return a == b
        case (.map(let a), .map(let b)): return sameEntries(a, b)
        case (.timestamp(let a), .timestamp(let b)): return a == b
        case (.duration(let a), .duration(let b)): return a == b
        case (.type(let a), .type(let b)): return a == b
        case (.optional(let a), .optional(let b)): return a == b
        case (.object(let source), _): return b.kind == .map && source.value() == b.read
        case (_, .object(let source)): return a.kind == .map && a == source.value()
        default: return numericOrder(a, b) == .same
        }
    }

    /// An object as the map it stands for.
    var read: Value {
        if case .object(let source) = self { source.value() } else { self }
    }
}

private func sameEntries(_ a: ValueMap, _ b: ValueMap) -> Bool {
    a.count == b.count && a.allSatisfy { entry in b[entry.key].map { $0 == entry.value } ?? false }
}

/// How two values stand to each other. `unordered` is NaN with anything.
enum Order { case before, same, after, unordered }

/// The order of two values, or nil where CEL has no such overload.
func order(_ a: Value, _ b: Value) -> Order? {
    switch (a, b) {
    case (.int(let a), .int(let b)): orderOf(a, b)
    case (.string(let a), .string(let b)): orderOf(text: a, b)
    case (.uint(let a), .uint(let b)): orderOf(a, b)
    case (.bool(let a), .bool(let b)): orderOf(a ? 1 : 0, b ? 1 : 0)
    case (.timestamp(let a), .timestamp(let b)): orderOf(a, b)
    case (.duration(let a), .duration(let b)): orderOf(a, b)
    case (.bytes(let a), .bytes(let b)):
        a.lexicographicallyPrecedes(b) ? .before : a == b ? .same : .after
    default: numericOrder(a, b)
    }
}

private func orderOf<T: Comparable>(_ a: T, _ b: T) -> Order { a < b ? .before : a == b ? .same : .after }

/// Numbers of different types are compared as if they stood on one line.
private func numericOrder(_ a: Value, _ b: Value) -> Order? {
    switch (a, b) {
    case (.double(let a), .double(let b)):
        return a < b ? .before : a == b ? .same : a > b ? .after : .unordered
    case (.int(let a), .uint(let b)): return a < 0 ? .before : orderOf(a.magnitude, b)
    case (.uint(let a), .int(let b)): return b < 0 ? .after : orderOf(a, b.magnitude)
    case (.int(let a), .double(let b)): return orderOf(a, b)
    case (.double(let a), .int(let b)): return orderOf(b, a).reversed
    case (.uint(let a), .double(let b)): return orderOf(a, b)
    case (.double(let a), .uint(let b)): return orderOf(b, a).reversed
    default: return nil
    }
}

/// Like the reference implementations: the integer is rounded to a double first, but for doubles outside the
/// integer's range, which lie beyond every integer.
private func orderOf<T: FixedWidthInteger>(_ a: T, _ b: Double) -> Order {
    if b.isNaN { return .unordered }
    if b < Double(T.min) { return .after }
    if b > Double(T.max) { return .before }
    return orderOf(Double(a), b)
}

extension Order {
    fileprivate var reversed: Order {
        switch self {
        case .before: .after
        case .after: .before
        default: self
        }
    }
}

/// Whether two texts have the same scalars. String's own `==` calls "é" and "e" + accent the same; CEL does not.
func sameText(_ a: String, _ b: String) -> Bool {
    let a = a.utf8
    let b = b.utf8
    guard a.count == b.count else { return false }
    let quick = a.withContiguousStorageIfAvailable { a in
        b.withContiguousStorageIfAvailable { b in sameBytes(UnsafeRawBufferPointer(a), UnsafeRawBufferPointer(b)) }
    }
    return (quick ?? nil) ?? a.elementsEqual(b)
}

func sameBytes(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
    guard a.count == b.count else { return false }
    var at = 0
    while at + 8 <= a.count {
        if JSONWord.load(a, at: at) != JSONWord.load(b, at: at) { return false }
        at += 8
    }
    while at < a.count {
        if a[at] != b[at] { return false }
        at += 1
    }
    return true
}

/// UTF-8 has the order of the scalars it encodes.
private func orderOf(text a: String, _ b: String) -> Order {
    var a = a.utf8.makeIterator()
    var b = b.utf8.makeIterator()
    while true {
        switch (a.next(), b.next()) {
        case (nil, nil): return .same
        case (nil, _): return .before
        case (_, nil): return .after
        case (let x?, let y?): if x != y { return x < y ? .before : .after }
        }
    }
}
