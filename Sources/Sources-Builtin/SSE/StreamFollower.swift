import Aggregator
import Expressions
import Logging

/// Follows one stream: connects, reads, emits, and comes back where it was. On a thread that may block.
///
///     connect ─200─→ read ─the server ends it─→ wait `retry`, with jitter ─→ connect
///        │ └─204─→ the end                                     ↑
///        └─anything else: throws, and the supervisor's growing pauses come between
struct StreamFollower {
    private let options: ServerSentEvents
    private let context: SourceContext
    private let memory: StreamMemory
    private var parser: EventStreamParser
    /// What the server asks for between two connections.
    private var retry = Duration.seconds(3)
    /// A bad server sends thousands of events that are none, or breaks off every time.
    private var complaints: SparseLog
    private var breaks: SparseLog

    /// So often at most is the position written to disk while events come.
    private static let rhythm = Duration.seconds(1)
    /// A server's wish beyond these is not followed: one that wants none at all would be asked without end.
    private static let retryBounds = Duration.milliseconds(100)...Duration.seconds(300)

    init(_ options: ServerSentEvents, _ context: SourceContext) throws {
        self.options = options
        self.context = context
        memory = StreamMemory(folder: try context.stateDirectory(), url: options.url.text)
        complaints = SparseLog(context.log, context.clock)
        breaks = SparseLog(context.log, context.clock)
        parser = EventStreamParser(limit: context.eventLimit, lastEventID: memory.read() ?? "")
    }

    mutating func run() async throws {
        defer { memory.write(parser.lastEventID) }
        var isFirst = true
        while true {
            let isOver = try await follow(isFirst: isFirst)
            isFirst = false
            if isOver {
                context.log.info("\(options.url.place) says that there is no more (204)")
                return
            }
            memory.write(parser.lastEventID)
            // Those who were thrown out together do not come back together.
            try await context.clock.sleep(for: retry * Double.random(in: 1...1.5))
        }
    }

    /// One connection. True: there is no more to come.
    private mutating func follow(isFirst: Bool) async throws -> Bool {
        parser.reset()
        let transfer = try Transfer(request)
        let waker = transfer.waker
        return try await withTaskCancellationHandler {
            guard let first = try await answer(transfer) else { return true }
            if isFirst { context.log.info("following \(options.url.place)") }
            try await read(first, from: transfer)
            return false
        } onCancel: {
            waker.wake()
        }
    }

    private var request: Transfer.Request {
        var headers = ["Accept: text/event-stream", "Cache-Control: no-cache"]
        if !parser.lastEventID.isEmpty { headers.append("Last-Event-ID: \(parser.lastEventID)") }
        if let token = options.token { headers.append("Authorization: Bearer \(token)") }
        headers += options.headers.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
        return Transfer.Request(
            url: options.url.text, headers: headers, certificates: options.ca?.path, verifiesPeer: !options.insecure,
            followsRedirects: options.headers.isEmpty, connectTime: options.connect)
    }

    /// The first bytes of the stream; nil: 204.
    private func answer(_ transfer: Transfer) async throws -> [UInt8]? {
        let silence = Silence(limit: options.idle)
        while true {
            try Task.checkCancellation()
            let bytes = try transfer.next(within: silence.left)
            // A redirect on the way has a status and a body of its own.
            if bytes == nil || bytes?.isEmpty == false {
                try check(transfer)
                return transfer.status == 204 ? nil : bytes ?? []
            }
            if silence.isOver { throw StreamProblem("\(options.url.place) has not answered for \(options.idle)") }
        }
    }

    private func check(_ transfer: Transfer) throws(StreamProblem) {
        let status = transfer.status
        if status == 204 { return }
        guard status == 200 else {
            let hint =
                switch status {
                case 300..<400 where !options.headers.isEmpty:
                    "; with the option headers no redirect is followed, so write the address that it points to"
                case 401, 403: "; see the options token and headers"
                case 404: "; is there such a channel?"
                default: ""
                }
            throw StreamProblem("\(options.url.place) answered \(status)\(hint)")
        }
        let type = transfer.contentType ?? "none"
        guard type.split(separator: ";").first?.lowercased() == "text/event-stream" else {
            throw StreamProblem("\(options.url.place) sends no event stream: its Content-Type is \(type)")
        }
    }

