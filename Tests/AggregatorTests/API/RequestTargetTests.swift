import Testing

@testable import Aggregator

struct RequestTargetTests {
    @Test("A query is decoded once: plus is a space, and an escape is what it says")
    func query() throws {
        let target = try RequestTarget("/logs?a=1+2&b=%2B%2526&a=&flag&=x&c=a=b?c")
        let items = target.query.map { "\($0.name)=\($0.value)" }
        #expect(items == ["a=1 2", "b=+%26", "a=", "flag=", "=x", "c=a=b?c"])
        #expect(target.all("a") == ["1 2", ""])
        #expect(target.path == "/logs")
    }

    @Test("The token is taken out of the query, every one of them, however it is written")
    func token() throws {
        let target = try RequestTarget("/x?a=1&token=one%2F&b=2&%74oken=two&token")
        #expect(target.token == "one/")
        #expect(target.query.map(\.name) == ["a", "b"])
    }

    @Test(
        "What cannot be decoded is refused with a 400 that says why",
        arguments: [
            "/a%", "/a%2", "/a%zz", "/%FF", "/a%00b", "/?q=%", "/?q=%C3", "/?q=%00", "/?%FF=1", "/?token=%FF", "x", "*",
            "",
        ])
    func refused(target: String) {
        let problem = #expect(throws: Problem.self) { try RequestTarget(target) }
        #expect(problem?.status == 400)
        #expect(problem?.detail.isEmpty == false)
    }

    @Test(
        "Bytes that are no position are still a position to be told of a gap: never a 400",
        arguments: ["%FF", "%", "%00"])
    func position(text: String) throws {
        let target = try RequestTarget("/channels/a?last_event_id=\(text)")
        #expect(target.first("last_event_id")?.isEmpty == false)
    }

    @Test("An encoded slash does not part a path, and an empty part is a part")
    func parts() throws {
        #expect(try RequestTarget("/a%2Fb//c/?x").parts == ["a/b", "", "c", ""])
    }
}
