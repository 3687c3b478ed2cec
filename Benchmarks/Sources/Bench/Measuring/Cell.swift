/// One measurement: the same work, done by several.
struct Cell: Sendable {
    /// What bars and plots know it by, `a/16x1000x100`.
    var id: String
    /// For tables: `16 publishers, 1,000 subscribers, 100 B`.
    var title: String
    /// In the order in which they are shown; the first is compared with the others.
    var metrics: [Metric]
    var variants: [Variant]
    /// The two that are the same, measured to see how far the machine can be trusted.
    var control: CellControl?
    /// Does it make sense to set the first variant against the others?
    var compares = true
}

/// Two variants that are the same.
struct CellControl: Codable, Sendable {
    var first: String
    var second: String
}

/// One of those who do the work, or one of the ways to do it.
struct Variant: Sendable {
    var name: String
    /// Takes part in so many rounds at most: who is there for the picture, not for a bar, need not run nine times.
    var rounds = Int.max
    /// One run.
    ///
    /// - Throws: `VoidRun` when it does not count.
    var measure: @Sendable () throws -> Sample
}

/// What came out of a cell.
struct CellResult: Codable, Sendable {
    var id: String
    var title: String
    var metrics: [Metric]
    var variants: [Outcome]
    var control: CellControl?
    var compares: Bool

    struct Outcome: Codable, Sendable {
        var name: String
        /// A sample for each round; nil where even the last attempt was void, or where it took no part.
        var rounds: [Sample?]
        /// Why runs were repeated.
        var voids: [String] = []
    }

    func outcome(_ name: String) -> Outcome? { variants.first { $0.name == name } }

    /// Over all rounds; nil if none counts.
    func summary(_ metric: Metric, of name: String) -> Summary? {
        Summary(outcome(name)?.rounds.compactMap { $0?[metric] } ?? [])
    }

    /// For each round in which both have a value, the one over the other.
    func ratios(_ metric: Metric, of name: String, to other: String) -> [Double] {
        pairs(metric, name, other).compactMap { $1 == 0 ? nil : $0 / $1 }
    }

    /// For each round in which both have a value, the one less the other.
    func differences(_ metric: Metric, of name: String, to other: String) -> [Double] {
        pairs(metric, name, other).map { $0 - $1 }
    }

    private func pairs(_ metric: Metric, _ name: String, _ other: String) -> [(Double, Double)] {
        guard let ours = outcome(name)?.rounds, let theirs = outcome(other)?.rounds else { return [] }
        return zip(ours, theirs).compactMap { mine, other in
            guard let mine = mine?[metric], let other = other?[metric] else { return nil }
            return (mine, other)
        }
    }

    /// How far the two that are the same are from each other, in that metric, 0 for not at all; nil without a control.
    func controlError(_ metric: Metric) -> Double? {
        guard let control, let ratio = Summary(ratios(metric, of: control.first, to: control.second))
        else { return nil }
        return ratio.median - 1
    }
}
