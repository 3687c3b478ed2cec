import Expressions

// What a pipeline file says, checked: what the rest of the library is built from. Nothing in here is text that still could
// be wrong.

/// The whole file.
struct PipelineDefinition: Sendable {
    var path: String
    /// Relative paths are relative to it.
    var directory: String
    var server = ServerSettings()
    /// Nil: the file has no `auth`, so everything is public unless it says otherwise.
    var auth: AuthSettings?
    /// What the data of events has to be, by their type.
    var types: [String: DataType] = [:]
    var sources: [SourceDefinition] = []
    var filters: [FilterDefinition] = []
    var channels: [ChannelDefinition] = []
    var tests: [PipelineTest] = []
}

struct SourceDefinition: Sendable {
    var name: String
    var place: FilePlace
    /// A value of the kind, with its options set.
    var source: any EventSource
    /// Who may use its routes.
    var access: Access
    /// The channel that is told of events that are not of their type.
    var invalid: String?
}

struct FilterDefinition: Sendable {
    var name: String
    var place: FilePlace
    /// Sources and filters, without repetition; never a cycle.
    var from: [String]
    /// At least one.
    var steps: [any Filter]
    /// The same as they stand in the file, for whoever explains what they did; in tests of parts it may be empty.
    var written: [WrittenNode] = []
}

/// A step, or another part of the file, as it is written there.
struct WrittenNode: Sendable, Equatable {
    /// On one line, shortened: `throttle: {every: 1s, per: data.message}`.
    var text: String
    var line: Int
}

struct ChannelDefinition: Sendable {
    var name: String
    var place: FilePlace
    var from: [String]
    /// One more URL.
    var path: ChannelPath?
    var keep = Keep()
    var replay = Replay.none
    var event = EventField.type
    var end: EventExpression?
    var access: Access
    var envelope = Envelope.none
    /// How long it waits for more before it writes.
    var linger: Duration = .zero
    /// What is known of its events: what subscribers' expressions are checked with.
    var shape = EventShape.unknown
}

/// How much of a channel is kept; all bounds hold.
struct Keep: Sendable, Equatable {
    /// 0: newcomers get nothing.
    var events = 1000
    /// Frames and their bookkeeping.
    var bytes = 16 << 20
    var age: Duration?
    /// How many subjects' last events stay beyond the rest, where `replay` is `latest`.
    var subjects = 10_000
}

/// What a newcomer gets first.
enum Replay: Sendable, Equatable {
    case none
    case all
    case last(Int)
    case latest
}

/// The SSE `event:` field.
enum EventField: Sendable, Equatable {
    /// The event's type.
    case type
    /// This, always; `message` is what a browser assumes, and is left out.
    case fixed(String)
}

/// What each `data:` is.
enum Envelope: String, Sendable, Equatable, CaseIterable {
    /// The event's data.
    case none
    /// The whole event, as CloudEvents JSON.
    case cloudevents
}

/// An expression over an event, as in `where`, `set` and `end`.
typealias EventExpression = Expressions.Expression
