import Testing

@testable import Aggregator

struct RouterTests {
    private static func router() throws -> Router<String> {
        var router = Router<String>()
        let routes = [
            ("GET", "/"), ("GET", "/notes/{subject}"), ("POST", "/notes/{subject}"), ("POST", "/notes/all"),
            ("GET", "/a/{x}/end"), ("GET", "/a/literal/other"), ("DELETE", "/a/{x}/end"),
            ("GET", "/rest/{first}"), ("GET", "/with%20space"), ("PUT", "/{any}/end"),
        ]
        for (method, path) in routes { router.add(method, try PathPattern(path), "\(method) \(path)") }
        let rest = PathPattern(.literal("rest"), .parameter("first"), .rest("all"))
        router.add("GET", rest, "GET /rest/{first}/{all...}")
        return router
    }

    private func found(_ method: String, _ target: String) throws -> (endpoint: String, parameters: [String: String])? {
        guard
            case .found(let endpoint, let parameters) = try Self.router().match(method, RequestTarget(target).parts)
        else { return nil }
        return (endpoint, parameters)
    }

    @Test(
        "A path goes to the route that names it best",
        arguments: [
            ("GET", "/", "GET /"),
            ("POST", "/notes/all", "POST /notes/all"),
            ("POST", "/notes/bob", "POST /notes/{subject}"),
            // A literal that does not answer the method leaves the path to the placeholder.
            ("GET", "/notes/all", "GET /notes/{subject}"),
            // A literal that leads nowhere is left again.
            ("GET", "/a/literal/end", "GET /a/{x}/end"),
            ("GET", "/a/literal/other", "GET /a/literal/other"),
            ("PUT", "/a/end", "PUT /{any}/end"),
            ("HEAD", "/notes/bob", "GET /notes/{subject}"),
            ("GET", "/rest/x", "GET /rest/{first}"),
            ("GET", "/rest/x/y/z", "GET /rest/{first}/{all...}"),
            ("GET", "/with%20spac%65", "GET /with%20space"),
        ])
    func finds(method: String, target: String, endpoint: String) throws {
        #expect(try found(method, target)?.endpoint == endpoint)
    }

    @Test(
        "A placeholder's part is decoded once, and keeps its slashes",
        arguments: [
            ("/notes/a%2Fb", "a/b"), ("/notes/%2525", "%25"), ("/notes/%C3%A9", "é"), ("/notes/a+b", "a+b"),
        ])
    func decodes(target: String, subject: String) throws {
        #expect(try found("GET", target)?.parameters == ["subject": subject])
    }

    @Test("The rest of a path is taken with its slashes, encoded ones too")
    func rest() throws {
        #expect(try found("GET", "/rest/x/y%2Fz//w/")?.parameters == ["first": "x", "all": "y/z//w/"])
    }

    @Test("A placeholder never stands for nothing", arguments: ["/notes/", "/a//end", "/rest/"])
    func empty(target: String) throws {
        guard case .nothing = try Self.router().match("GET", RequestTarget(target).parts) else {
            Issue.record("\(target) was found")
            return
        }
    }

    @Test(
        "Another method is told all methods of all routes that fit",
        arguments: [
            ("DELETE", "/notes/all", ["GET", "HEAD", "OPTIONS", "POST"]),
            ("OPTIONS", "/notes/all", ["GET", "HEAD", "OPTIONS", "POST"]),
            ("POST", "/a/literal/end", ["DELETE", "GET", "HEAD", "OPTIONS"]),
            ("HEAD", "/b/end", ["OPTIONS", "PUT"]),
        ])
    func methods(method: String, target: String, methods: [String]) throws {
        guard case .otherMethods(let found) = try Self.router().match(method, RequestTarget(target).parts) else {
            Issue.record("no other methods")
            return
        }
        #expect(found == methods)
    }
}