    private mutating func read(_ first: [UInt8], from transfer: Transfer) async throws {
        var silence = Silence(limit: options.idle)
        var saved = context.clock.uptime()
        var bytes: [UInt8]? = first
        let (place, idle) = (options.url.place, options.idle)
        while let arrived = bytes {
            try Task.checkCancellation()
            if !arrived.isEmpty {
                try await emit(parser.read(arrived))
                silence = Silence(limit: options.idle)
                if context.clock.uptime() - saved >= Self.rhythm {
                    saved = context.clock.uptime()
                    memory.write(parser.lastEventID)
                }
            } else if silence.isOver {
                breaks.tell(.notice, "nothing from \(place) for \(idle): connecting anew")
                return
            }
            do {
                bytes = try transfer.next(within: silence.left)
            } catch {
                try Task.checkCancellation()
                breaks.tell(.notice, "the stream from \(place) broke off (\(error)): connecting anew")
                return
            }
        }
    }

    private mutating func emit(_ results: [EventStreamParser.Result]) async throws {
        for result in results {
            switch result {
            case .retry(let milliseconds): retry = Self.retryBounds.clamping(.milliseconds(milliseconds))
            case .tooLarge(let id):
                let limit = parser.limit
                complaints.warn("an event (\(id ?? "without id")) of more than \(limit) bytes was left out")
            // Ours, or another server's word for it: no source may emit this type.
            case .block(let block) where block.type == "gap" && options.type == nil:
                let words = String(decoding: block.data.prefix(200), as: UTF8.self)
                let place = options.url.place
                complaints.warn("\(place) tells of a gap: \(words)")
            case .block(let block): try await emit(block)
            }
        }
    }

    private mutating func emit(_ block: EventStreamParser.Block) async throws {
        do {
            try await context.emit(event(of: block))
        } catch let problem as StreamProblem {
            complaints.warn("an event (\(block.id ?? "without id")) was left out: \(problem)")
        } catch let problem as EventProblem {
            complaints.warn("an event (\(block.id ?? "without id")) was left out: \(problem.message)")
        }
    }

    private func event(of block: EventStreamParser.Block) throws(StreamProblem) -> Event {
        if options.format == .cloudevents {
            do throws(CloudEventProblem) {
                var event = try Event(cloudEvent: block.data, now: context.clock.now())
                if let type = options.type { event.type = type }
                if let subject = options.subject { event.subject = subject }
                return event
            } catch {
                throw StreamProblem(error.description)
            }
        }
        let id = block.id.flatMap { $0.isEmpty ? nil : EventID.given($0) } ?? .generated()
        let data = try self.data(of: block)
        return Event(
            id: id, type: options.type ?? block.type, subject: options.subject, time: context.clock.now(), data: data)
    }

    private func data(of block: EventStreamParser.Block) throws(StreamProblem) -> EventData {
        if options.format != .text, let json = EventData(validating: block.data) { return json }
        guard options.format == .auto || options.format == .text else { throw StreamProblem("its data is no JSON") }
        return block.data.isEmpty ? .none : .text(String(decoding: block.data, as: UTF8.self))
    }
}

/// Why a stream cannot be followed.
struct StreamProblem: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

extension ClosedRange {
    fileprivate func clamping(_ value: Bound) -> Bound { Swift.min(Swift.max(value, lowerBound), upperBound) }
}

/// How long nothing has come, in real time: what waits for it is a socket.
private struct Silence {
    private let end: ContinuousClock.Instant

    init(limit: Duration) { end = .now + limit }

    var left: Duration { max(.zero, ContinuousClock.now.duration(to: end)) }
    var isOver: Bool { ContinuousClock.now >= end }
}
