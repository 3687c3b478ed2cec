import Expressions
import Logging
import Synchronization

/// All HTTP resources: what the hub asks about every request.
///
/// Made before the hub, so that the hub can be made with it; `install` comes before the hub starts, and again at a reload.
/// `head` and `body` run on the loops' threads: whatever may block is done elsewhere, and the request deferred.
final class Site: HubHandler {
    private struct State {
        var routing: Routing?
        var isDraining = false
        var isClosed = false
    }

    private let state = Mutex(State())
    let tally = ResponseTally()
    let later = LaterAnswers()
    let blocking = BlockingWork()
    let filterWork = FilterWork()
    private let log: Logger

    init(log: Logger) { self.log = log }

    /// From now on requests are answered as this pipeline has it; those under way go on with what they began with.
    func install(_ pipeline: LivePipeline) {
        let routing = Routing(pipeline)
        state.withLock { $0.routing = routing }
    }

    /// The end is near: `/health/ready` says so, and new work is sent elsewhere. Before the listeners are closed.
    func drain() { state.withLock { $0.isDraining = true } }

    /// Waits until the sources have given the answers that they said would come `.later`; cancels what has not come within
    /// that (real) time.
    func finish(within: Duration) async { await later.finish(within: within) }

    /// The streams are about to end: from now on nothing may be accepted that nobody would get. After the sources' end.
    func close() { state.withLock { $0.isClosed = true } }

    func head(_ request: borrowing IncomingRequest) {
        let (routing, isDraining) = state.withLock { ($0.routing, $0.isDraining) }
        if let known = request.context, let routing, !isDraining, !request.isLast, again(request, known, routing) {
            return
        }
        let text = request.target
        let origin = request.header("origin")
        let exchange = Exchange(
            method: request.method, path: RequestTarget.path(of: text),
            shared: routing?.origins.lines(forOrigin: origin) ?? [], tally: tally, log: log)
        guard let routing else { return request.respond(exchange.response(Self.busy.response, close: true)) }
        do throws(Problem) {
            let host = request.header("host")
            let objection =
                routing.origins.objection(toHost: host, onLoopback: request.isLoopback)
                ?? routing.origins.objection(
                    toMethod: exchange.method, site: request.header("sec-fetch-site"), origin: origin, host: host)
            if let objection { throw objection }
            if text == "*", exchange.method == "OPTIONS" {
                return request.respond(exchange.response(RouteResponse(status: 204)))
            }
            let target = try RequestTarget(text)
            let token = Tokens.presented(
                authorization: request.header("authorization"), query: target.token, cookie: request.header("cookie"))
            let visit = Visit(
                routing: routing, target: target, caller: routing.tokens.caller(presenting: token),
                presented: token, exchange: exchange, isDraining: isDraining)
            try serve(request, visit)
        } catch {
            request.respond(exchange.response(error.response))
        }
    }

    /// A head that has come before, under the same rules: true if it has been dealt with.
    private func again(_ request: borrowing IncomingRequest, _ known: AnyObject, _ routing: Routing) -> Bool {
        if let known = known as? KnownRoute, known.routing === routing, request.hasBody, !known.isAhead(request) {
            request.wantBody(limit: known.bodyLimit, named: known.bodyLimitName)
            return true
        }
        guard let known = known as? KnownStream, known.routing === routing, routing.haveAll(known.followed) else {
            return false
        }
        return open(request, known)
    }

    func body(_ request: borrowing IncomingRequest) {
        guard let known = request.context as? KnownRoute else { return }
        if state.withLock({ $0.isClosed }) {
            return request.respond(known.exchange.response(Self.busy.response, close: true))
        }
        var route = known.request
        route.body = request.bodyBytes
        answer(request, known.source, route, known.exchange)
    }

    func piece(_ request: borrowing IncomingRequest, isLast: Bool) {
        guard let body = request.context as? BodyUnderWay else { return }
        let (isClosed, isDraining) = state.withLock { ($0.isClosed, $0.isDraining) }
        if isClosed || isDraining || request.isLast,
            let answer = body.reader.interrupt() ?? (isClosed ? Self.busy.response : nil)
        {
            return request.respond(body.exchange.response(answer, close: true))
        }
        switch body.reader.read(request.bodyBytes, isLast: isLast) {
        case .more where isLast:
            request.respond(body.exchange.response(.problem(500, "The source has no answer to this request.")))
        case .more: break
        case .again: request.hold()
        case .answer(let answer): request.respond(body.exchange.response(answer, whenRoom: true))
        }
    }

    func room() { state.withLock { $0.routing }?.pipeline.room() }

    func envelope(_ frame: borrowing FrameView) -> [UInt8]? {
        state.withLock { $0.routing }?.pipeline.envelope(frame)
    }

    private func serve(_ request: borrowing IncomingRequest, _ visit: Visit) throws(Problem) {
        var visit = visit
        let router = visit.routing.router
        let isPreflight = Self.isPreflight(request, visit.exchange.method)
        switch router.match(isPreflight ? "" : visit.exchange.method, visit.target.parts) {
        case .found(let endpoint, let parameters):
            if visit.isDraining || request.isLast, !endpoint.isForOperators {
                return request.respond(visit.exchange.response(Self.sendAway(request), close: true))
            }
            if visit.exchange.method == "OPTIONS" {
                visit.exchange = visit.exchange.adding(Self.allow(router.methods(at: visit.target.parts)))
            }
            try serve(request, visit, endpoint, parameters)
        case .otherMethods(let methods):
            let allow = Self.allow(methods)
            guard visit.exchange.method == "OPTIONS" else {
                throw Problem(
                    status: 405, detail: "\(visit.exchange.path) answers to \(allow.value).", headers: [allow])
            }
            let preflight = visit.routing.origins.preflightLines(forOrigin: request.header("origin"), methods: methods)
            request.respond(visit.exchange.response(RouteResponse(status: 204, headers: [allow] + preflight)))
        case .nothing:
            guard let files = visit.routing.files else { throw Self.notFound(visit) }
            serveFile(request, visit, files, otherwise: Self.notFound(visit).response)
        }
    }

