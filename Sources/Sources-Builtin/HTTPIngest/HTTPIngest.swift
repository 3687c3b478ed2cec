public import Aggregator

/// Events that arrive as HTTP requests.
///
/// A request is one event or, as a JSON array or NDJSON, several: all of them or, when one cannot be, none. JSON goes out
/// as it came. The path's parts `{subject}` and `{type}` set those; parts of other names are put into the data, which then
/// has to be an object, in the place of members of the same name.
///
/// | body | data |
/// |---|---|
/// | `application/json`, `…+json`, or no content type | the value; of an array each element is an event |
/// | `application/x-ndjson`, `application/jsonl` | each line that is not blank is an event |
/// | `application/x-www-form-urlencoded` | an object of texts; a name that comes several times has a list of them |
/// | `text/plain` | the text |
/// | none, with query parameters | an object of texts, as a form. With a body, the query is not looked at |
public struct HTTPIngest: RoutedSource {
    /// `http_ingest`.
    public static let name = "http_ingest"
    /// For `aggregator list`.
    public static let summary =
        "Events that arrive as HTTP requests: JSON, arrays, NDJSON, forms, text, query parameters."
    /// Planned.
    public static let later = ["verify", "rate", "stream", "cloudevents"]

    @Option(
        "The path. `{subject}` and `{type}` in it set those of the event, other names go into the data.",
        .example("/notifications/{subject}"))
    var path: String
    @Option("The method.") var method = IngestMethod.post
    @Option("The type of the events, unless the path has `{type}`.") var type = "message"
    @Option("What the answer says beside `accepted`.", .example("{status: sent}"))
    var answer = OrderedOptions<PlainValue>()
    @Option("At most so many events in one request.", .range(1...1_000_000)) var batch = 10_000

    /// One with its defaults; `path` has none.
    public init() {}

    /// Objects to what no event or route could be.
    public func validate(_ options: OptionPlaces, _ problems: inout Problems) {
        problems.checkType(type, at: options["type"])
        if answer.entries.contains(where: { $0.name == "accepted" }) {
            problems.report("'accepted' is the number of events; choose another name", at: options["answer"])
        }
    }

    /// The routes, as the options say.
    public var routes: [Route] { [route] }

    private var route: Route { Route(method.rawValue, path) }

    /// Answers requests until it is cancelled.
    public func run(_ context: SourceContext) async throws {
        let desk = IngestDesk(type: type, route: route, answer: answer, batch: batch)
        context.serve { request in .now(desk.answer(request, context)) }
        // All the work is done in the requests; this task only says that the source is alive.
        let (forever, keeper) = AsyncStream.makeStream(of: Never.self)
        for await _ in forever {}
        keeper.finish()
    }
}

/// The methods a request may have.
enum IngestMethod: String, OptionChoice {
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
}

/// Turns requests into events, and what became of them into answers.
struct IngestDesk: Sendable {
    private let type: String
    /// The names in the path that are neither the subject's nor the type's, in their order.
    private let fields: [String]
    private let batch: Int
    /// The answer's members after `accepted`.
    private let rest: [(name: String, json: [UInt8])]
    /// The answer to nearly every request.
    private let oneAccepted: RouteResponse

    init(type: String, route: Route, answer: OrderedOptions<PlainValue>, batch: Int) {
        self.type = type
        self.batch = batch
        fields = route.parameters.filter { $0 != "subject" && $0 != "type" }
        rest = answer.entries.map { ($0.name, $0.value.value.jsonBytes) }
        oneAccepted = Self.accepted(1, rest)
    }

    /// On an event-loop thread: everything here is bounded by the size of the body.
    func answer(_ request: RouteRequest, _ context: SourceContext) -> RouteResponse {
        do throws(Refusal) {
            let items = try items(of: request)
            let now = context.clock.now()
            let type = request.parameters["type"] ?? type
            let subject = request.parameters["subject"]
            do throws(EventProblem) {
                if items.count == 1 {
                    try context.emitNow(Event(type: type, subject: subject, time: now, data: items[0].data))
                    return oneAccepted
                }
                try context.emitNow(items.map { Event(type: type, subject: subject, time: now, data: $0.data) })
                return Self.accepted(items.count, rest)
            } catch {
                let place = items.indices.contains(error.index) ? items[error.index].place : .body
                throw Refusal(422, place.prefix + error.message)
            }
        } catch {
            return error.response
        }
    }

    /// What a request carries, as data, with the path's fields in it.
    func items(of request: RouteRequest) throws(Refusal) -> [IngestItem] {
        let fields = fields.compactMap { name in request.parameters[name].map { (name: name, value: $0) } }
        var items: [IngestItem]
        if !request.body.isEmpty {
            items = try IngestBody.items(request.body, as: try MediaType.of(request), limit: batch)
        } else if !request.query.isEmpty {
            items = [IngestItem(data: .json(FormText.object(of: request.query)), place: .body)]
        } else if !fields.isEmpty {
            items = [IngestItem(data: .json(Array("{}".utf8)), place: .body)]
        } else {
            throw Refusal(
                400, "There is nothing to publish. Send a body (\(MediaType.known)), or query parameters without one.")
        }
        if !fields.isEmpty {
            for index in items.indices { try items[index].put(fields) }
        }
        return items
    }

    private static func accepted(_ count: Int, _ rest: [(name: String, json: [UInt8])]) -> RouteResponse {
        var object = JSONObjectText()
        object.set("accepted", count)
        for (name, json) in rest { object.set(name, json: json) }
        return .json(202, object.finished)
    }
}
