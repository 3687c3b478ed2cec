/// What a file had before it was cut off, the last few times: so a copy of that is known as one also when it is found late,
/// as when it gets another name in the moment in which it is looked for.
struct Formers {
    struct Former {
        var content: Generation
        /// What had not been read of it was found in a copy.
        var isRecovered: Bool
        /// A copy of it was last changed before that.
        var stamp: Int64
        /// By the clock of `PipelineClock.uptime`.
        var until: Duration
    }

    private var formers: [Former] = []

    private static let limit = 8

    mutating func remember(_ former: Former) {
        if formers.count >= Self.limit { formers.removeFirst() }
        formers.append(former)
    }

    /// What that open file has some or all of, at that time; the rest of it, if it is to be read there, is not asked for again.
    mutating func match(_ file: TailedFile, at now: Duration) -> (former: Former, likeness: Generation.Likeness)? {
        formers.removeAll { $0.until <= now }
        guard !formers.isEmpty, let modified = file.look?.modified else { return nil }
        for (index, former) in formers.enumerated() where modified < former.stamp {
            let likeness = file.likeness(to: former.content)
            if likeness == .whole { formers[index].isRecovered = true }
            if likeness != .other { return (former, likeness) }
        }
        return nil
    }
}
