/// How fast this build is: ThreadSanitizer makes everything some ten times slower, so waits are longer there, and loads smaller.
public enum Pace {
    #if AGGREGATOR_TSAN
        private static let slowness = 8
    #else
        private static let slowness = 1
    #endif

    /// A time that only a broken program needs.
    public static func patience(_ seconds: Int) -> Duration { .seconds(seconds * slowness) }

    /// As many as this build can do in the time that others do `count` in.
    public static func load(_ count: Int) -> Int { max(1, count / slowness) }
}
