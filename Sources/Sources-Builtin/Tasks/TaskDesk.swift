import Aggregator

/// Answers the requests to a source of tasks. On an event-loop thread; nothing here waits.
struct TaskDesk: Sendable {
    let path: String
    let jobs: [(name: String, job: Job)]
    let board: TaskBoard
    let context: SourceContext

    func answer(_ request: RouteRequest) -> RouteAnswer {
        switch (request.route.method, request.parameters["id"], request.parameters["job"]) {
        case ("POST", _, let job): written(start(job, request))
        case ("DELETE", let id?, _): cancel(id)
        case (_, let id?, _): .now(show(id))
        default: .now(list(request))
        }
    }

    /// What was accepted survives a restart: so it is written down before anybody is told.
    private func written(_ response: RouteResponse) -> RouteAnswer {
        guard response.status < 300 else { return .now(response) }
        return .later {
            await board.settled()
            return response
        }
    }

    private func start(_ job: String?, _ request: RouteRequest) -> RouteResponse {
        do throws(TaskRefusal) {
            let wish = try TaskWish(
                request.body, contentType: request.headers["content-type"], query: request.query)
            let name = try name(of: job, wish.job)
            guard let job = jobs.first(where: { $0.name == name })?.job else {
                throw TaskRefusal(404, "Unknown job '\(name)'; known: \(names).")
            }
            let arguments = try job.args.texts(wish)
            var key: IdempotencyKey?
            if let field = request.headers["idempotency-key"] {
                key = try IdempotencyKey(field, sender: Self.sender(of: request), job: name, arguments)
            }
            switch board.submit(name, arguments, SavedArguments(arguments, of: job), key: key) {
            case .accepted(let record): return accepted(record.id, .pending)
            case .known(let id): return accepted(id, board.record(id)?.status)
            case .conflict:
                throw TaskRefusal(
                    422, "This Idempotency-Key has been used for another request; a new request needs a new key.")
            case .closed: return .problem(503, "The server is stopping.", headers: [("Retry-After", "30")])
            case .full(let waiting, let pause):
                let seconds = Int((pause / .seconds(1)).rounded(.up))
                return .problem(
                    429,
                    "\(waiting) tasks are waiting already, which is this source's `queue`; try again in \(seconds) s.",
                    headers: [("Retry-After", "\(seconds)")])
            }
        } catch {
            return error.response
        }
    }

    /// Whose keys they are; nil where anybody may ask.
    private static func sender(of request: RouteRequest) -> String? {
        if let name = request.sender.name { return name }
        return request.sender.token.map { token in
            var hash = FowlerNollVo()
            hash.add(token)
            return "\(hash.value)"
        }
    }

    /// The job that is meant: the path's, the body's, or the only one.
    private func name(of path: String?, _ body: String?) throws(TaskRefusal) -> String {
        if let path {
            guard body == nil || body == path else {
                throw TaskRefusal(at: "/job", "the path says '\(path)', the body '\(body ?? "")'; say it once")
            }
            return path
        }
        if let body { return body }
        guard let only = jobs.first, jobs.count == 1 else {
            throw TaskRefusal(
                400, "Which job? Say it in the path (\(self.path)/JOB) or as {\"job\": …}; known: \(names).")
        }
        return only.name
    }

    private var names: String { jobs.map(\.name).joined(separator: ", ") }

    /// - Parameter status: of a task that is asked for again, with an `Idempotency-Key`, what it is now; nil: it is beyond the
    ///   history.
    private func accepted(_ id: String, _ status: TaskStatus?) -> RouteResponse {
        var object = JSONObjectText()
        object.set("task_id", id)
        if let status { object.set("status", status.rawValue) }
        if let events = context.streamPath(subject: id) { object.set("events", events) }
        var response = RouteResponse.json(202, object.finished)
        response.headers.append(("Location", "\(path)/\(id)"))
        return response
    }

    private func list(_ request: RouteRequest) -> RouteResponse {
        do throws(TaskRefusal) {
            let page = try TaskPage(request.query, jobs: jobs.map(\.name))
            // One more tells whether there is a next page.
            let found = board.records(page.selection, atMost: page.limit + 1)
            let shown = found.prefix(page.limit)
            var tasks: [UInt8] = []
            tasks.appendJSON(shown) { $1 += json($0) }
            var object = JSONObjectText()
            object.set("tasks", json: tasks)
            var headers: [(name: String, value: String)] = []
            if found.count > shown.count, let last = shown.last {
                let next = "\(path.isEmpty ? "/" : path)?\(page.query(before: last.number))"
                object.set("next", next)
                headers = [("Link", "<\(next)>; rel=\"next\"")]
            }
            var response = RouteResponse.json(200, object.finished)
            response.headers += headers
            return response
        } catch {
            return error.response
        }
    }

    private func show(_ id: String) -> RouteResponse {
        board.record(id).map { .json(200, json($0)) } ?? Self.notFound
    }

    /// How long the answer to `DELETE` waits for the task's end: most programs end at once on SIGTERM, and then the client
    /// need not come back to see it.
    private static let patience = Duration.seconds(2)

    private func cancel(_ id: String) -> RouteAnswer {
        switch board.cancel(id) {
        case .unknown: return .now(Self.notFound)
        case .over(let record): return .now(isOver(record))
        case .done(let record): return written(.json(200, json(record)))
        case .underWay(let record):
            return .later {
                guard let end = await board.end(of: id, within: Self.patience) else { return .json(202, json(record)) }
                await board.settled()
                return end.status == .cancelled ? .json(200, json(end)) : isOver(end)
            }
        }
    }

    private func isOver(_ record: TaskRecord) -> RouteResponse {
        .problem(409, "The task is over already: \(record.status.rawValue).")
    }

    private func json(_ record: TaskRecord) -> [UInt8] { record.json(events: context.streamPath(subject: record.id)) }

    static let unknown = "Task not found"

    private static var notFound: RouteResponse { .problem(404, unknown) }
}
