import Aggregator

/// Turns requests into events, and what became of them into answers. What the file does not ask for is nil, and costs nothing.
struct IngestDesk: Sendable {
    private let type: String
    /// The names in the path that are neither the subject's nor the type's, in their order.
    private let fields: [String]
    private let batch: Int
    private let rate: RateLimit?
    private let verifier: Verifier?
    private let set: IngestSet?
    private let repeats: Repeats?
    private let handshake: Handshake
    /// The answer's members after `accepted`.
    private let rest: [(name: String, json: [UInt8])]
    /// The answer to nearly every request.
    private let oneAccepted: RouteResponse

    init(_ options: HTTPIngest, _ route: Route, source: String) {
        type = options.type
        batch = options.batch
        fields = route.parameters.filter { $0 != "subject" && $0 != "type" }
        rate = options.rate.map(RateLimit.init)
        verifier = options.verify.map { Verifier($0, source: source) }
        set = options.set.entries.isEmpty ? nil : IngestSet(options.set)
        let replay = options.verify?.replayWindow
        repeats = options.dedupe == nil && replay == nil ? nil : Repeats(dedupe: options.dedupe, replay: replay)
        handshake = Handshake(origins: options.webhookOrigins, rate: options.rate)
        rest = options.answer.entries.map { ($0.name, $0.value.value.jsonBytes) }
        oneAccepted = Self.accepted(1, rest)
    }

    /// On an event-loop thread: everything here is bounded by the size of the body, and of what it may decompress to.
    func answer(_ request: RouteRequest, _ context: SourceContext) -> RouteResponse {
        if request.route.method == "OPTIONS" { return handshake.answer(request) }
        do throws(Refusal) {
            try admit(request, context)
            let now = context.clock.now()
            let signature = try verifier?.signature(of: request, now: now).map { $0 + Self.place(of: request) }
            let head = head(of: request)
            let whole = try decoded(request, head, limit: context.bodyLimit)
            return try take(whole, head, signature, now: now, context)
        } catch {
            return error.response
        }
    }

    /// A body that is still to come and may be of any length.
    func begin(_ request: RouteRequest, _ context: SourceContext) -> RouteAnswer {
        do throws(Refusal) {
            try admit(request, context)
            return .reading(try IngestStream(request, self, context))
        } catch {
            return .now(error.response)
        }
    }

    /// What of the path decides about the event. A sender that has two webhooks signs the same body twice alike: what went to
    /// one path was not taken at the other.
    private static func place(of request: RouteRequest) -> [UInt8] {
        let names = request.parameters.sorted { $0.key < $1.key }
        return names.flatMap { [0] + Array($0.key.utf8) + [0] + Array($0.value.utf8) }
    }

    private func admit(_ request: RouteRequest, _ context: SourceContext) throws(Refusal) {
        try rate?.admit(request.sender, now: context.clock.uptime())
        try verifier?.checkSender(of: request)
    }

    /// What the request's head says.
    func head(of request: RouteRequest) -> IngestHead { request.concluded { IngestHead($0, fields: fields) } }

    /// A request of which all is there, as it was before it was compressed.
    func take(
        _ request: RouteRequest, _ head: IngestHead, _ signature: [UInt8]?, now: Timestamp, _ context: SourceContext
    ) throws(Refusal) -> RouteResponse {
        let items = try items(of: request, head) { context.declaredType(of: $0) }
        try take(items, of: request, head, signature, now: now, context)
        return items.count == 1 ? oneAccepted : accepted(items.count)
    }

    /// Emits what the items say; all or, with a 422, none.
    func take(
        _ items: [IngestItem], of request: RouteRequest, _ head: IngestHead, _ signature: [UInt8]?, now: Timestamp,
        _ context: SourceContext
    ) throws(Refusal) {
        let values = set.map { _ in RequestValues(request) }
        if items.count == 1, repeats == nil {
            let event = try event(items[0], head, values, now: now)
            do throws(EventProblem) { try context.emitNow(event) } catch { throw Self.refusal(error, of: items) }
            return
        }
        var events: [Event] = []
        events.reserveCapacity(items.count)
        for item in items { events.append(try event(item, head, values, now: now)) }
        do throws(EventProblem) {
            guard let repeats else { return try context.emitNow(events) }
            let ids = zip(events, items).map { Self.identity(of: $0, $1) }
            try repeats.emit(events, ids: ids, signature: signature, now: context.clock.uptime()) {
                events throws(EventProblem) in try context.emitNow(events)
            }
        } catch {
            throw Self.refusal(error, of: items)
        }
    }

