import Synchronization

/// What a route leads to.
enum Endpoint: Sendable {
    /// `/channels/{channel}` and `/channels/{channel}/{subject...}`.
    case channel
    /// `/stream`.
    case several
    /// A channel's own path.
    case path(LiveChannel)
    case source(LiveSource, Route)
    case list
    case live
    case ready
    case metrics
    case page

    /// Whether it is answered even when no more can be served: what tells operators so.
    var isForOperators: Bool {
        switch self {
        case .live, .ready, .metrics: true
        default: false
        }
    }
}

/// Everything that one pipeline answers on, and to whom. Immutable: a reload makes another.
final class Routing: Sendable {
    let pipeline: LivePipeline
    /// By name.
    let channels: [String: LiveChannel]
    let router: Router<Endpoint>
    let tokens: Tokens
    let origins: Origins
    let files: StaticFiles?
    /// For what is to differ and need not be secret: the system's own generator is a system call each time.
    let dice = Mutex(SplitMix64(seed: .random(in: .min ... .max)))

    var definition: PipelineDefinition { pipeline.definition }
    var hasAuth: Bool { definition.auth != nil }

    init(_ pipeline: LivePipeline) {
        self.pipeline = pipeline
        channels = Dictionary(pipeline.channels.map { ($0.definition.name, $0) }) { first, _ in first }
        router = Self.router(for: pipeline)
        let definition = pipeline.definition
        tokens = Tokens(
            (definition.auth?.tokens ?? []).map { ($0.token, .known(name: $0.name, claims: $0.claimsValue)) })
        origins = Origins(definition.server)
        files = definition.server.static.map { StaticFiles(folder: $0.path) }
    }

    private static func router(for pipeline: LivePipeline) -> Router<Endpoint> {
        var router = Router<Endpoint>()
        let channels = PathPattern.Part.literal("channels")
        let health = PathPattern.Part.literal("health")
        router.add("GET", PathPattern(), .page)
        router.add("GET", PathPattern(channels), .list)
        router.add("GET", PathPattern(channels, .parameter("channel")), .channel)
        router.add("GET", PathPattern(channels, .parameter("channel"), .rest("subject")), .channel)
        router.add("GET", PathPattern(.literal("stream")), .several)
        router.add("GET", PathPattern(health, .literal("live")), .live)
        router.add("GET", PathPattern(health, .literal("ready")), .ready)
        router.add("GET", PathPattern(.literal("metrics")), .metrics)
        for channel in pipeline.channels {
            if let path = channel.definition.path { router.add("GET", path.pattern, .path(channel)) }
        }
        for source in pipeline.sources {
            for route in source.routes {
                // Nothing starts on a file with a path that is none.
                guard let pattern = route.pattern else { continue }
                router.add(route.method, pattern, .source(source, route))
            }
        }
        return router
    }

    /// Channels in the file's order that the caller may read, whole.
    func readable(by caller: Caller) -> [LiveChannel] {
        pipeline.channels.filter { caller.may($0.definition.access, channel: $0.name) }
    }

    /// Access where the file names none.
    var defaultAccess: Access { hasAuth ? .authenticated : .public }

    /// - Throws: if the caller may not follow that: the 401, or for a token that does not reach so far the 403.
    func allow(_ channel: LiveChannel, subject: String?, to caller: Caller) throws(Problem) {
        let access = channel.definition.access
        if caller.may(access, subject: subject, channel: channel.name) { return }
        var what = "the channel \"\(channel.name)\""
        var advice = ""
        if case .expression(let condition) = access, condition.asksForSubject {
            if subject == nil { advice = " Perhaps it does for one subject: /channels/\(channel.name)/SUBJECT." }
            what = (subject == nil ? "the whole of " : "this subject of ") + what
        }
        throw Self.refusal(of: caller, what, advice)
    }

    /// - Parameter what: what the access guards, for the 403.
    /// - Throws: the 401 or the 403, if the caller may not.
    func allow(
        _ access: Access, to caller: Caller, subject: String? = nil, _ what: @autoclosure () -> String
    ) throws(Problem) {
        if !caller.may(access, subject: subject) { throw Self.refusal(of: caller, what()) }
    }

    private static func refusal(of caller: Caller, _ what: String, _ advice: String = "") -> Problem {
        guard case .known(let name, _) = caller else { return unauthorized }
        return Problem(
            status: 403,
            detail: "The token of \"\(name)\" does not give access to \(what).\(advice) "
                + "Use one with the claims that its `access` asks for.")
    }

    /// The same for a token that is missing and for one that is wrong (RFC 6750, section 3).
    static var unauthorized: Problem {
        Problem(status: 401, detail: "Invalid token", headers: [("WWW-Authenticate", "Bearer")])
    }
}
