#if canImport(Glibc)
    import Glibc
#endif

/// `server:`, with its defaults.
struct ServerSettings: OptionGroup {
    @Option("Where to listen: `host:port`, `[v6]:port`, or `unix:/path`; a list for several. Port 0 takes a free one.")
    var listen: OneOrMore<ListenAddress> = [.tcp(host: "127.0.0.1", port: 8080)]
    @Option("Event-loop threads: a number, or `auto`, the cores, at most 8.", .range(1...64))
    var loops: Auto<Int> = .auto
    @Option("Silence on a stream after which it is sent an SSE comment.", .range(0.1...86_400))
    var heartbeat: Duration = .seconds(15)
    @Option("What subscribers are told to wait before they come back: 1 to 1.5 times this; `{after, jitter}` is exact.")
    var retry = Retry()
    @Option("How long the end may take on SIGTERM.", .range(0...3600)) var drain: Duration = .seconds(10)
    @Option("The folder for checkpoints and task states, made when a source needs it.")
    var state: PathOption = ".aggregator"
    @Option("Names this server answers to on a loopback address, beside loopback's own.") var hosts: [HostName] = []
    @Option("Pages of other sites that may use this server.") var cors: CORS?
    @Option("A folder of pages of your own, served at `/`.") var `static`: PathOption?
    @Option("Bounds on what a client can cost.") var limits = Limits()

    static let later = ["tls"]

    /// The sources' share of `drain`: what is left is for the streams' last bytes.
    var timeToStop: Duration { drain * 0.8 }

    func validate(_ options: OptionPlaces, _ problems: inout Problems) {
        if Set(listen.values).count < listen.values.count {
            problems.report("the same address stands here twice", at: options["listen"])
        }
        if let pages = `static`, !Self.isFolder(pages.path) {
            problems.report("there is no folder '\(pages.path)'", at: options["static"])
        }
    }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}

/// What subscribers are told to wait before they come back: a random time from `after` to `(1 + jitter) × after`, so that a
/// restart of the server is no stampede.
struct Retry: OptionGroup, Equatable {
    @Option("The shortest wait.", .whole, .range(0.001...86_400)) var after: Duration = .seconds(3)
    @Option("How much longer it may be, as a share of it: 0.5 is up to 1.5 times; 0 is exact.", .range(0...10))
    var jitter: Double = 0.5

    var optionText: String? { jitter == 0.5 ? after.optionText : "{after: \(after.text), jitter: \(jitter.text)}" }

    static func == (left: Retry, right: Retry) -> Bool { left.after == right.after && left.jitter == right.jitter }
}

extension OptionValue {
    /// `optionText` where there always is one.
    var text: String { optionText ?? "" }
}

/// A name in a request's `Host`, without a port.
struct HostName: OptionValue, Hashable {
    /// In lower case.
    var name: String

    static var shape: OptionShape { .string }
    var optionText: String? { name.optionText }

    static func decode(_ node: Node, _ problems: inout Problems) -> HostName? {
        guard let text = node.plainText, isValid(text) else {
            problems.expected("a host's name without scheme, port and path, such as live.example.com", at: node)
            return nil
        }
        return HostName(name: text.lowercased())
    }

    /// Letters, digits, `-`, `.` and `_`; no empty part. A name of other letters goes over the wire as `xn--…`.
    static func isValid(_ text: some StringProtocol) -> Bool {
        let isPlain = text.utf8.allSatisfy {
            switch $0 {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): true
            default: false
            }
        }
        return isPlain && !text.isEmpty && text.utf8.count <= 253
            && !text.split(separator: ".", omittingEmptySubsequences: false).contains("")
    }
}
