import Expressions

// Streams with a filter of their own: `where` in the query.
//
//     head ─→ are all its filters there? ─yes──────────────────────────────┐
//              └no─→ FilterWork: compile, register ─→ loop: subscribe ←────┤
//                                                      └ not ready here ─→ FilterPass
extension Site {
    /// A request for a stream that has been let in: what is left to do with it on any loop's turn.
    struct FilteredStream: Sendable {
        var followed: [Followed]
        var condition: String
        let exchange: Exchange
        /// Subscribes with these and answers, but for `.unready` and `.outOfMemory`.
        let subscribe: @Sendable (borrowing IncomingRequest, [HubPredicate]) -> StreamRequest.Outcome

        /// The filter of one of its channels, if it is there already.
        func filter(of channel: LiveChannel) -> FilterReference? {
            if let found = channel.filters.find(.init(condition)) { return found }
            return channels.count > 1 ? channel.filters.find(.init(condition, isShared: true)) : nil
        }

        /// Of late evaluating it for what one of its channels keeps has cost too much.
        var isTooDear: Bool {
            channels.contains {
                $0.filters.isTooDear(.init(condition)) || $0.filters.isTooDear(.init(condition, isShared: true))
            }
        }

        /// Each of its channels once: a filter is of a channel.
        var channels: [LiveChannel] {
            followed.reduce(into: []) { channels, part in
                if !channels.contains(where: { $0 === part.channel }) { channels.append(part.channel) }
            }
        }
    }

    /// Follows, as soon as all that its channels keep is evaluated.
    func follow(_ request: borrowing IncomingRequest, _ stream: FilteredStream) {
        let found = stream.channels.compactMap { stream.filter(of: $0) }
        if stream.isTooDear, !found.allSatisfy({ $0.predicate.isReady(onLoop: request.loop) }) || found.isEmpty {
            return request.respond(stream.exchange.response(Self.tooDear.response))
        }
        if found.count == stream.channels.count { return subscribe(request, stream, found) }
        // Whoever only asks for the head follows nothing, and needs no filter; but a mistake is told.
        let isHead = request.method == "HEAD"
        let accepts = Self.acceptsEventStream(request.header("accept"))
        guard let deferred = request.defer() else {
            return request.respond(stream.exchange.response(Self.busy.response))
        }
        filterWork.run { [self] in
            do throws(Problem) {
                let filters = try Self.filters(of: stream, isHead: isHead)
                deferred.resume { self.subscribe($0, stream, filters) }
            } catch {
                let isOverLimit = error.status == 503
                let answer = isOverLimit && accepts ? Self.comeBackLater(error.detail) : error.response
                deferred.respond(stream.exchange.response(answer, close: isOverLimit && accepts))
            }
        }
    }

    /// Compiles and registers what is not there yet.
    private static func filters(of stream: FilteredStream, isHead: Bool) throws(Problem) -> [FilterReference] {
        var filters: [FilterReference] = []
        for channel in stream.channels {
            let (expression, isShared) = try compile(stream, for: channel)
            if isHead { continue }
            do throws(ChannelFilters.Refusal) {
                filters.append(try channel.filters.take(expression, isShared: isShared))
            } catch {
                throw refusal(error, channel)
            }
        }
        return filters
    }

    /// A condition on events of several channels may name what only one of them has, as in
    /// `event.type == "price" && data.price > 3`: it is about all that can come by this stream.
    private static func compile(
        _ stream: FilteredStream, for channel: LiveChannel
    ) throws(Problem) -> (EventExpression, isShared: Bool) {
        let text = stream.condition
        do throws(ExpressionProblem) {
            return (try channel.filters.compile(text), false)
        } catch {
            let shapes = stream.channels.map(\.filters.shape)
            if shapes.count > 1, let all = try? channel.filters.compile(text, about: EventShape(anyOf: shapes)) {
                return (all, true)
            }
            throw Problem(
                status: 400,
                detail: "The parameter where cannot be used with the channel \"\(channel.name)\": \(error)\n"
                    + error.excerpt(of: text))
        }
    }

    private static func refusal(_ refusal: ChannelFilters.Refusal, _ channel: LiveChannel) -> Problem {
        switch refusal {
        case .outOfMemory: busy
        case .full:
            Problem(
                status: 503,
                detail: "The channel \"\(channel.name)\" has \(FilterBudget.filters) different filters (where) at work "
                    + "already, and no room for another. Use the text of one that is in use, filter what you get "
                    + "yourself, or try again in \(pause) seconds.",
                headers: [("Retry-After", String(pause))])
        }
    }

    private static let tooDear = Problem(
        status: 400,
        detail:
            "The parameter where costs too much: evaluating it for the events that the channel keeps would take longer "
            + "than a second. Use a cheaper expression; matches() with large patterns and all() or map() over long lists are "
            + "the dear parts.")

    /// On the loop's thread. Each turn makes one filter ready; more turns than filters means that they go as fast as they come.
    private func subscribe(
        _ request: borrowing IncomingRequest, _ stream: FilteredStream, _ filters: [FilterReference], turn: Int = 0
    ) {
        let outcome = stream.subscribe(request, filters.map(\.predicate))
        if outcome == .subscribed || outcome == .ended { return }
        let loop = request.loop
        guard outcome == .unready, turn <= filters.count,
            let next = filters.first(where: { !$0.predicate.isReady(onLoop: loop) }),
            let deferred = request.defer()
        else { return request.respond(stream.exchange.response(Self.sendAway(request), close: true)) }
        let waiting = WaitingRequest(request: deferred) {
            $0.respond(stream.exchange.response(Self.tooDear.response))
        } goOn: { request in
            self.subscribe(request, stream, filters, turn: turn + 1)
        }
        next.filter.prepare(next.predicate, onLoop: loop, filterWork, for: waiting)
    }
}
