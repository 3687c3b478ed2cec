import Aggregator

/// The time between SIGTERM and SIGKILL when the whole server stops.
enum StopGrace {
    /// At most so much of `timeToStop`: whoever ignores SIGTERM is to be killed, and its end noted, while there is somebody to
    /// do it.
    static func longest(within timeToStop: Duration) -> Duration { timeToStop * 0.75 }
}

extension Problems {
    /// Warns where a `grace` is longer than the server's stop lets it be.
    mutating func checkGrace(_ grace: Duration, _ options: OptionPlaces) {
        let longest = StopGrace.longest(within: timeToStop)
        guard options.has("grace"), grace > longest else { return }
        // `grace` is 60 % of `drain`: see `SourceContext.timeToStop`.
        let needed = (grace / .seconds(0.6)).rounded(.up)
        warn(
            """
            when the server stops, the program gets only \(longest.optionText ?? "\(longest)"): server.drain has no room for \
            more; make that at least \(Int(needed))s
            """, at: options["grace"].place)
    }
}
