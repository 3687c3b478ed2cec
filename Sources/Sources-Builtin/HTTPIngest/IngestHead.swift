import Aggregator

/// What the head of a request says of its events: read once for all requests with the same head.
final class IngestHead: Sendable {
    /// The type that the path gives.
    let type: String?
    /// The subject that the path gives.
    let subject: String?
    /// What the path gives the data.
    let fields: [(name: String, value: String)]
    /// How the body was compressed; nil: it was not.
    let coding: String?
    let contentType: String?
    private let form: Result<MediaType, Refusal>
    private let event: Result<CloudEvent?, Refusal>

    /// - Parameter fields: the names in the path that are neither the subject's nor the type's.
    init(_ request: RouteRequest, fields: [String]) {
        let headers = request.headers
        let parameters = request.parameters
        type = parameters["type"]
        subject = parameters["subject"]
        self.fields = fields.compactMap { name in parameters[name].map { (name: name, value: $0) } }
        let coding = headers["content-encoding"]?.lowercased()
        self.coding = coding == "identity" ? nil : coding
        contentType = headers["content-type"]
        form = Result { () throws(Refusal) in try MediaType.of(request) }
        event = Result { () throws(Refusal) in try Self.binaryEvent(in: headers) }
    }

    /// How the body is to be read.
    ///
    /// - Throws: if that is not known here.
    func mediaType() throws(Refusal) -> MediaType { try form.get() }

    /// What a CloudEvent in binary mode says of itself; nil: the request is none.
    func binaryEvent() throws(Refusal) -> CloudEvent? { try event.get() }

    /// The content type decides before the headers do: a structured event may repeat its attributes there (HTTP protocol
    /// binding, section 3).
    private static func binaryEvent(in headers: [String: String]) throws(Refusal) -> CloudEvent? {
        guard CloudEventHeaders.areIn(headers) else { return nil }
        let type = headers["content-type"].map { MediaType.parts(of: $0).name }
        if let type, MediaType.isCloudEvents(type) { return nil }
        return try CloudEventHeaders.read(headers)
    }
}
