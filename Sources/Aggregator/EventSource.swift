/// Something that emits events: a kind of source, with its options.
///
/// A kind is a struct whose options are properties marked `@Option`. For each source of that kind in a pipeline file one
/// value is made with `init()`, its options are set from the file, `validate` may object, and then `run` is its life.
///
/// The builtin kinds use this protocol and nothing else.
public protocol EventSource: OptionGroup {
    /// The word for this kind in a pipeline file: `[a-z][a-z0-9_]*`.
    static var name: String { get }
    /// One sentence for `aggregator list` and the reference.
    static var summary: String { get }
    /// There is only one of what it reads in a process, so that a second source of this kind is an error of the file. Default:
    /// false.
    static var isSingle: Bool { get }

    /// It remembers something, with these options, and will ask for `SourceContext.stateDirectory`: a pipeline with such a
    /// source does not start while another instance has locked the same `server.state`. Default: false.
    var keepsState: Bool { get }

    /// What is known of the events that it emits, as its options say: the pipeline's expressions are checked with it. Read
    /// once, while the file is read. What the file's `types` declare of one of these types goes before what is said here.
    ///
    /// Default: events of the type that an option called `type` holds, if the kind has one; else nothing is known.
    var emits: EventShape { get }

    /// The source's whole life. Called by the supervisor on a task of its own, once at the start, and again after a
    /// growing pause whenever it has thrown.
    ///
    /// - Returning ends the source for good; what it has served over HTTP goes on.
    /// - Throwing is a failure: logged, counted, shown in `/health/ready`, and `run` is called again.
    /// - When the task is cancelled (the pipeline stops), it should stop soon; what it throws then is no failure.
    func run(_ context: SourceContext) async throws
}

extension EventSource {
    /// Events of the type that its option `type` holds, whose data may be anything.
    public var emits: EventShape {
        let option = declaredOptions.first { $0.name == "type" }?.option
        let type = (option as? Option<String>)?.wrappedValue ?? (option as? Option<String?>)?.wrappedValue
        return type.map { EventShape([.init(type: $0)]) } ?? .unknown
    }
}

extension EventSource {
    /// There may be several.
    public static var isSingle: Bool { false }
    /// It remembers nothing.
    public var keepsState: Bool { false }
}

/// A source that answers HTTP requests under paths of its own. Such a kind has, beside its own options, `access`.
public protocol RoutedSource: EventSource {
    /// The routes, as the options say. Read once, before anything starts, so that a clash is an error of the file.
    /// Requests go to the function that `run` gave to `SourceContext.serve`; until then they are answered 503.
    var routes: [Route] { get }
    /// A request to one of the routes makes this machine run a program. Such a source, open to everybody on an address
    /// beyond loopback, is an error of the file. Default: false.
    var runsCommands: Bool { get }
}

extension RoutedSource {
    /// It does not.
    public var runsCommands: Bool { false }
}

/// A method and a path a source answers on.
public struct Route: Sendable, Hashable {
    /// GET, POST, PUT, PATCH, DELETE or OPTIONS. (HEAD goes with GET. OPTIONS is answered for all; a source that has a route for
    /// it gets those that are no preflight of a browser's, and `Allow` is added to its answer.)
    public var method: String
    /// Parts separated by `/`; a part in braces, `{name}`, stands for one part of any text.
    public var path: String
    /// At most so many bytes of body; nil: the server's `limits.body`.
    public var bodyLimit: Int?
    /// The `Content-Encoding`s (in lower case) in which the source takes bodies; others are refused with 415. Bodies are
    /// handed over as they were sent, so it is the source that decodes them, and bounds what comes out.
    public var encodings: [String]
    /// Longer bodies than `bodyLimit`, and encoded ones, are not refused but offered before they are read: the handler is
    /// called with `RouteRequest.isAhead`, and may answer `.reading`.
    public var takesLongBodies: Bool
    /// `RouteSender.address` is wanted: it costs a system call for each request.
    public var asksAddress: Bool

    /// A route.
    public init(
        _ method: String, _ path: String, bodyLimit: Int? = nil, encodings: [String] = [],
        takesLongBodies: Bool = false,
        asksAddress: Bool = false
    ) {
        self.method = method
        self.path = path
        self.bodyLimit = bodyLimit
        self.encodings = encodings
        self.takesLongBodies = takesLongBodies
        self.asksAddress = asksAddress
    }

    /// The names in braces in the path, in their order; none if it cannot be a path.
    public var parameters: [String] { pattern?.parameters ?? [] }

    /// The path, taken apart; nil if it cannot be one.
    var pattern: PathPattern? { try? PathPattern(path) }
}
