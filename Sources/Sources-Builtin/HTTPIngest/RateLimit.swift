import Aggregator
import Synchronization

/// `rate:` of the file.
struct RateOptions: OptionGroup {
    @Option("So many requests.", .range(1...1_000_000)) var limit: Int
    @Option("In so much time. Who has been silent so long may send all of them at once.", .range(0.001...86_400))
    var every = Duration.seconds(1)
    @Option("Whose requests are counted together.") var per = RateKey.address
    @Option("So many senders are remembered.", .range(1...1_000_000)) var keys = 10_000

    init() {}
}

/// Whose requests are counted together.
enum RateKey: String, OptionChoice {
    /// The connection's; of IPv6 the /64, which is what one subscriber is given. Whatever proxies write into
    /// `X-Forwarded-For` is not looked at: anybody can.
    case address
    /// The name of the sender's token in `auth.tokens`; who has none counts by address.
    case token
    /// All together.
    case everybody
}

/// How many requests a sender may make: the generic cell rate algorithm (ITU-T I.371), which is a leaky bucket that needs one
/// number for each sender: when the bucket will be empty again.
final class RateLimit: Sendable {
    private let per: RateKey
    private let every: Duration
    private let cost: Duration
    private let empty: Mutex<RecentKeys<Duration>>

    init(_ options: RateOptions) {
        per = options.per
        every = options.every
        cost = options.every / options.limit
        empty = Mutex(RecentKeys(capacity: options.keys))
    }

    /// Counts a request.
    ///
    /// - Parameter now: of a clock that never goes back.
    /// - Throws: a 429 that says when to try again.
    func admit(_ sender: RouteSender, now: Duration) throws(Refusal) {
        let key = key(of: sender)
        let wait: Duration = empty.withLock { empty in
            let level = max(.zero, (empty[key] ?? now) - now)
            if level + cost > every { return level + cost - every }
            empty.set(key, now + level + cost)
            return .zero
        }
        guard wait > .zero else { return }
        let seconds = max(1, wait.components.seconds + (wait.components.attoseconds > 0 ? 1 : 0))
        throw Refusal(
            429, "Too many requests of one sender; try again in \(seconds) s, or send several events in one request.",
            header: ("Retry-After", "\(seconds)"))
    }

    private func key(of sender: RouteSender) -> [UInt8] {
        switch per {
        case .everybody: return []
        case .token: if let name = sender.name { return RecentKeys<Duration>.key("token " + name) }
        case .address: break
        }
        return RecentKeys<Duration>.key("address " + Self.network(of: sender.address))
    }

    /// An IPv4 address as it is; of an IPv6 address its first 64 bits, of one that maps an IPv4 address that.
    static func network(of address: String) -> String {
        guard address.contains(":") else { return address }
        if let dot = address.lastIndex(of: ":"), address[dot...].contains(".") {
            return String(address[address.index(after: dot)...])
        }
        // inet_ntop writes `::` once, for the longest run of zeros.
        let halves = address.split(separator: "::", maxSplits: 1, omittingEmptySubsequences: false)
        var groups = halves[0].split(separator: ":")
        if halves.count == 2 {
            let tail = halves[1].split(separator: ":")
            groups += Array(repeating: "0", count: max(0, 8 - groups.count - tail.count)) + tail
        }
        return groups.prefix(4).joined(separator: ":") + "::/64"
    }
}
