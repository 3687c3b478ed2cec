/// `GET /metrics`. Reads /proc and may block.
enum Metrics {
    private typealias Sample = PrometheusText.Sample

    static func answer(_ pipeline: LivePipeline, _ tally: ResponseTally) -> RouteResponse {
        var text = PrometheusText()
        addSources(pipeline.sources, to: &text)
        let steps = pipeline.filters.flatMap { filter in filter.steps.map { (filter, $0) } }
        let counting =
            pipeline.sources.map { Counting(kind: $0.kind, labels: [("source", $0.name)], numbers: $0.ownCounters) }
            + steps.map { filter, step in
                Counting(kind: step.kind, labels: labels(filter, step), numbers: step.ownCounters)
            }
        addOwnNumbers(.counter, of: counting, to: &text)
        let measuring = pipeline.sources.map {
            Counting(kind: $0.kind, labels: [("source", $0.name)], numbers: $0.ownGauges)
        }
        addOwnNumbers(.gauge, of: measuring, to: &text)
        addDrops(pipeline, to: &text)
        addChannels(pipeline.channels, to: &text)
        let counters = pipeline.hubCounters
        addDelivery(counters, to: &text)
        addConnections(counters, tally, to: &text)
        ProcessStatistics.add(to: &text)
        return RouteResponse(
            status: 200, headers: [("Content-Type", PrometheusText.contentType), ("Cache-Control", "no-store")],
            body: Array(text.text.utf8))
    }

    private static func addSources(_ sources: [LiveSource], to text: inout PrometheusText) {
        text.add(
            .counter, "aggregator_source_events_total", "Events that a source has emitted.",
            sources.map { Sample([("source", $0.definition.name)], $0.counters.emitted.value) })
        text.add(
            .counter, "aggregator_source_batches_total", "Calls of emit, of one event or several.",
            sources.map { Sample([("source", $0.definition.name)], $0.counters.batches.value) })
        let statuses = sources.map { (name: $0.definition.name, status: $0.status) }
        text.add(
            .counter, "aggregator_source_restarts_total", "How often a source was started again after a failure.",
            statuses.map { Sample([("source", $0.name)], UInt64(clamping: $0.status.restarts)) })
        text.add(
            .gauge, "aggregator_source_state", "1 for the state that the source is in, 0 for the others.",
            statuses.flatMap { name, status in
                SourceStatus.State.allCases.map { state in
                    Sample([("source", name), ("state", state.rawValue)], status.state == state ? 1 as UInt64 : 0)
                }
            })
    }

    /// A source or a step, and what it tells of itself.
    private struct Counting<Number: OwnNumber> {
        let kind: String
        /// Who it is.
        let labels: [(String, String)]
        let numbers: OwnNumbers<Number>
    }

    /// Of all that have a number of one name together, as the format wants it.
    private static func addOwnNumbers<Number: OwnNumber>(
        _ kind: PrometheusText.Kind, of counting: [Counting<Number>], to text: inout PrometheusText
    ) {
        var metrics: [(name: String, help: String, samples: [Sample])] = []
        var places: [String: Int] = [:]
        for owner in counting {
            let taken = Set(owner.labels.map(\.0))
            for entry in owner.numbers.all {
                let end = kind == .counter ? "_total" : ""
                let name = PrometheusText.name("aggregator_\(owner.kind)_\(entry.key.name)\(end)")
                let labels = entry.key.labels.filter { !taken.contains($0.key) }.sorted { $0.key < $1.key }.map {
                    (PrometheusText.name($0.key), $0.value)
                }
                let place = places[name] ?? metrics.endIndex
                if place == metrics.endIndex { metrics.append((name, entry.help, [])) }
                places[name] = place
                metrics[place].samples.append(Sample(owner.labels + labels, text: entry.number.text))
            }
        }
        for metric in metrics { text.add(kind, metric.name, metric.help, metric.samples) }
    }

    private static func labels(_ filter: LiveFilter, _ step: LiveStep) -> [(String, String)] {
        [("node", filter.name), ("step", "\(step.number):\(step.kind)")]
    }

    private static func addDrops(_ pipeline: LivePipeline, to text: inout PrometheusText) {
        func sample(_ node: String, step: String = "", _ reason: String, _ count: UInt64) -> Sample {
            Sample([("node", node), ("step", step), ("reason", reason)], count)
        }
        var dropped: [Sample] = []
        for source in pipeline.sources {
            dropped += source.counters.refused.map { sample(source.definition.name, $0.reason.rawValue, $0.count) }
        }
        for filter in pipeline.filters {
            for step in filter.steps {
                let label = "\(step.number):\(step.kind)"
                dropped.append(sample(filter.name, step: label, "filtered", step.dropped.value))
                dropped.append(sample(filter.name, step: label, "error", step.errors.value))
            }
            dropped += filter.refused.all.map { sample(filter.name, $0.reason.rawValue, $0.count) }
        }
        text.add(
            .counter, "aggregator_dropped_events_total",
            "Events that ended at a source or a step: filtered out, failed on, or not fit to be one (id, type, subject, size).",
            dropped)
        func steps(_ count: (LiveStep) -> UInt64) -> [Sample] {
            pipeline.filters.flatMap { filter in filter.steps.map { Sample(labels(filter, $0), count($0)) } }
        }
        text.add(
            .counter, "aggregator_step_passed_events_total", "Events that went on from a step.",
            steps { $0.passed.value })
        text.add(
            .counter, "aggregator_step_held_events_total", "Events that a step took into what it emits later.",
            steps { $0.held.value })
    }

