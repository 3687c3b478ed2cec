import Expressions
import Testing

@testable import Aggregator

struct StreamQueryTests {
    private static let now = Timestamp(rfc3339: "2026-01-31T12:00:00Z") ?? .now()

    private func query(_ text: String, lastEventID: String? = nil) throws -> StreamQuery {
        try StreamQuery(RequestTarget("/channels/a?" + text), lastEventID: lastEventID, now: Self.now)
    }

    @Test("The first that is there decides where a stream starts")
    func precedence() throws {
        let all = "last_event_id=b&since=5m&replay=all"
        #expect(try query(all, lastEventID: "a").start == .position("a"))
        #expect(try query(all).start == .position("b"))
        #expect(try query("since=5m&replay=all").start == .since(Self.now.millisecondsSince1970 - 300_000))
        #expect(try query("replay=all").start == .all)
        #expect(try query("").start == nil)
    }

    @Test("An empty position is none at all")
    func emptyPosition() throws {
        #expect(try query("last_event_id=&replay=latest", lastEventID: "").start == .latest)
        #expect(try query("last_event_id=b", lastEventID: "").start == .position("b"))
    }

    @Test(
        "A newcomer may choose what to get first",
        arguments: [
            ("none", StreamRequest.Start.now), ("all", .all), ("latest", .latest), ("25", .last(25)), ("0", .now),
        ])
    func replay(text: String, start: StreamRequest.Start) throws {
        #expect(try query("replay=\(text)").start == start)
    }

    @Test(
        "A time is a duration, or a timestamp, whose plus sign may have got lost",
        arguments: [
            ("1h", 3_600_000), ("1.5s", 1500), ("100ms", 100), ("2026-01-31T11:59:00Z", 60_000),
            ("2026-01-31T13:59:00+02:00", 60_000), ("2026-01-31T13:59:00%2B02:00", 60_000),
            ("2026-01-31T11:59:00", 60_000),
        ] as [(String, Int64)])
    func since(text: String, ago: Int64) throws {
        #expect(try query("since=\(text)").start == .since(Self.now.millisecondsSince1970 - ago))
    }

    @Test(
        "A value that means nothing is a 400 that says what would",
        arguments: [
            "since=yesterday", "since=", "since=-5m", "since=5", "replay=some", "replay=-1", "replay=", "replay=1.5",
            "replay=99999999999999999999", "envelope=xml", "envelope=", "type=", "type=a%0Ab", "type=%C2%85",
            "where=true&where=false", "where=\(String(repeating: "data.matches('a')||", count: 5))true",
            "where=\(String(repeating: "a", count: 1025))",
        ])
    func refused(text: String) {
        let problem = #expect(throws: Problem.self) { try query(text) }
        #expect(problem?.status == 400)
    }

    @Test("A wrong value is refused even where another parameter decides")
    func refusedAnyway() {
        #expect(throws: Problem.self) { try query("replay=some", lastEventID: "a") }
    }

    @Test("Types add up, and what nobody knows is ignored")
    func types() throws {
        let query = try query("type=a&_=12345&type=b%20c&envelope=cloudevents")
        #expect(query.types == ["a", "b c"])
        #expect(query.envelope == .cloudevents)
    }
}
