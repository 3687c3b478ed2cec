import Foundation

/// A server that fans out what is posted to it, as Server-Sent Events.
protocol Contestant: Sendable {
    /// A word for tables and for `--against`.
    var name: String { get }
    /// Where to subscribe and where to post.
    var paths: ContestantPaths { get }
    /// The same on one of several channels, whose number takes the place of `{ch}`; nil if there is only one.
    var channelPaths: ContestantPaths? { get }

    /// Why it cannot take part here, and what would help; nil if it can.
    func obstacle(in workshop: Workshop) -> String?
    /// Which version takes part.
    func version(in workshop: Workshop) -> String
    /// What to start, so that it listens on that port of 127.0.0.1.
    ///
    /// - Parameters:
    ///   - folder: its own, where it may leave files.
    ///   - loops: event loops, for the one that can have several.
    func launch(in workshop: Workshop, port: UInt16, folder: URL, loops: Int) throws -> Launch
}

/// Where one subscribes to a contestant, and where one posts.
struct ContestantPaths: Sendable {
    var subscribe: String
    var publish: String
}

extension Contestant {
    var channelPaths: ContestantPaths? { nil }
}

/// All of them.
enum Contestants {
    static let aggregator = AggregatorContestant()
    static let raw = RawContestant(batches: false)
    static let rawBatch = RawContestant(batches: true)
    static let nchan = NchanContestant()
    static let node = NodeContestant()
    static let fastAPI = FastAPIContestant()

    static let all: [any Contestant] = [aggregator, rawBatch, raw, nchan, node, fastAPI]
}