    private static func addChannels(_ channels: [LiveChannel], to text: inout PrometheusText) {
        let read = channels.map { (name: $0.definition.name, counters: $0.hub.counters, tally: $0.counters) }
        func add(
            _ kind: PrometheusText.Kind, _ name: String, _ help: String, _ value: (ChannelCounters) -> UInt64
        ) {
            text.add(
                kind, "aggregator_channel_\(name)", help,
                read.map { Sample([("channel", $0.name)], value($0.counters)) })
        }
        add(.counter, "events_total", "Events that a channel has taken.") { $0.appended }
        add(.gauge, "subscribers", "Subscribers of a channel, or of a subject of it.") { $0.subscribers }
        add(.gauge, "kept_events", "Events that a channel keeps.") { $0.keptEvents }
        add(.gauge, "kept_bytes", "Bytes of the frames that a channel keeps, and of their bookkeeping.") {
            $0.keptBytes
        }
        add(.gauge, "kept_subjects", "Subjects of which a channel keeps events.") { $0.keptSubjects }
        add(.counter, "gaps_total", "Gaps that subscribers of a channel were told of.") { $0.gaps }
        add(.counter, "missed_events_total", "Events that lagging subscribers of a channel did not get.") { $0.missed }
        text.add(
            .counter, "aggregator_channel_end_errors_total", "Events for which a channel's end could not be evaluated.",
            read.map { Sample([("channel", $0.name)], $0.tally.endErrors.value) })
        addFilters(of: channels, to: &text)
    }

    private static func addFilters(of channels: [LiveChannel], to text: inout PrometheusText) {
        func samples(_ value: (ChannelFilters) -> UInt64) -> [Sample] {
            channels.map { Sample([("channel", $0.name)], value($0.filters)) }
        }
        text.add(
            .gauge, "aggregator_channel_filters", "Different filters (where) of a channel's subscribers.",
            samples { UInt64($0.count) })
        text.add(
            .counter, "aggregator_channel_filter_errors_total",
            "Evaluations of a subscriber's filter that failed: the event was not for that subscriber.",
            samples { $0.tally.errors.value })
        text.add(
            .counter, "aggregator_channel_ended_filters_total",
            "Filters of subscribers whose streams were ended because the channel's filters cost too much.",
            samples { $0.tally.ended.value })
    }

    private static func addDelivery(_ counters: HubCounters, to text: inout PrometheusText) {
        text.add(.gauge, "aggregator_subscribers", "Streams that are open.", counters.subscribers)
        text.add(
            .counter, "aggregator_appended_frames_total", "Events times the channels they went to.", counters.appended)
        text.add(
            .counter, "aggregator_delivered_frames_total", "Frames, counted once per subscriber.", counters.delivered)
        text.add(.counter, "aggregator_gaps_total", "Gaps that subscribers were told of.", counters.gaps)
        text.add(
            .counter, "aggregator_missed_events_total", "Events that lagging subscribers did not get.", counters.missed)
        text.add(.counter, "aggregator_heartbeats_total", "Comments sent on idle streams.", counters.heartbeats)
        text.add(.counter, "aggregator_wakes_total", "Appends that had to wake a loop.", counters.wakes)
        text.add(
            .counter, "aggregator_subscriber_wakes_total",
            "Subscribers looked at because something came for them.", counters.subscriberWakes)
        text.add(.counter, "aggregator_writes_total", "System calls that wrote to a subscriber.", counters.writes)
        text.add(
            .counter, "aggregator_written_bytes_total", "Bytes that subscribers' sockets took.", counters.writtenBytes)
        text.add(.gauge, "aggregator_blocked_subscribers", "Subscribers whose socket has no room.", counters.blocked)
        text.add(
            .counter, "aggregator_closed_subscribers_total",
            "Subscribers closed for taking nothing (limits.stall, limits.pinned).",
            [
                Sample([("reason", "stall")], counters.stalled), Sample([("reason", "pinned")], counters.unpinned),
            ])
        text.add(
            .gauge, "aggregator_pinned_bytes", "Bytes kept only because subscribers are half through them.",
            counters.pinnedBytes)
        text.add(.gauge, "aggregator_mailbox_events", "Frames on their way to the loops.", counters.mailboxEvents)
        text.add(
            .gauge, "aggregator_mailbox_bytes", "Bytes of the frames on their way to the loops.", counters.mailboxBytes)
    }

    private static func addConnections(_ counters: HubCounters, _ tally: ResponseTally, to text: inout PrometheusText) {
        text.add(.gauge, "aggregator_connections", "Connections that are open.", counters.connectionsOpen)
        text.add(.counter, "aggregator_connections_total", "Connections accepted.", counters.connectionsAccepted)
        text.add(
            .counter, "aggregator_refused_connections_total", "Connections over limits.connections.",
            counters.connectionsRefused)
        text.add(
            .counter, "aggregator_timeouts_total", "Connections closed at limits.head_time, body_time or idle.",
            counters.timeouts)
        text.add(.counter, "aggregator_requests_total", "HTTP requests.", counters.requests)
        text.add(
            .counter, "aggregator_malformed_requests_total", "Requests refused for not being proper HTTP.",
            counters.requestsMalformed)
        text.add(
            .counter, "aggregator_responses_total", "Answers by class of status, without those to malformed requests.",
            tally.all.map { Sample([("status", $0.label)], $0.count) })
    }
}
