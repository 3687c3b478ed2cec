import Synchronization

/// What a request to a source asks for, as its head tells: all but its body. Whoever sends the same head again is not asked
/// for more (`IncomingRequest.context`).
final class KnownRoute: Sendable {
    /// By whose rules it was let in: it holds as long as these do.
    let routing: Routing
    let source: LiveSource
    let request: RouteRequest
    let exchange: Exchange
    let bodyLimit: Int

    init(_ visit: Visit, _ source: LiveSource, _ request: RouteRequest) {
        routing = visit.routing
        self.source = source
        self.request = request
        exchange = visit.exchange
        bodyLimit = request.route.bodyLimit ?? visit.routing.definition.server.limits.body.bytes
    }

    /// Nil: the limit is the source's own.
    var bodyLimitName: StaticString? {
        request.route.bodyLimit == nil ? "server.limits.body in the pipeline file" : nil
    }

    /// Whether the source is to be asked before the body is read. What hangs on the announced length is asked for each
    /// request: it is the one thing in which heads differ that are the same else.
    func isAhead(_ incoming: borrowing IncomingRequest) -> Bool {
        guard request.route.takesLongBodies else { return false }
        return incoming.announcedBytes > UInt64(clamping: bodyLimit) || request.headers["content-encoding"] != nil
    }

    /// The question about a body that is still to come.
    var ahead: RouteRequest {
        var ahead = request
        ahead.isAhead = true
        return ahead
    }
}

/// A body that a source reads as it comes.
final class BodyUnderWay: Sendable {
    let reader: any BodyReader
    let exchange: Exchange

    init(_ reader: any BodyReader, _ exchange: Exchange) {
        self.reader = reader
        self.exchange = exchange
    }
}

// Requests to the sources' own routes.
extension Site {
    /// Asks the source, after the body has come in if there is one.
    func ask(
        _ request: borrowing IncomingRequest, _ visit: Visit, _ source: LiveSource, _ route: Route,
        _ parameters: [String: String]
    ) throws(Problem) {
        if let coding = request.header("content-encoding") { try Self.check(coding, for: route) }
        let question = RouteRequest(
            route: route, parameters: parameters, query: visit.target.query, headers: Self.fields(of: request),
            sender: RouteSender(
                name: visit.caller.name, token: visit.presented,
                basic: request.header("authorization").flatMap { Tokens.basic($0) }))
        guard request.hasBody else { return answer(request, source, question, visit.exchange) }
        let known = KnownRoute(visit, source, question)
        if known.isAhead(request) { return answer(request, source, known.ahead, visit.exchange) }
        request.setContext(known)
        request.wantBody(limit: known.bodyLimit, named: known.bodyLimitName)
    }

    /// Answers with what the source says. What may have emitted is held back while the pipeline is full: so whoever posts
    /// in a closed loop waits in the source's place.
    func answer(
        _ request: borrowing IncomingRequest, _ source: LiveSource, _ question: consuming RouteRequest,
        _ exchange: Exchange
    ) {
        let mayEmit = question.route.method != "GET" && question.route.method != "OPTIONS"
        // It is the connection's, not the head's: whoever repeats a head may be somebody else.
        if question.route.asksAddress { question.sender.address = request.peer }
        switch source.answer(question) {
        case .now(let answer): request.respond(exchange.response(answer, whenRoom: mayEmit))
        case .later(let work):
            guard let deferred = request.defer() else { return request.respond(exchange.response(Self.busy.response)) }
            later.run { deferred.respond(exchange.response(await work(), whenRoom: mayEmit)) }
        case .reading(let reader):
            request.setContext(BodyUnderWay(reader, exchange))
            request.wantPieces()
        }
    }

    private static func check(_ coding: String, for route: Route) throws(Problem) {
        let coding = coding.trimmingSpaces.lowercased()
        if coding.isEmpty || coding == "identity" || route.encodings.contains(coding) { return }
        let known = route.encodings + ["identity"]
        throw Problem(
            status: 415,
            detail: "The Content-Encoding '\(coding)' is not taken here; send \(known.joined(separator: " or ")).",
            headers: [("Accept-Encoding", known.joined(separator: ", "))])
    }

    /// By lower-case name, joined as RFC 9110, section 5.3, has it; without what only access control may see, and without
    /// the one number in which heads differ that are the same else.
    private static func fields(of request: borrowing IncomingRequest) -> [String: String] {
        var fields: [String: String] = [:]
        for (name, value) in request.headers {
            let name = name.lowercased()
            if name == "authorization" || name == "cookie" || name == "content-length" { continue }
            fields[name] = fields[name].map { "\($0), \(value)" } ?? value
        }
        return fields
    }
}

/// Answers under way on tasks of their own; no more of them than connections. Any thread.
final class LaterAnswers: Sendable {
    private struct State {
        var isOver = false
        var next = 0
        var tasks: [Int: Task<Void, Never>] = [:]
    }

    private let state = Mutex(State())

    /// Runs the work on a task, which `finish` reaches.
    func run(_ work: @escaping @Sendable () async -> Void) {
        state.withLock { state in
            let number = state.next
            state.next += 1
            // It cannot be forgotten before it is noted: forgetting takes this lock, too.
            let task = Task {
                await work()
                self.forget(number)
            }
            state.tasks[number] = task
            if state.isOver { task.cancel() }
        }
    }

    /// Waits for those under way; then cancels what still runs, and all that will.
    func finish(within: Duration) async {
        let tasks = state.withLock { Array($0.tasks.values) }
        let running = Countdown(tasks.count)
        for task in tasks {
            Task {
                await task.value
                running.down()
            }
        }
        await running.wait(within: within)
        let late = state.withLock { state in
            state.isOver = true
            return Array(state.tasks.values)
        }
        for task in late { task.cancel() }
    }

    private func forget(_ number: Int) { state.withLock { _ = $0.tasks.removeValue(forKey: number) } }
}
