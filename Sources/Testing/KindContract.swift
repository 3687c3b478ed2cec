public import Aggregator

/// What every kind of source promises, checked on one of them: of a kind of your own, too.
///
///     try await SourceContract(Weather.self, options: "{city: Vienna}").check()
///
/// - its word, its summary and its options' help are fit for `aggregator list`, `describe` and the reference;
/// - its options are read, and one that it does not know is refused;
/// - it ends soon when it is cancelled: while it works, while the pipeline is full, and right after its start.
///
/// The source runs for real, so give options with which it can: a file that is there, a port that is free.
public struct SourceContract: Sendable {
    private let kind: any EventSource.Type
    private let options: String
    private let directory: String
    private let deadline: Duration

    /// What was broken.
    public struct Breach: Error, CustomStringConvertible {
        /// Which promise, and how.
        public let description: String
    }

    /// Of a kind, with options.
    ///
    /// - Parameters:
    ///   - kind: what is checked.
    ///   - options: YAML, what stands under its key.
    ///   - directory: relative paths in the options are relative to it.
    ///   - deadline: how soon the source has to end. Generous: machines that test are busy.
    public init(
        _ kind: any EventSource.Type, options: String, directory: String = ".", deadline: Duration = .seconds(60)
    ) {
        self.kind = kind
        self.options = options
        self.directory = directory
        self.deadline = deadline
    }

    /// Checks all of it.
    ///
    /// - Throws: `Breach` for the first promise that is broken; `OptionError` if the options are not right.
    public func check() async throws {
        try checkWords()
        try checkOptions()
        try await checkStop("right after its start") { _ in }
        try await checkStop("while it works") { probe in
            // Whatever comes first: it has something to say, serves, or is over.
            _ = try? await probe.wait(within: .seconds(1)) { !$0.events.isEmpty || $0.isServing || $0.ending != nil }
        }
        try await checkStop("while the pipeline is full") { probe in
            probe.hold()
            _ = try? await probe.wait(within: .seconds(1)) { $0.isWaiting || $0.ending != nil }
        }
    }

    private func checkWords() throws(Breach) {
        guard kind.name.wholeMatch(of: /[a-z][a-z0-9_]*/) != nil else {
            throw Breach(description: "its name '\(kind.name)' is no word such as weather_station: [a-z][a-z0-9_]*")
        }
        guard kind.summary.hasSuffix("."), !kind.summary.contains("\n") else {
            throw Breach(description: "its summary is no sentence on one line: '\(kind.summary)'")
        }
        for option in kind.describe() where !option.help.hasSuffix(".") {
            throw Breach(description: "the help of its option '\(option.name)' is no sentence: '\(option.help)'")
        }
    }

    private func checkOptions() throws {
        _ = try kind.make(options, directory: directory)
        guard (try? kind.make("{no_such_option_of_any_kind: 1}", directory: directory)) == nil else {
            throw Breach(description: "an option that does not exist is taken without a word")
        }
    }

    /// Runs it, lets it come to a point, and stops it there.
    private func checkStop(_ place: String, _ reach: (SourceProbe) async throws -> Void) async throws {
        let probe = SourceProbe(try kind.make(options, directory: directory), name: kind.name)
        probe.start()
        try await reach(probe)
        let deadline = deadline
        let hasEnded = await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                await probe.stop()
                return true
            }
            group.addTask { (try? await Task.sleep(for: deadline)) == nil }
            let first = await group.next() ?? false
            group.cancelAll()
            return first
        }
        guard hasEnded else {
            throw Breach(description: "it does not end within \(deadline) of its cancellation \(place)")
        }
    }
}
