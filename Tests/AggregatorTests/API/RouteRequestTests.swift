import Aggregator
import Testing

@Suite("Requests to sources")
struct RouteRequestTests {
    private final class Words: Sendable {
        let count: Int
        init(_ request: RouteRequest) { count = request.headers.count }
    }

    @Test("what is concluded from a head is concluded once for all requests with that head, whatever their bodies")
    func concluded() {
        let known = RouteRequest(route: Route("POST", "/a"), headers: ["x": "1"])
        let first = known.concluded { Words($0) }
        var again = known
        again.body = [1, 2, 3]
        #expect(again.concluded { Words($0) } === first)
    }

    @Test("a changed copy has a head of its own, and what was concluded of the other is not said of it")
    func changed() {
        let known = RouteRequest(route: Route("POST", "/a"), headers: ["x": "1"])
        let first = known.concluded { Words($0) }
        var other = known
        other.headers["y"] = "2"
        other.parameters = ["id": "7"]
        other.query = [("q", "1")]
        other.sender.address = "127.0.0.1"
        other.route = Route("PUT", "/b")
        #expect(other.concluded { Words($0) }.count == 2)
        #expect(known.concluded { Words($0) } === first)
        #expect(known.parameters.isEmpty && known.query.isEmpty && known.sender.address.isEmpty)
        #expect(known.route == Route("POST", "/a") && known.headers == ["x": "1"])
        #expect(other.route == Route("PUT", "/b") && other.parameters == ["id": "7"] && other.query.count == 1)
    }

    @Test("what could not be concluded is tried again")
    func failing() throws {
        struct Not: Error {}
        let request = RouteRequest(route: Route("POST", "/a"))
        #expect(throws: Not.self) { try request.concluded { _ throws(Not) -> Words in throw Not() } }
        #expect(request.concluded { Words($0) }.count == 0)
    }
}
