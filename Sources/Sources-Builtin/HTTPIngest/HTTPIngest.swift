public import Aggregator

/// Events that arrive as HTTP requests.
///
/// A request is one event or, as a JSON array, NDJSON or a batch of CloudEvents, several: all of them or, when one cannot be,
/// none. JSON goes out as it came. The path's parts `{subject}` and `{type}` set those; parts of other names are put into the
/// data, which then has to be an object, in the place of members of the same name.
///
/// | body | data |
/// |---|---|
/// | `application/json`, `…+json`, or no content type | the value; of an array each element is an event |
/// | `application/x-ndjson`, `application/jsonl` | each line that is not blank is an event |
/// | anything, with `ce-` headers | one CloudEvent in binary mode |
/// | `application/cloudevents+json`, `application/cloudevents-batch+json` | one CloudEvent, or an array of them |
/// | `application/x-www-form-urlencoded` | an object of texts; a name that comes several times has a list of them |
/// | `text/plain` | the text |
/// | none, with query parameters | an object of texts, as a form. With a body, the query is not looked at |
public struct HTTPIngest: RoutedSource {
    /// `http_ingest`.
    public static let name = "http_ingest"
    /// For `aggregator list`.
    public static let summary =
        "Events that arrive as HTTP requests: JSON, NDJSON, CloudEvents, forms, text, query parameters; signed webhooks."
    @Option(
        "The path. `{subject}` and `{type}` in it set those of the event, other names go into the data.",
        .example("/notifications/{subject}"))
    var path: String
    @Option("The method.") var method = IngestMethod.post
    @Option("The type of the events, where neither the path nor a CloudEvent says one.") var type = "message"
    @Option(
        """
        Attributes of the event (id, type, subject, time, data, data.FIELD), each with the expression it is set to, over \
        data, headers (by lower-case name), query, path and cloudevent (the attributes of one). All are computed from the \
        request as it came; one that fails is a 422.
        """, .example(#"{type: 'headers["x-github-event"]', subject: data.repository.full_name}"#))
    var set = OrderedOptions<RequestExpression>()
    @Option("What a request has to show, beside what `access` asks for.", .example("{github: \"${GITHUB_SECRET}\"}"))
    var verify: VerifyOptions?
    @Option(
        "How many requests one sender may make; more are answered 429.", .example("{limit: 100, every: 1s, per: token}")
    )
    var rate: RateOptions?
    @Option(
        """
        Events whose id was taken before are answered as they were then, and not emitted again. An id has a CloudEvent \
        (with its source), and what `set: {id: …}` gives one.
        """, .example("{within: 10m, keys: 10000}"))
    var dedupe: DedupeOptions?
    @Option(
        """
        Takes NDJSON that is longer than `server.limits.body`: line by line, read no faster than the pipeline takes it. A bad \
        line ends it with a 422 that says which, and how many events before it were accepted.
        """)
    var stream = false
    @Option(
        """
        Senders that are told yes when they ask, by OPTIONS with `WebHook-Request-Origin`, whether they may send here \
        (CloudEvents' web hooks, as Azure Event Grid has it); `*` is any. The rate they are told is that of `rate`.
        """, .example("[eventgrid.azure.net]"))
    var webhookOrigins: [String] = []
    @Option("What the answer says beside `accepted`.", .example("{status: sent}"))
    var answer = OrderedOptions<PlainValue>()
    @Option("At most so many events in one request.", .range(1...1_000_000)) var batch = 10_000

    /// One with its defaults; `path` has none.
    public init() {}

    /// Objects to what no event or route could be.
    public func validate(_ options: OptionPlaces, _ problems: inout Problems) {
        problems.checkType(type, at: options["type"])
        IngestSet.check(set, &problems)
        if stream, verify?.isOfBody ?? false {
            problems.report(
                "a signature is of the whole body, so it comes too late for one that is taken line by line; "
                    + "use 'basic', 'token' or 'header' of verify, or no stream", at: options["stream"])
        }
        for origin in webhookOrigins
        where origin.isEmpty || !origin.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "/") }) {
            problems.report(
                "expected the DNS name by which the sender calls itself, or '*'", at: options["webhook_origins"])
        }
        if answer.entries.contains(where: { $0.name == "accepted" }) {
            problems.report("'accepted' is the number of events; choose another name", at: options["answer"])
        }
    }

    /// The routes, as the options say.
    public var routes: [Route] { webhookOrigins.isEmpty ? [route] : [route, Route("OPTIONS", path)] }

    /// Events of the option's type, unless the path or `set` says another. What is declared of it is known of all, though a
    /// CloudEvent may be of another type: whoever declares one has said what is meant to come.
    public var emits: EventShape {
        let isOpen = route.parameters.contains("type") || set.entries.contains { $0.name == "type" }
        return isOpen ? .unknown : EventShape([.init(type: type, data: .dyn)], isOpen: true)
    }

    private var route: Route {
        Route(
            method.rawValue, path, encodings: Inflater.codings, takesLongBodies: stream,
            asksAddress: rate.map { $0.per != .everybody } ?? false)
    }

    /// Answers requests until it is cancelled.
    public func run(_ context: SourceContext) async throws {
        let desk = IngestDesk(self, route, source: context.name)
        context.serve { request in
            request.isAhead ? desk.begin(request, context) : .now(desk.answer(request, context))
        }
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
