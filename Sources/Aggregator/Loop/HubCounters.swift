import CEventLoop

/// The counters of all loops since the start; "now" where said. See `el_counters` in `CEventLoop/include/hub.h`.
struct HubCounters: Sendable {
    var connectionsAccepted: UInt64 = 0
    /// Now.
    var connectionsOpen: UInt64 = 0
    var connectionsRefused: UInt64 = 0
    var requests: UInt64 = 0
    /// Answered by the loop itself with 4xx or 5xx.
    var requestsMalformed: UInt64 = 0
    /// Now.
    var subscribers: UInt64 = 0
    /// Frames.
    var appended: UInt64 = 0
    /// Frames, counted once per subscriber.
    var delivered: UInt64 = 0
    var gaps: UInt64 = 0
    var missed: UInt64 = 0
    var heartbeats: UInt64 = 0
    /// Appends that had to wake a loop.
    var wakes: UInt64 = 0
    var subscriberWakes: UInt64 = 0
    /// System calls that wrote to a subscriber.
    var writes: UInt64 = 0
    var writtenBytes: UInt64 = 0
    /// Now: subscribers whose socket has no room.
    var blocked: UInt64 = 0
    /// Subscribers closed at `limits.stall`.
    var stalled: UInt64 = 0
    /// Subscribers closed over `limits.pinned`.
    var unpinned: UInt64 = 0
    /// Now.
    var pinnedBytes: UInt64 = 0
    /// Now.
    var mailboxEvents: UInt64 = 0
    /// Now.
    var mailboxBytes: UInt64 = 0
    var timeouts: UInt64 = 0

    init(_ raw: el_counters) {
        connectionsAccepted = raw.connections_accepted
        connectionsOpen = raw.connections_open
        connectionsRefused = raw.connections_refused
        requests = raw.requests
        requestsMalformed = raw.requests_malformed
        subscribers = raw.subscribers
        appended = raw.appended
        delivered = raw.delivered
        gaps = raw.gaps
        missed = raw.missed
        heartbeats = raw.heartbeats
        wakes = raw.wakes
        subscriberWakes = raw.subscriber_wakes
        writes = raw.writes
        writtenBytes = raw.written_bytes
        blocked = raw.blocked
        stalled = raw.stalled
        unpinned = raw.unpinned
        pinnedBytes = raw.pinned_bytes
        mailboxEvents = raw.mailbox_events
        mailboxBytes = raw.mailbox_bytes
        timeouts = raw.timeouts
    }
}

/// What a channel has had, and keeps. See `el_channel_counters` in `CEventLoop/include/channel.h`.
struct ChannelCounters: Sendable {
    var appended: UInt64
    /// Now.
    var subscribers: UInt64
    /// Now.
    var keptEvents: UInt64
    /// Now, with the bookkeeping.
    var keptBytes: UInt64
    /// Now.
    var keptSubjects: UInt64
    /// When the oldest kept event was accepted: ms since 1970; nil: none is kept.
    var oldest: Int64?
    var gaps: UInt64
    var missed: UInt64

    init(_ raw: el_channel_counters) {
        appended = raw.appended
        subscribers = raw.subscribers
        keptEvents = raw.kept_events
        keptBytes = raw.kept_bytes
        keptSubjects = raw.kept_subjects
        oldest = raw.oldest == 0 ? nil : raw.oldest
        gaps = raw.gaps
        missed = raw.missed
    }
}
