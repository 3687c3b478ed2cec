/// The list of what was expected, laid beside the list of what came.
enum Alignment {
    /// A row: numbers are places in the two lists.
    enum Row: Sendable {
        case match(expected: Int, got: Int)
        /// The two that are most alike, with what differs.
        case differs(expected: Int, got: Int, Comparison)
        case missing(expected: Int)
        case unexpected(got: Int)

        var isMatch: Bool { if case .match = self { true } else { false } }
    }

    /// Beyond so many pairs to compare, lists are laid beside each other place by place.
    private static let limit = 1_000_000
    private static let differingLimit = 40_000

    /// In order: the alignment in which the least differs (an edit distance). What matches at the beginning and at the end
    /// is taken off first, which keeps the rest small and never makes it worse.
    ///
    /// - Parameter allowsMore: what came beyond the expected is no difference.
    static func inOrder(
        _ expected: [EventPattern], _ got: [WalkTrace.Arrival], allowsMore: Bool
    ) -> [Row] {
        let count = min(expected.count, got.count)
        var head = 0
        while head < count, Comparison(expected[head], got[head]).isMatch { head += 1 }
        var tail = 0
        while tail < count - head,
            Comparison(expected[expected.count - 1 - tail], got[got.count - 1 - tail]).isMatch
        { tail += 1 }
        let middle = Table(
            expected: Array(expected[head..<(expected.count - tail)]), got: Array(got[head..<(got.count - tail)]),
            allowsMore: allowsMore)
        let cells = middle.expected.count * middle.got.count
        let rows = cells <= differingLimit ? middle.cheapest() : middle.placeByPlace()
        return (0..<head).map { .match(expected: $0, got: $0) } + rows.map { $0.moved(by: head) }
            + (0..<tail).reversed().map { .match(expected: expected.count - 1 - $0, got: got.count - 1 - $0) }
    }

    /// In any order: as many matches as can be, then the most similar of what is left side by side.
    static func inAnyOrder(
        _ expected: [EventPattern], _ got: [WalkTrace.Arrival], allowsMore: Bool
    ) -> [Row] {
        guard expected.count * got.count <= limit else { return inOrder(expected, got, allowsMore: allowsMore) }
        var matching = Matching(
            expected.map { pattern in
                got.indices.filter { Comparison(pattern, got[$0]).isMatch }
            }, got.count)
        matching.solve()
        var rows: [Row] = []
        var left = Set(got.indices.filter { matching.expectedOf[$0] == nil })
        for index in expected.indices {
            if let place = matching.gotOf[index] { rows.append(.match(expected: index, got: place)) }
        }
        for index in expected.indices where matching.gotOf[index] == nil {
            let candidates = left.sorted().map { ($0, Comparison(expected[index], got[$0])) }
            let best = candidates.min { $0.1.distance < $1.1.distance }
            if let best, best.1.distance < 1 || !allowsMore {
                left.remove(best.0)
                rows.append(.differs(expected: index, got: best.0, best.1))
            } else {
                rows.append(.missing(expected: index))
            }
        }
        return rows + left.sorted().map { .unexpected(got: $0) }
    }
}

extension Alignment.Row {
    fileprivate func moved(by step: Int) -> Self {
        switch self {
        case .match(let expected, let got): .match(expected: expected + step, got: got + step)
        case .differs(let expected, let got, let how): .differs(expected: expected + step, got: got + step, how)
        case .missing(let expected): .missing(expected: expected + step)
        case .unexpected(let got): .unexpected(got: got + step)
        }
    }
}

/// Two lists, neither of which begins or ends as the other does.
private struct Table {
    let expected: [EventPattern]
    let got: [WalkTrace.Arrival]
    let allowsMore: Bool

    /// What a difference of two, and one alone, cost. A pair costs less than its two alone, so that pairs are preferred;
    /// where others may come anyway, only if the two have something in common.
    private func cost(_ pair: Comparison) -> Double {
        if pair.isMatch { return 0 }
        return allowsMore ? (pair.distance < 1 ? 5 + 4 * pair.distance : 11) : 10 + 9 * pair.distance
    }

    private static let missing = 10.0
    private var unexpected: Double { allowsMore ? 0 : 10 }

    func cheapest() -> [Alignment.Row] {
        let pairs = expected.map { pattern in got.map { Comparison(pattern, $0) } }
        // costs[i][j]: of laying the expected from i on beside the got from j on.
        var costs = Array(repeating: Array(repeating: 0.0, count: got.count + 1), count: expected.count + 1)
        for i in (0...expected.count).reversed() {
            for j in (0...got.count).reversed() where i < expected.count || j < got.count {
                var best = Double.infinity
                if i < expected.count, j < got.count { best = cost(pairs[i][j]) + costs[i + 1][j + 1] }
                if i < expected.count { best = min(best, Self.missing + costs[i + 1][j]) }
                if j < got.count { best = min(best, unexpected + costs[i][j + 1]) }
                costs[i][j] = best
            }
        }
        var rows: [Alignment.Row] = []
        var (i, j) = (0, 0)
        while i < expected.count || j < got.count {
            if i < expected.count, j < got.count, costs[i][j] == cost(pairs[i][j]) + costs[i + 1][j + 1] {
                rows.append(
                    pairs[i][j].isMatch ? .match(expected: i, got: j) : .differs(expected: i, got: j, pairs[i][j]))
                (i, j) = (i + 1, j + 1)
            } else if i < expected.count, costs[i][j] == Self.missing + costs[i + 1][j] {
                rows.append(.missing(expected: i))
                i += 1
            } else {
                rows.append(.unexpected(got: j))
                j += 1
            }
        }
        return rows
    }

    func placeByPlace() -> [Alignment.Row] {
        (0..<max(expected.count, got.count)).map { index in
            guard index < expected.count else { return .unexpected(got: index) }
            guard index < got.count else { return .missing(expected: index) }
            let pair = Comparison(expected[index], got[index])
            return pair.isMatch
                ? .match(expected: index, got: index) : .differs(expected: index, got: index, pair)
        }
    }
}

/// As many pairs as can be (Kuhn's algorithm for bipartite graphs).
private struct Matching {
    private let candidates: [[Int]]
    private(set) var gotOf: [Int?]
    private(set) var expectedOf: [Int?]

    init(_ candidates: [[Int]], _ count: Int) {
        self.candidates = candidates
        gotOf = Array(repeating: nil, count: candidates.count)
        expectedOf = Array(repeating: nil, count: count)
    }

    mutating func solve() {
        for index in candidates.indices {
            var seen: Set<Int> = []
            _ = place(index, &seen)
        }
    }

    /// Finds a place for one, moving others where that helps.
    private mutating func place(_ index: Int, _ seen: inout Set<Int>) -> Bool {
        // A free one first: most lists then need no recursion, which is as deep as a chain of moves is long.
        let order =
            candidates[index].filter { expectedOf[$0] == nil } + candidates[index].filter { expectedOf[$0] != nil }
        for candidate in order where seen.insert(candidate).inserted {
            if let other = expectedOf[candidate], !place(other, &seen) { continue }
            expectedOf[candidate] = index
            gotOf[index] = candidate
            return true
        }
        return false
    }
}
