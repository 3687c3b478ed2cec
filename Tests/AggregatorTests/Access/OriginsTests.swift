import Testing

@testable import Aggregator

struct OriginsTests {
    @Test(
        "A loopback listener answers to loopback's names, with any port",
        arguments: [
            "localhost", "LOCALHOST:8080", "127.0.0.1", "127.8.9.10:1", "[::1]", "[::1]:8080", "live.example.com",
            "Live.Example.com:443",
        ])
    func ownNames(host: String) {
        let origins = Origins(hosts: ["live.example.com"])
        #expect(origins.objection(toHost: host, onLoopback: true) == nil)
    }

    @Test(
        "A loopback listener answers to no other name, so that no site can point one at it",
        arguments: [
            "evil.example", "127.0.0.1.evil.example", "127.0.0.256", "127.0.0", "localhost.evil.example", "[::2]",
            "128.0.0.1",
            "127.0.0.+1", "localhost@evil.example", "127.0.0.1:80:90", "[::1", "127.0.0.1 evil",
        ])
    func foreignNames(host: String) {
        let problem = Origins().objection(toHost: host, onLoopback: true)
        #expect(problem?.status == 403 || problem?.status == 400)
    }

    @Test("Another listener answers to whatever name it is called by, and HTTP/1.0 may call it nothing")
    func anyName() {
        #expect(Origins().objection(toHost: "evil.example", onLoopback: false) == nil)
        #expect(Origins().objection(toHost: nil, onLoopback: true) == nil)
    }

    @Test(
        "A change that another site's page asks for is refused",
        arguments: [
            ("cross-site", nil), ("same-site", nil), ("cross-site", "http://127.0.0.1:8080"),
            (nil, "https://evil.example"),
            (nil, "null"), (nil, "http://127.0.0.1:9090"), (nil, "http://127.0.0.1"), (nil, ""), ("", nil),
        ] as [(String?, String?)])
    func foreign(site: String?, origin: String?) {
        let origins = Origins(shared: ["https://app.example.com"])
        for method in ["POST", "DELETE", "PUT", "PATCH", "ANY"] {
            let problem = origins.objection(toMethod: method, site: site, origin: origin, host: "127.0.0.1:8080")
            #expect(problem?.status == 403)
        }
        for method in ["GET", "HEAD", "OPTIONS"] {
            #expect(origins.objection(toMethod: method, site: site, origin: origin, host: "127.0.0.1:8080") == nil)
        }
    }

    @Test(
        "A change is taken from our own pages, from programs, and from sites that the file names",
        arguments: [
            ("same-origin", "http://127.0.0.1:8080", "127.0.0.1:8080"), ("none", nil, "h"), (nil, nil, "h"),
            (nil, "http://127.0.0.1:8080", "127.0.0.1:8080"), (nil, "https://Live.example", "live.example:443"),
            (nil, "http://[::1]:80", "[::1]"), ("cross-site", "https://app.example.com", "h"),
            (nil, "https://app.example.com", "h"),
        ] as [(String?, String?, String)])
    func own(site: String?, origin: String?, host: String) {
        let origins = Origins(shared: ["https://app.example.com"])
        #expect(origins.objection(toMethod: "POST", site: site, origin: origin, host: host) == nil)
    }

    @Test("Without cors nothing is said about other sites")
    func silent() {
        let origins = Origins()
        #expect(origins.lines(forOrigin: "https://app.example.com").isEmpty)
        #expect(origins.preflightLines(forOrigin: "https://app.example.com", methods: ["GET"]).isEmpty)
    }

    @Test("A site that the file names may read; any other is told nothing but that answers vary")
    func shared() {
        let origins = Origins(shared: ["https://app.example.com"], credentials: true)
        let lines = origins.lines(forOrigin: "https://app.example.com").map { "\($0.name): \($0.value)" }
        #expect(
            lines == [
                "Access-Control-Allow-Origin: https://app.example.com", "Access-Control-Allow-Credentials: true",
                "Vary: Origin",
            ])
        for origin in ["https://evil.example", "https://app.example.com:444", "null", nil] {
            #expect(origins.lines(forOrigin: origin).map(\.name) == ["Vary"])
            #expect(origins.preflightLines(forOrigin: origin, methods: ["GET"]).isEmpty)
        }
    }

    @Test("All sites are told so without naming one")
    func sharedWithAll() {
        let lines = Origins(shared: ["*"]).lines(forOrigin: "https://any.example")
        #expect(lines.first?.value == "*")
        #expect(!lines.contains { $0.name == "Access-Control-Allow-Credentials" })
    }
}
