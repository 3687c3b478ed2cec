import Expressions

/// How a source is doing.
///
///     starting ─→ running ─→ ended          `run` returned, or the pipeline stopped
///                  ↑   └───→ waiting ─┐     `run` threw; it is called again after a growing pause
///                  └──────────────────┘
///     failed: given up. The pipeline stopped, and the source did not within the drain time.
struct SourceStatus: Sendable, Equatable {
    enum State: String, Sendable, CaseIterable {
        case starting, running, waiting, failed, ended
    }

    var state = State.starting
    /// How often `run` was called again after a failure.
    var restarts = 0
    /// What `run` threw last; it stays after the source has recovered.
    var lastError: String?
    /// When `state` began.
    var since: Timestamp
}
