import Expressions

/// A test of a pipeline, read and found right. It is run by `Pipeline.run(_:)`.
public struct PipelineTest: Sendable {
    /// What the pipeline promises here; no two tests of one pipeline have the same.
    public let name: String
    /// The file in which it stands, as its path was given.
    public let path: String
    /// Where in it.
    public let line: Int

    let start: Timestamp
    let inputs: [TestInput]
    /// How long time goes on after the last input; nil: until no alarm is set.
    let run: Duration?
    let expectations: [ChannelExpectation]
}

/// An event that goes in, or several alike.
struct TestInput: Sendable {
    /// From 1, in the order of the file.
    let number: Int
    let line: Int
    /// Nil: the source emits it.
    let filter: String?
    let source: String
    /// The first, from the start.
    let at: Duration
    let type: String
    let subject: String?
    let id: String?
    /// Nil: when it comes.
    let time: Timestamp?
    let data: EventData
    let count: Int
    /// Between two of several.
    let every: Duration

    /// When the last one comes.
    var end: Duration { at + every * (count - 1) }
}

/// What comes out of one channel.
struct ChannelExpectation: Sendable {
    let channel: String
    let line: Int
    let expected: TestExpectation
}

extension EventData {
    /// What YAML says, as an event's data: a text is text, nothing is none, all else is JSON.
    init(_ plain: PlainValue?) {
        guard let plain, plain != .null else {
            self = .none
            return
        }
        self.init(plain.value)
    }
}
