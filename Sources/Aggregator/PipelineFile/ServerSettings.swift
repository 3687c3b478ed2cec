/// `server:`, with its defaults.
struct ServerSettings: OptionGroup {
    @Option("Where to listen: `host:port`, `[v6]:port`, or `unix:/path`; a list for several. Port 0 takes a free one.")
    var listen: OneOrMore<ListenAddress> = [.tcp(host: "127.0.0.1", port: 8080)]
    @Option("Event-loop threads: a number, or `auto`, the cores, at most 8.", .range(1...64))
    var loops: Auto<Int> = .auto
    @Option("Silence on a stream after which it is sent an SSE comment.") var heartbeat: Duration = .seconds(15)
    @Option("What subscribers are told to wait before they come back: 1 to 1.5 times this; `{after, jitter}` is exact.")
    var retry = Retry()
    @Option("How long the end may take on SIGTERM.") var drain: Duration = .seconds(10)
    @Option("The folder for checkpoints and task states, made when a source needs it.") var state = ".aggregator"
    @Option("Names this server answers to on a loopback address, beside loopback's own.") var hosts: [String] = []
    @Option("Pages of other sites that may use this server.") var cors: CORS?
    @Option("A folder of pages of your own, served at `/`.") var `static`: String?
    @Option("Bounds on what a client can cost.") var limits = Limits()
}
