import CEventLoop
import Glibc

/// How the hub is to run: `server` of the pipeline file, in the C target's units.
struct HubSettings: Sendable {
    var loops: Int
    /// 8 characters of `a-z0-9`, different for every run.
    var epoch: String
    var connections: Int
    var headerLimit: Int
    var headTime: Duration
    var bodyTime: Duration
    var idleTime: Duration
    var stallTime: Duration
    var sendBuffer: Int
    var pinnedLimit: Int
    var heartbeat: Duration
    /// Above either, emitting waits.
    var mailboxEvents = 16_384
    var mailboxBytes = 8 << 20

    var raw: el_hub_settings {
        var raw = el_hub_settings()
        raw.loops = UInt32(clamping: loops)
        withUnsafeMutableBytes(of: &raw.epoch) { $0.copyBytes(from: epoch.utf8.prefix($0.count)) }
        raw.connections = UInt32(clamping: connections)
        raw.header_limit = UInt32(clamping: headerLimit)
        raw.head_time = headTime.clampedMilliseconds
        raw.body_time = bodyTime.clampedMilliseconds
        raw.idle_time = idleTime.clampedMilliseconds
        raw.stall_time = stallTime.clampedMilliseconds
        raw.send_buffer = UInt32(clamping: sendBuffer)
        raw.pinned_limit = UInt64(clamping: pinnedLimit)
        raw.heartbeat = heartbeat.clampedMilliseconds
        raw.mailbox_events = UInt32(clamping: mailboxEvents)
        raw.mailbox_bytes = UInt64(clamping: mailboxBytes)
        return raw
    }

    /// A new epoch.
    static func randomEpoch() -> String {
        let digits = Array("0123456789abcdefghijklmnopqrstuvwxyz")
        return String((0..<Int(EL_EPOCH_LENGTH)).map { _ in digits[Int.random(in: 0..<digits.count)] })
    }
}

extension HubSettings {
    /// As the file says; `loops: auto` is the cores, at most 8.
    init(_ server: ServerSettings) {
        loops =
            switch server.loops {
            case .auto: min(8, max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))))
            case .value(let count): count
            }
        epoch = Self.randomEpoch()
        connections = server.limits.connectionCount
        headerLimit = server.limits.header.bytes
        headTime = server.limits.headTime
        bodyTime = server.limits.bodyTime
        idleTime = server.limits.idle
        stallTime = server.limits.stall
        sendBuffer = server.limits.sendBuffer.bytes
        pinnedLimit = server.limits.pinned.bytes
        heartbeat = server.heartbeat
    }
}

extension el_channel_settings {
    /// How many subjects' ends a channel remembers beyond what it keeps.
    private static let endedSubjects: UInt32 = 10_000

    init(_ channel: ChannelDefinition) {
        let keep = channel.keep
        self.init(
            keep_events: UInt64(clamping: keep.events), keep_bytes: UInt64(clamping: keep.bytes),
            keep_ms: keep.age.map { max(1, $0.wholeMilliseconds) } ?? 0,
            latest_subjects: channel.replay == .latest ? UInt32(clamping: keep.subjects) : 0,
            ended_subjects: Self.endedSubjects,
            linger_ms: channel.linger > .zero ? UInt32(clamping: max(1, channel.linger.wholeMilliseconds)) : 0)
    }
}

extension Duration {
    fileprivate var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }
}
