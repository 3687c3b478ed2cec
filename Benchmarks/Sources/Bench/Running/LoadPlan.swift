/// What the load generator is to do in one run.
struct LoadPlan: Sendable {
    var subscribers = 0
    /// The bytes of each event's data.
    var size = 100
    var publishers = 1
    /// Events published and not yet delivered to all, at most; the publishers wait.
    var window = 64
    /// Events a second; nil: as many as the window allows.
    var rate: Double?
    /// Subscriber i follows channel i mod this, and the events go round.
    var channels = 1
    /// Seconds of publishing that are measured, if there are publishers; then what is under way is awaited.
    var duration = 1.0
    /// Exactly so many events instead.
    var events: Int?
    /// Events before that, which are not.
    var warmup = 16
    /// The first so many subscribers stop reading.
    var stalled = 0
    /// Connects so often, and closes all again in between.
    var connectRounds = 1
    /// Seconds of quiet between the last connect and the reading of the memory.
    var settle = 0.0

    /// As `load` wants it said.
    func arguments(subscribe: String, publish: String, pid: Int32) -> [String] {
        var words = [
            "-q", "--url", subscribe, "--conns", "\(subscribers)", "--spread", "8", "--server-pid", "\(pid)",
            "--channels", "\(channels)", "--settle", "\(settle)", "--max-time", "120", "--drain-timeout", "20",
        ]
        if connectRounds > 1 { words += ["--connect-rounds", "\(connectRounds)"] }
        if stalled > 0 { words += ["--stall", "\(stalled)", "--stall-rcvbuf", "4096"] }
        guard publishers > 0 else { return words }
        // A publisher waits for its answer, unless it is to keep to a rate.
        let depth = rate == nil ? 1 : 16
        words += [
            events == nil ? "--duration" : "--events", events.map { "\($0)" } ?? "\(duration)", "--publish-url",
            publish, "--publish-conns", "\(publishers)",
            "--publish-depth", "\(depth)", "--window", "\(window)", "--publish-rate", rate.map { "\($0)" } ?? "max",
            "--size", "\(size)", "--warmup", "\(warmup)", "--publish-header", "Content-Type: application/json",
        ]
        // There is an order only where somebody sees it.
        return subscribers > 0 ? words + ["--verify-seq"] : words
    }
}
