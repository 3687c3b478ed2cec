import Aggregator

/// Answers the requests to a source of tasks. On an event-loop thread; nothing here waits.
struct TaskDesk: Sendable {
    let path: String
    let jobs: [(name: String, job: Job)]
    let board: TaskBoard
    let context: SourceContext

    func answer(_ request: RouteRequest) -> RouteResponse {
        switch (request.route.method, request.parameters["id"], request.parameters["job"]) {
        case ("POST", _, let job): start(job, request)
        case ("DELETE", let id?, _): cancel(id)
        case (_, let id?, _): show(id)
        default: list(request)
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
            switch board.submit(name, arguments) {
            case .accepted(let record): return accepted(record)
            case .closed: return .problem(503, "The server is stopping.", headers: [("Retry-After", "30")])
            case .full(let waiting):
                return .problem(
                    429, "\(waiting) tasks are waiting already, which is this source's `queue`; try again later.",
                    headers: [("Retry-After", "5")])
            }
        } catch {
            return error.response
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

    private func accepted(_ record: TaskRecord) -> RouteResponse {
        var object = JSONObjectText()
        object.set("task_id", record.id)
        object.set("status", record.status.rawValue)
        if let events = context.streamPath(subject: record.id) { object.set("events", events) }
        var response = RouteResponse.json(202, object.finished)
        response.headers.append(("Location", "\(path)/\(record.id)"))
        return response
    }

    private func list(_ request: RouteRequest) -> RouteResponse {
        var limit = 100
        if let text = request.query.last(where: { $0.name == "limit" })?.value {
            guard let number = Int(text), (1...1000).contains(number) else {
                return .problem(400, "'limit' is a number from 1 to 1000.")
            }
            limit = number
        }
        var tasks: [UInt8] = []
        tasks.appendJSON(board.records(atMost: limit)) { $1 += json($0) }
        var object = JSONObjectText()
        object.set("tasks", json: tasks)
        return .json(200, object.finished)
    }

    private func show(_ id: String) -> RouteResponse {
        board.record(id).map { .json(200, json($0)) } ?? Self.notFound
    }

    private func cancel(_ id: String) -> RouteResponse {
        switch board.cancel(id) {
        case .unknown: Self.notFound
        case .over(let record): .problem(409, "The task is over already: \(record.status.rawValue).")
        case .done(let record): .json(200, json(record))
        case .underWay(let record): .json(202, json(record))
        }
    }

    private func json(_ record: TaskRecord) -> [UInt8] { record.json(events: context.streamPath(subject: record.id)) }

    static let unknown = "Task not found"

    private static var notFound: RouteResponse { .problem(404, unknown) }
}
