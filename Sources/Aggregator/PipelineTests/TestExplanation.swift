/// Why events did not come: what became of those that went in.
struct TestExplanation {
    typealias Line = PipelineTestResult.Line

    /// Of explanations below one channel, and of mishaps below a test.
    private static let shown = 8

    private let test: PipelineTest
    private let record: WalkTrace.Record
    private let definition: PipelineDefinition

    init(_ test: PipelineTest, _ record: WalkTrace.Record, _ definition: PipelineDefinition) {
        self.test = test
        self.record = record
        self.definition = definition
    }

    /// What ended on its way to a channel, first what is most like the events that are missing there.
    func endings(before channel: String, like missing: [EventPattern]) -> [Line] {
        let feeders = self.feeders(of: channel)
        guard test.inputs.contains(where: { feeders.contains($0.filter ?? $0.source) }) else {
            let from = definition.channels.first { $0.name == channel }?.from ?? []
            return [Line(.note, "      no input leads here: the channel takes from \(from.joined(separator: ", "))")]
        }
        let fates = self.fates { ending in
            switch ending.fate {
            case .dropped(let place), .held(let place), .failed(let place, _): feeders.contains(place.filter)
            case .refused(let filter, _): feeders.contains(filter)
            case .rejected: true
            }
        }
        let sorted = fates.sorted { Self.distance($0.first, missing) < Self.distance($1.first, missing) }
        let rest = sorted.count - Self.shown
        return sorted.prefix(Self.shown).map { Line(.note, "      \(text(of: $0))") }
            + (rest > 0 ? [Line(.note, "      … and \(rest) more like these")] : [])
    }

    /// What steps failed on, and the like, but for what the report says already: of a test that fails otherwise, too, it may
    /// be the reason.
    func mishaps(besides report: [Line]) -> [Line] {
        let notes = Set(record.notes).sorted().map { Line(.note, "      \($0)") }
        let fates = self.fates { ending in
            switch ending.fate {
            case .failed, .refused, .rejected: true
            case .dropped, .held: false
            }
        }
        let told = Set(report.map(\.text))
        let lines = (fates.map { Line(.note, "      \(text(of: $0))") } + notes).filter { !told.contains($0.text) }
        let rest = lines.count - Self.shown
        return lines.prefix(Self.shown) + (rest > 0 ? [Line(.note, "      … and \(rest) more like these")] : [])
    }

    // MARK: Fates

    /// Endings alike: of one input, at one place, for one reason.
    private struct Fate {
        let first: WalkTrace.Ending
        var count = 1
    }

    private struct Kind: Hashable {
        let cause: WalkTrace.Cause
        let fate: WalkTrace.Fate
    }

    private func fates(where isWanted: (WalkTrace.Ending) -> Bool) -> [Fate] {
        var fates: [Fate] = []
        var known: [Kind: Int] = [:]
        for ending in record.endings where isWanted(ending) {
            let kind = Kind(cause: ending.cause, fate: ending.fate)
            if let index = known[kind] {
                fates[index].count += 1
            } else {
                known[kind] = fates.count
                fates.append(Fate(first: ending))
            }
        }
        return fates
    }

    /// How far an event is from the nearest of those that are missing.
    private static func distance(_ ending: WalkTrace.Ending, _ missing: [EventPattern]) -> Double {
        let arrival = WalkTrace.Arrival(
            channel: "", event: ending.event, ends: false, cause: ending.cause, at: ending.at)
        return missing.map { Comparison($0, arrival).distance }.min() ?? 0
    }

    private func text(of fate: Fate) -> String {
        let ending = fate.first
        switch ending.fate {
        case .dropped(let place): return "\(who(fate)) was dropped by \(name(place))"
        case .held(let place): return "\(who(fate)) was taken in by \(name(place))"
        case .failed(let place, let reason): return "\(who(fate)) failed in \(name(place)): \(reason)"
        case .refused(let filter, let reason):
            return "\(who(fate)) was made by \(filter) into what cannot be one: \(reason)"
        case .rejected(let reason): return "\(who(fate)) was not taken: \(reason)"
        }
    }

    /// `input 2 (line 57, at 200ms)`
    private func who(_ fate: Fate) -> String {
        let at = fate.count > 1 ? "\(fate.count) times, first at \(fate.first.at.text)" : "at \(fate.first.at.text)"
        guard case .input(let number) = fate.first.cause, let input = test.inputs.first(where: { $0.number == number })
        else { return "an event that a step gave on (\(at)): \(fate.first.event.shown)" }
        return "input \(number) (line \(input.line), \(at))"
    }

    /// `worth_a_look[2], throttle: {every: 1s} (pipeline.yaml:31)`
    private func name(_ place: WalkTrace.Place) -> String {
        let written = definition.filters.first { $0.name == place.filter }?.written ?? []
        guard written.indices.contains(place.step - 1) else { return "\(place.filter)[\(place.step)]" }
        let step = written[place.step - 1]
        return "\(place.filter)[\(place.step)], \(step.text) (\(definition.path):\(step.line))"
    }

    /// The names of everything whose events can come to a channel.
    private func feeders(of channel: String) -> Set<String> {
        var found: Set<String> = []
        var queue = definition.channels.first { $0.name == channel }?.from ?? []
        while let name = queue.popLast() {
            guard found.insert(name).inserted else { continue }
            queue += definition.filters.first { $0.name == name }?.from ?? []
        }
        return found
    }
}