    /// The path goes before what a CloudEvent says, `set` before both.
    private func event(
        _ item: IngestItem, _ head: IngestHead, _ values: RequestValues?, now: Timestamp
    ) throws(Refusal) -> Event {
        var event: Event
        if let given = item.event {
            event = Event(given, data: item.data, now: now)
            if let type = head.type { event.type = type }
            if let subject = head.subject { event.subject = subject }
        } else {
            event = Event(type: head.type ?? type, subject: head.subject, time: now, data: item.data)
        }
        if let set, let values { try set.apply(to: &event, of: item, values) }
        return event
    }

    /// What tells an event from every other; nil: nothing does. A producer's ids are unique among its own (CloudEvents,
    /// section "id").
    private static func identity(of event: Event, _ item: IngestItem) -> String? {
        guard case .given(let id) = event.id else { return nil }
        return item.event.map { "\($0.source) \(id)" } ?? id
    }

    private static func refusal(_ problem: EventProblem, of items: [IngestItem]) -> Refusal {
        let item = items.indices.contains(problem.index) ? items[problem.index] : nil
        let place = item?.place ?? .body
        guard let fault = problem.fault else { return Refusal(422, place.prefix + problem.message) }
        let data = place.pointer + (item?.dataPointer ?? "")
        var told = DataFault(pointer: data + fault.pointer, reason: fault.reason)
        told.others = fault.others.map { DataFault(pointer: data + $0.pointer, reason: $0.reason) }
        let whole = told.pointer.isEmpty ? "" : " at JSON Pointer \(told.pointer)"
        let type = problem.type.map { "declared type '\($0)'" } ?? "type that is declared for it"
        let rest = fault.others.isEmpty ? "" : " 'errors' has \(fault.others.count) more."
        return Refusal(
            422, "\(place.prefix)The data is not of the \(type)\(whole): \(fault.reason).\(rest)", fault: told)
    }

    /// With its body as it was before it was compressed. Signatures are of what was sent, so it comes after them.
    private func decoded(_ request: RouteRequest, _ head: IngestHead, limit: Int) throws(Refusal) -> RouteRequest {
        guard let coding = head.coding, !request.body.isEmpty else { return request }
        var request = request
        request.body = try Inflater.whole(request.body, coding: coding, limit: limit)
        return request
    }

    /// What a request carries, as data, with the path's fields in it.
    ///
    /// - Parameter declared: what the data of a type of events is declared to be.
    private func items(
        of request: RouteRequest, _ head: IngestHead, declared: (String) -> DataType?
    ) throws(Refusal) -> [IngestItem] {
        let form = declared(head.type ?? type)
        var items: [IngestItem]
        if let event = try head.binaryEvent() {
            let data = try CloudEvent.data(request.body, type: head.contentType, at: .body)
            items = [IngestItem(data: data, place: .body, event: event)]
        } else if !request.body.isEmpty {
            items = try IngestBody.items(request.body, as: try head.mediaType(), limit: batch, declared: form)
        } else if !request.query.isEmpty {
            items = [IngestItem(data: .json(FormText.object(of: request.query, as: form)), place: .body)]
        } else if !head.fields.isEmpty {
            items = [IngestItem(data: .json(Array("{}".utf8)), place: .body)]
        } else {
            throw Refusal(
                400, "There is nothing to publish. Send a body (\(MediaType.known)), or query parameters without one.")
        }
        if !head.fields.isEmpty {
            for index in items.indices {
                let type = head.type ?? items[index].event?.type ?? type
                try items[index].put(head.fields, as: declared(type))
            }
        }
        return items
    }

    /// The answer to so many events.
    func accepted(_ count: Int) -> RouteResponse { Self.accepted(count, rest) }

    /// What the data of a line of a request with this head is declared to be.
    func declaredType(ofLinesOf head: IngestHead, _ context: SourceContext) -> DataType? {
        context.declaredType(of: head.type ?? type)
    }

    private static func accepted(_ count: Int, _ rest: [(name: String, json: [UInt8])]) -> RouteResponse {
        var object = JSONObjectText()
        object.set("accepted", count)
        for (name, json) in rest { object.set(name, json: json) }
        return .json(202, object.finished)
    }
}
