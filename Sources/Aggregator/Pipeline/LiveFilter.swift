/// A filter as it runs: what the metrics see of it. Any thread.
final class LiveFilter: Sendable {
    let definition: FilterDefinition
    let steps: [LiveStep]
    /// Events that came out of it as what cannot be an event, and were dropped.
    let refused = RefusalCounters()
    let refusedLog = RepeatLimit()
    /// Events that arrived by a second way unchanged, and were left out.
    let repeated = Counter()

    init(_ definition: FilterDefinition) {
        self.definition = definition
        steps = definition.steps.enumerated().map { LiveStep(kind: type(of: $1).name, number: $0 + 1) }
    }

    var name: String { definition.name }
}

/// A step of a filter.
final class LiveStep: Sendable {
    /// The kind, as the file says it.
    let kind: String
    /// From 1.
    let number: Int
    /// Events that went on from here: passed, made, or emitted later.
    let passed = Counter()
    let dropped = Counter()
    /// Events that became part of what the step emits later.
    let held = Counter()
    /// Events that the step failed on, and that were dropped for it.
    let errors = Counter()
    let errorLog = RepeatLimit()
    /// What it counts of itself.
    let ownCounters = OwnCounters()

    init(kind: String, number: Int) {
        self.kind = kind
        self.number = number
    }
}
