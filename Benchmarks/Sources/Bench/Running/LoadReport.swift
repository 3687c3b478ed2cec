/// What `load` prints: the figures of one run.
struct LoadReport: Decodable, Sendable {
    struct Distribution: Decodable, Sendable {
        var p50: Double
        var p99: Double
    }
    struct Memory: Decodable, Sendable {
        var before: Double
        var ready: Double
        var peak: Double?
        var end: Double
    }
    struct Sequence: Decodable, Sendable {
        var gaps: Int
        var dups: Int
        var reorders: Int
        /// So long after their turn that it cannot be told whether they came twice.
        var late: Int
    }

    var opened: Int
    var failed: Int
    var closed: Int
    var truncated: Bool
    /// Of all rounds together.
    var connects: Double
    var connectServerCpuS: Double
    /// In the time that is measured.
    var published: Double
    var publishErrors: Int
    var deliveries: Double
    var elapsedS: Double
    var latencyUs: Distribution
    var serverCpuS: Double
    var serverCtxSwitches: Double
    /// How much of its own core the generator used.
    var ownCoreFraction: Double
    var rssKb: Memory
    /// Private memory alone, without the pages of programs and libraries that others share.
    var ussKb: Memory
    /// Each publisher's own events, as each subscriber got them.
    var publisherSeq: Sequence
    var gapEvents: Int
    var parseErrors: Int
    var firstError: String

    /// Why these figures do not count; nil when they do.
    var complaint: String? {
        if !firstError.isEmpty { return firstError }
        let order = publisherSeq
        if order.gaps + order.dups + order.reorders + order.late + gapEvents > 0 {
            return "\(order.gaps) events lost, \(order.dups) twice, \(order.reorders + order.late) out of order, "
                + "\(gapEvents) gaps told"
        }
        if failed + closed > 0 { return "\(failed) connections failed, \(closed) were closed" }
        if truncated { return "events are missing" }
        if publishErrors > 0 { return "\(publishErrors) posts failed" }
        if parseErrors > 0 { return "\(parseErrors) malformed answers" }
        return nil
    }
}
