public import Expressions
import Synchronization

/// Answers a request to one of a source's routes.
///
/// Called on an event-loop thread with the whole body: it must not block, and may call `SourceContext.emitNow`. What has to
/// wait returns `.later` and is answered from a task.
public typealias RouteHandler = @Sendable (RouteRequest) -> RouteAnswer

/// An HTTP request to a source. The token has been checked and taken out before.
public struct RouteRequest: Sendable {
    /// All but the body. Whoever posts again and again sends the same head each time: it is one object for all of those
    /// requests, so that making one of them and handing it around costs a reference.
    private final class Head: Sendable {
        let fields: Fields
        let conclusion = Mutex<(any AnyObject & Sendable)?>(nil)
        init(_ fields: Fields) { self.fields = fields }
    }

    private struct Fields: Sendable {
        var route: Route
        var parameters: [String: String]
        var query: [(name: String, value: String)]
        var headers: [String: String]
        var sender: RouteSender
    }

    private var head: Head

    /// Which of the source's routes matched.
    public var route: Route {
        get { head.fields.route }
        set { change { $0.route = newValue } }
    }
    /// What stood in the places of the route's `{name}` parts, percent-decoded.
    public var parameters: [String: String] {
        get { head.fields.parameters }
        set { change { $0.parameters = newValue } }
    }
    /// The query's items in their order, percent-decoded (`+` is a space), without `token`.
    public var query: [(name: String, value: String)] {
        get { head.fields.query }
        set { change { $0.query = newValue } }
    }
    /// The fields by lower-case name; several of one name joined with ", ". Without `authorization`, `cookie` and
    /// `content-length` (which `body.count` tells).
    public var headers: [String: String] {
        get { head.fields.headers }
        set { change { $0.headers = newValue } }
    }
    /// Who sends it.
    public var sender: RouteSender {
        get { head.fields.sender }
        set { change { $0.sender = newValue } }
    }
    /// The body is still to come, and may be of any length: only for routes that take long bodies, whose handler then decides
    /// by the head alone whether it wants it.
    public var isAhead = false
    /// The body, whole, as it was sent: one with a `Content-Encoding` gets here only if the route says that it takes that.
    public var body: [UInt8]

    /// A request, as tests make them.
    public init(
        route: Route, parameters: [String: String] = [:], query: [(name: String, value: String)] = [],
        headers: [String: String] = [:], sender: RouteSender = RouteSender(), body: [UInt8] = []
    ) {
        head = Head(
            Fields(route: route, parameters: parameters, query: query, headers: headers, sender: sender))
        self.body = body
    }

    /// What a handler concludes from the head alone, concluded once: who posts again and again sends the same head each time,
    /// and reading its fields anew would take longer than reading a small body.
    ///
    /// Any thread. There is room for one conclusion, so a source has one type for it; two threads that ask for it at once may
    /// both make it.
    ///
    /// - Parameter make: makes it, out of anything but `body` and `isAhead`.
    /// - Returns: what was made for a request with the same head before, else what `make` returns.
    /// - Throws: what `make` throws; then nothing is remembered.
    public func concluded<Conclusion: AnyObject & Sendable, Failure: Error>(
        _ make: (RouteRequest) throws(Failure) -> Conclusion
    ) throws(Failure) -> Conclusion {
        if let known = head.conclusion.withLock({ $0 }) as? Conclusion { return known }
        let conclusion = try make(self)
        head.conclusion.withLock { $0 = conclusion }
        return conclusion
    }

    private mutating func change(_ change: (inout Fields) -> Void) {
        var fields = head.fields
        change(&fields)
        head = Head(fields)
    }
}

/// Who sends a request, as far as it says. For sources that keep secrets or limits of their own; what it holds belongs
/// neither into events nor into a log, so it has no description that tells.
public struct RouteSender: Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    /// The name that `auth.tokens` gives to the holder of its token; nil if it has none, or none that is known.
    public var name: String?
    /// The token it came with (`Authorization: Bearer`, `?token=`, the cookie `token`), whether or not anybody knows it.
    public var token: String?
    /// What follows `Authorization: Basic` (RFC 7617, section 2): base64 of `USER:PASSWORD`.
    public var basic: String?
    /// Its IP address; empty on a unix socket, and for routes that do not ask for it (`Route.asksAddress`).
    public var address: String

    /// A sender, as tests make them.
    public init(name: String? = nil, token: String? = nil, basic: String? = nil, address: String = "") {
        self.name = name
        self.token = token
        self.basic = basic
        self.address = address
    }

    /// Only that there is one.
    public var description: String { "a sender" }
    /// The same.
    public var debugDescription: String { description }
}

/// What a route answers: now, or from a task of its own.
public enum RouteAnswer: Sendable {
    /// At once.
    case now(RouteResponse)
    /// When the function returns; it runs on a task, which is cancelled when the pipeline has stopped and the drain time is
    /// nearly over.
    case later(@Sendable () async -> RouteResponse)
    /// When the body has been read, which is still to come (`RouteRequest.isAhead`); or before that.
    case reading(any BodyReader)
}

/// Reads the body of one request as it comes, however long it is. Nothing of it is kept for the reader, and nothing more is
/// read from the connection while the pipeline is full: so the client waits in the source's place.
///
/// Called on one event-loop thread, never twice at once; it must not block, and may call `SourceContext.emitNow`. When the
/// client goes away in the middle it is released, and that is all it hears.
public protocol BodyReader: AnyObject, Sendable {
    /// The next piece, as it was sent, of at most 64 KiB; the last one may be empty.
    func read(_ piece: [UInt8], isLast: Bool) -> BodyProgress
    /// The server is about to stop. An answer ends the body here; nil: it goes on, and has to be at its end soon.
    func interrupt() -> RouteResponse?
}

/// How a `BodyReader` goes on.
public enum BodyProgress: Sendable {
    /// With the next piece, when there is room in the pipeline. Not after the last.
    case more
    /// With this piece, of which there is more to do than is good in one go: `read` is called again with an empty piece, when
    /// others have had their turn and there is room in the pipeline.
    case again
    /// Not at all: this is the answer, to all of the body or to as much of it as was read.
    case answer(RouteResponse)
}

/// An HTTP answer.
public struct RouteResponse: Sendable {
    /// 200 to 599.
    public var status: Int
    /// Beside Content-Length, Date and Connection, which are the server's.
    public var headers: [(name: String, value: String)]
    /// The body.
    public var body: [UInt8]

    /// An answer.
    public init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// An answer of JSON text.
    public static func json(_ status: Int = 200, _ body: [UInt8]) -> RouteResponse {
        RouteResponse(status: status, headers: [("Content-Type", "application/json")], body: body)
    }

    /// An error as `application/problem+json` (RFC 9457), whose `detail` says what to do.
    ///
    /// - Parameters:
    ///   - status: of 400 to 599.
    ///   - detail: what is wrong, and what to do.
    ///   - headers: more than `Content-Type`.
    ///   - members: what programs may read beside it (section 3.2), such as `pointer`, a JSON Pointer to the fault.
    public static func problem(
        _ status: Int, _ detail: String, headers: [(name: String, value: String)] = [],
        members: [(name: String, value: Value)] = []
    ) -> RouteResponse {
        Problem(status: status, detail: detail, headers: headers, members: members).response
    }
}
