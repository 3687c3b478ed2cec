import Glibc

/// When something was looked at, in the time that file systems stamp files with: nanoseconds since 1970.
///
/// Two bounds, because no clock shows that time. Stamps are taken from a coarse clock, which ticks some hundred times a second
/// and stands still for longer on an idle processor; or, since Linux 6.13, from the fine one, where a stamp taken of the coarse
/// one would not differ from one that somebody has looked at.
struct StampTime: Sendable, Equatable {
    /// What is made or changed after the look has no earlier stamp.
    var earliest: Int64
    /// What was made or changed before the look has no later stamp.
    var latest: Int64

    /// Now.
    init() { self = Self.during {} }

    init(earliest: Int64, latest: Int64) {
        self.earliest = earliest
        self.latest = latest
    }

    /// The time that a look takes.
    static func during(_ look: () -> Void) -> StampTime {
        let earliest = now(CLOCK_REALTIME_COARSE)
        look()
        return StampTime(earliest: earliest, latest: now(CLOCK_REALTIME))
    }

    /// A file that was made then may have been seen.
    func mayHaveSeen(birth: Int64) -> Bool { birth <= latest }

    /// A file that was made then may have come after.
    func mayHaveMissed(birth: Int64) -> Bool { birth >= earliest }

    private static func now(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }
}
