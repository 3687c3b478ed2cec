public import Aggregator

/// The kinds of sources that come with the library: what a `main` of one's own hands to `AggregatorCommand`, perhaps with
/// kinds of its own added.
public let builtinSources: [any EventSource.Type] = [
    Ticker.self,
    Generate.self,
    Schedule.self,
    FileTail.self,
    Tasks.self,
    HTTPIngest.self,
    ServerSentEvents.self,
    Exec.self,
    StandardInput.self,
]
