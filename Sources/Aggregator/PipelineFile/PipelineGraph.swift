/// Who takes events from whom: names, references, cycles, and nodes that nobody uses.
struct PipelineGraph {
    enum Kind: String {
        case source
        case filter
    }

    private struct Member {
        var kind: Kind
        var entry: Node.Entry
        /// The filters and sources it takes from; a source takes from none.
        var from: [Node]
    }

    private var members: [String: Member] = [:]
    private var order: [String] = []
    private var channels: [[Node]] = []

    /// A source or a filter. Both share one namespace.
    mutating func add(_ kind: Kind, _ entry: Node.Entry, _ problems: inout Problems) {
        if !Self.isName(entry.key) {
            problems.report(Self.nameRule("a \(kind.rawValue)", problems.quote(key: entry.key)), at: entry)
        }
        if let other = members[entry.key] {
            problems.report(
                """
                '\(entry.key)' is a \(other.kind.rawValue) already, at \(other.entry.place.line):\(other.entry.place.column); \
                sources and filters share their names
                """, at: entry)
            return
        }
        order.append(entry.key)
        members[entry.key] = Member(kind: kind, entry: entry, from: kind == .filter ? Self.references(entry) : [])
    }

    mutating func addChannel(_ entry: Node.Entry) { channels.append(Self.references(entry)) }

    /// To be called once all are there.
    func check(_ problems: inout Problems) {
        var used: Set<String> = []
        for from in order.compactMap({ members[$0]?.from }) + channels {
            var here: Set<String> = []
            for node in from {
                guard let name = node.text else { continue }
                used.insert(name)
                if members[name] == nil {
                    problems.report(
                        "there is no source or filter \(problems.quote(key: name))"
                            + problems.suggestion(for: name, among: order), at: node)
                } else if !here.insert(name).inserted {
                    problems.report("'\(name)' stands here twice", at: node)
                }
            }
        }
        reportCycles(&problems)
        // Among mistakes it may only follow from one of them.
        for name in order where problems.isEmpty && !used.contains(name) {
            guard let member = members[name] else { continue }
            problems.warn(
                "no channel or filter takes the events of the \(member.kind.rawValue) '\(name)'",
                at: member.entry.place,
                length: name.unicodeScalars.count)
        }
    }

    static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, text.utf8.allSatisfy({ isNamePart($0) }) else { return false }
        return first != UInt8(ascii: "-") && !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first)
    }

    static func nameRule(_ what: String, _ name: String) -> String {
        "\(name) cannot be the name of \(what): expected letters of ASCII, digits, '_' and '-', first a letter or '_'"
    }

    private static func isNamePart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: false
        }
    }

    /// What stands under `from`, one name or a list; also in an entry that has other mistakes.
    static func references(_ entry: Node.Entry) -> [Node] {
        guard let from = entry.value["from"] else { return [] }
        return (from.elements ?? [from]).filter { $0.text != nil && !$0.isNull }
    }

    /// The filters by their indices, each after those that it takes from, as far as no circle forbids it. A walk in depth
    /// with a stack of its own: a chain may be as long as a file.
    static func order(of filters: [Node.Entry]) -> [Int] {
        let places = Dictionary(filters.indices.map { (filters[$0].key, $0) }) { first, _ in first }
        let feeders = filters.map { references($0).compactMap { $0.text.flatMap { places[$0] } } }
        var order: [Int] = []
        var isSeen = [Bool](repeating: false, count: filters.count)
        for start in filters.indices where !isSeen[start] {
            isSeen[start] = true
            var path = [(filter: start, next: 0)]
            while let (filter, next) = path.last {
                guard next < feeders[filter].count else {
                    order.append(filter)
                    path.removeLast()
                    continue
                }
                path[path.count - 1].next += 1
                let feeder = feeders[filter][next]
                guard !isSeen[feeder] else { continue }
                isSeen[feeder] = true
                path.append((feeder, 0))
            }
        }
        return order
    }

    /// Every way round is told once. A walk in depth with a stack of its own: a chain may be as long as a file.
    private func reportCycles(_ problems: inout Problems) {
        var done: Set<String> = []
        for start in order where !done.contains(start) {
            var path: [(name: String, next: Int)] = [(start, 0)]
            var depth = [start: 0]
            while let (name, next) = path.last {
                let from = members[name]?.from ?? []
                guard next < from.count else {
                    done.insert(name)
                    depth[name] = nil
                    path.removeLast()
                    continue
                }
                path[path.count - 1].next += 1
                guard let target = from[next].text, !done.contains(target) else { continue }
                if let first = depth[target] {
                    let names = path[first...].map(\.name) + [target]
                    problems.report("this goes round in a circle: \(names.joined(separator: " -> "))", at: from[next])
                } else {
                    depth[target] = path.count
                    path.append((target, 0))
                }
            }
        }
    }
}
