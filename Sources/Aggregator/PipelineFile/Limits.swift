#if canImport(Glibc)
    import Glibc
#endif

/// `server.limits`: what one client, and all of them together, can cost.
struct Limits: OptionGroup {
    @Option("Connections at a time; `auto`: the limit of open files less 256.", .range(1...10_000_000))
    var connections: Auto<Int> = .auto
    @Option("The body of a request.", .range(0...1_073_741_824)) var body: ByteSize = .mebibytes(1)
    @Option("One event's data.", .range(1...1_073_741_824)) var event: ByteSize = .mebibytes(1)
    @Option("The head of a request.", .range(1024...1_048_576)) var header: ByteSize = .kibibytes(16)
    @Option("How long a request's head may take.", .range(0.1...3600)) var headTime: Duration = .seconds(10)
    @Option("How long a request's body may take.", .range(0.1...86_400)) var bodyTime: Duration = .seconds(60)
    @Option("How long a connection may wait for its next request.", .range(0.1...86_400))
    var idle: Duration = .seconds(75)
    @Option("How long a subscriber may take nothing of what is pending for it.", .range(0.1...86_400))
    var stall: Duration = .seconds(30)
    @Option("The kernel's buffer of a connection.", .range(4096...67_108_864)) var sendBuffer: ByteSize = .kibibytes(
        256)
    @Option("Frames that only stalled subscribers still hold, together.", .range(65_536...1_099_511_627_776))
    var pinned: ByteSize = .mebibytes(16)

    /// Descriptors that are not for connections: listeners, loops, files, logs.
    static let reservedDescriptors = 256

    /// How many descriptors this process may open (getrlimit(2), the soft limit).
    static var descriptorLimit: Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        return Int(clamping: limit.rlim_cur)
    }

    /// The most connections that the descriptor limit leaves room for.
    static var connectionCeiling: Int { max(1, descriptorLimit - reservedDescriptors) }

    /// `connections` as a number.
    var connectionCount: Int {
        switch connections {
        case .auto: min(Self.connectionCeiling, 10_000_000)
        case .value(let count): count
        }
    }

    func validate(_ options: OptionPlaces, _ problems: inout Problems) {
        if case .value(let count) = connections, count > Self.connectionCeiling {
            problems.report(
                """
                \(count) connections need a limit of \(count + Self.reservedDescriptors) open files, and it is \
                \(Self.descriptorLimit); raise it with `ulimit -n \(count + Self.reservedDescriptors)` before the start, \
                or LimitNOFILE= in a systemd unit
                """, at: options["connections"])
        }
    }
}
