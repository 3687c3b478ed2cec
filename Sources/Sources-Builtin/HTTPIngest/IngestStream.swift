import Aggregator
import Synchronization

/// Reads a body of any length. As long as it is within `limits.body` it is kept, and if it ends there, it is all or nothing as
/// every other is; NDJSON that goes on beyond that is taken line by line from its beginning.
///
/// What it holds is bounded: up to `limits.body` at first, then one piece and an unfinished line.
final class IngestStream: BodyReader {
    /// Decompressed bytes of one turn: a few kilobytes may become gigabytes, and others want to be served too.
    private static let turn = 262_144

    private struct State {
        /// Nil: the body is as it was sent.
        var inflater: Inflater?
        /// All of the body so far; once it is taken by lines, only the line that has no end yet.
        var bytes: [UInt8] = []
        /// Of these no line end is among the first so many.
        var searched = 0
        var isTakenByLines = false
        /// Lines that were looked at.
        var lines = 0
        /// Events that were emitted.
        var accepted = 0
    }

    private let request: RouteRequest
    private let type: MediaType
    private let desk: IngestDesk
    private let context: SourceContext
    private let head: IngestHead
    private let state: Mutex<State>

    /// - Throws: what of the head rules the body out.
    init(_ request: RouteRequest, _ desk: IngestDesk, _ context: SourceContext) throws(Refusal) {
        self.request = request
        self.desk = desk
        self.context = context
        // A CloudEvent in binary mode may be of any type, but is never long.
        head = desk.head(of: request)
        type = CloudEventHeaders.areIn(request.headers) ? .json : try head.mediaType()
        var state = State()
        if let coding = head.coding { state.inflater = try Inflater(coding) }
        self.state = Mutex(state)
    }

    func read(_ piece: [UInt8], isLast: Bool) -> BodyProgress {
        state.withLock { state in
            do throws(Refusal) {
                let isMore = try add(piece, to: &state)
                if !state.isTakenByLines {
                    guard state.bytes.count > context.bodyLimit else {
                        if isMore { return .again }
                        return isLast ? .answer(try whole(&state)) : .more
                    }
                    guard type == .lines else { throw tooLong }
                    state.isTakenByLines = true
                }
                let isEnd = isLast && !isMore
                if let answer = takeLines(&state, isEnd: isEnd) { return .answer(answer) }
                if isMore { return .again }
                guard isEnd else { return .more }
                try checkEnd(&state)
                return .answer(desk.accepted(state.accepted))
            } catch {
                return .answer(
                    state.isTakenByLines ? error.ofLine(state.lines + 1, accepted: state.accepted) : error.response)
            }
        }
    }

    func interrupt() -> RouteResponse? {
        state.withLock { state in
            guard state.isTakenByLines else { return nil }
            let detail =
                "The server is stopping. \(state.accepted) events were accepted; send the rest anew, "
                + "from line \(state.lines + 1) on."
            return .problem(503, detail, headers: [("Retry-After", "5")])
        }
    }

    /// Appends what the piece says, as it was before it was compressed. True: there is more of it.
    private func add(_ piece: [UInt8], to state: inout State) throws(Refusal) -> Bool {
        guard let inflater = state.inflater else {
            state.bytes += piece
            return false
        }
        if !piece.isEmpty { inflater.add(piece) }
        try inflater.take(Self.turn, into: &state.bytes)
        return inflater.hasMore
    }

    private func checkEnd(_ state: inout State) throws(Refusal) {
        if let inflater = state.inflater, !inflater.isWhole { throw Inflater.broken }
    }

    private func whole(_ state: inout State) throws(Refusal) -> RouteResponse {
        try checkEnd(&state)
        var request = request
        request.body = state.bytes
        return try desk.take(request, head, nil, now: context.clock.now(), context)
    }

    private var tooLong: Refusal {
        Refusal(
            413,
            "The body is longer than the \(context.bodyLimit) bytes that are taken at once (server.limits.body in the "
                + "pipeline file). Send it as application/x-ndjson, which is taken line by line, or raise that.")
    }
}

// MARK: Line by line

extension IngestStream {
    /// Emits the events of the lines that are whole, and at the end that of what is left. An answer: one of them is bad.
    private func takeLines(_ state: inout State, isEnd: Bool) -> RouteResponse? {
        var items: [IngestItem] = []
        var start = 0
        var refusal: Refusal?
        do throws(Refusal) {
            while let end = state.bytes[max(start, state.searched)...].firstIndex(of: UInt8(ascii: "\n")) {
                try add(state.bytes[start..<end], to: &items, &state)
                start = end + 1
            }
            if isEnd {
                try add(state.bytes[start...], to: &items, &state)
                start = state.bytes.count
            } else if state.bytes.count - start > context.eventLimit {
                throw Refusal(
                    422, "Line \(state.lines + 1): it has more than the \(context.eventLimit) bytes an event may have.")
            }
        } catch {
            refusal = error
        }
        state.bytes.removeFirst(start)
        state.searched = state.bytes.count
        let bad = state.lines + 1
        if let answer = emit(items, &state) { return answer }
        return refusal.map { $0.ofLine(bad, accepted: state.accepted) }
    }

    private func add(_ line: ArraySlice<UInt8>, to items: inout [IngestItem], _ state: inout State) throws(Refusal) {
        let line = JSON.trimmed(line)
        if !line.isEmpty {
            var item = try IngestBody.item(ofLine: line, state.lines + 1)
            if !head.fields.isEmpty { try item.put(head.fields, as: desk.declaredType(ofLinesOf: head, context)) }
            items.append(item)
        }
        state.lines += 1
    }

    /// All at once, as that is how they are cheapest; if one of them cannot be an event, those before it.
    private func emit(_ items: [IngestItem], _ state: inout State) -> RouteResponse? {
        let now = context.clock.now()
        do throws(Refusal) {
            if !items.isEmpty { try desk.take(items, of: request, head, nil, now: now, context) }
            state.accepted += items.count
            return nil
        } catch {
            for item in items {
                do throws(Refusal) {
                    try desk.take([item], of: request, head, nil, now: now, context)
                    state.accepted += 1
                } catch {
                    guard case .line(let number) = item.place else { return error.response }
                    return error.ofLine(number, accepted: state.accepted)
                }
            }
            // What was wrong with all of them together (no memory, say) is not wrong any more.
            return nil
        }
    }
}