    /// What a browser asks before it lets a page of another site ask (Fetch standard, section 3.2.2). No source gets it.
    private static func isPreflight(_ request: borrowing IncomingRequest, _ method: String) -> Bool {
        method == "OPTIONS" && request.header("access-control-request-method") != nil
    }

    private static func allow(_ methods: [String]) -> (name: String, value: String) {
        ("Allow", methods.joined(separator: ", "))
    }

    private func serve(
        _ request: borrowing IncomingRequest, _ visit: Visit, _ endpoint: Endpoint, _ parameters: [String: String]
    ) throws(Problem) {
        let routing = visit.routing
        switch endpoint {
        case .channel:
            let name = parameters["channel"] ?? ""
            let subject = parameters["subject"]
            try follow(request, visit, routing.followed(channel: name, subject: subject, by: visit.caller))
        case .path(let channel):
            try follow(request, visit, routing.followed(channel, subject: parameters["subject"], by: visit.caller))
        case .several: try follow(request, visit, routing.followed(in: visit.target, by: visit.caller))
        case .source(let source, let route):
            let (access, subject) = (source.definition.access, parameters["subject"])
            try routing.allow(access, to: visit.caller, subject: subject, visit.exchange.path)
            try ask(request, visit, source, route, parameters)
        case .list: request.respond(visit.exchange.response(ChannelList.answer(routing.readable(by: visit.caller))))
        case .live: request.respond(visit.exchange.response(Health.live()))
        case .ready:
            let answer = Health.ready(routing.pipeline.sources, isDraining: visit.isDraining)
            request.respond(visit.exchange.response(answer))
        case .metrics:
            try routing.allow(routing.defaultAccess, to: visit.caller, visit.exchange.path)
            let (pipeline, tally) = (routing.pipeline, tally)
            offLoop(request, visit.exchange) { visit.exchange.response(Metrics.answer(pipeline, tally)) }
        case .page:
            guard let files = routing.files else { return request.respond(visit.exchange.response(Page.answer())) }
            serveFile(request, visit, files, otherwise: Page.answer())
        }
    }

    private func follow(_ request: borrowing IncomingRequest, _ visit: Visit, _ followed: [Followed]) throws(Problem) {
        let query = try StreamQuery(visit.target, lastEventID: request.header("last-event-id"), now: .now())
        let stream = try visit.routing.stream(followed, query, shared: visit.exchange.shared)
        let known = KnownStream(visit, followed, stream, query.condition)
        if !query.dependsOnTime { request.setContext(known) }
        if !open(request, known) { throw Self.busy }
    }

    /// False: out of memory.
    private func open(_ request: borrowing IncomingRequest, _ known: KnownStream) -> Bool {
        guard let condition = known.condition else { return subscribe(request, known, []) != .outOfMemory }
        follow(
            request,
            FilteredStream(followed: known.followed, condition: condition, exchange: known.exchange) {
                self.subscribe($0, known, $1)
            })
        return true
    }

    private func subscribe(
        _ request: borrowing IncomingRequest, _ known: KnownStream, _ predicates: [HubPredicate]
    ) -> StreamRequest.Outcome {
        var stream = known.stream
        stream.retry = known.routing.retry()
        stream.predicates = predicates
        let outcome = request.subscribe(stream)
        switch outcome {
        case .subscribed: known.exchange.note(200)
        // Whoever has had all of it is to stop reconnecting, which is what a 204 makes browsers do.
        case .ended: request.respond(known.exchange.response(RouteResponse(status: 204)))
        case .unready, .outOfMemory: break
        }
        return outcome
    }

    /// Runs `work` where it may block, and answers with what it returns.
    func offLoop(
        _ request: borrowing IncomingRequest, _ exchange: Exchange, _ work: @escaping @Sendable () -> HubResponse
    ) {
        guard let deferred = request.defer() else { return request.respond(exchange.response(Self.busy.response)) }
        blocking.run { deferred.respond(work()) }
    }

    private func serveFile(
        _ request: borrowing IncomingRequest, _ visit: Visit, _ files: StaticFiles, otherwise: RouteResponse
    ) {
        let conditions = StaticFiles.Conditions(
            noneMatch: request.header("if-none-match"), modifiedSince: request.header("if-modified-since"))
        offLoop(request, visit.exchange) {
            files.answer(visit.exchange, visit.target, conditions, otherwise: otherwise)
        }
    }

    private static func notFound(_ visit: Visit) -> Problem {
        Problem(
            status: 404,
            detail: "Nothing answers at \(visit.exchange.path). \(visit.routing.readableNames(by: visit.caller)) "
                + "Each is followed at /channels/NAME.")
    }
}

/// A request that has been understood: what it asks for, and who asks.
struct Visit: Sendable {
    let routing: Routing
    let target: RequestTarget
    let caller: Caller
    /// The token it came with, for sources that have their own.
    let presented: String?
    var exchange: Exchange
    let isDraining: Bool
}
