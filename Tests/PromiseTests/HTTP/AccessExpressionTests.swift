import TestSupport
import Testing

struct AccessExpressionTests {
    private static let file = """
        auth:
          tokens:
            - {name: ann, token: token-of-ann, claims: {sub: ann, roles: [sender, viewer], level: 3}}
            - {name: bob, token: token-of-bob, claims: {sub: bob, roles: [viewer]}}
            - {name: bare, token: bare-token}
        sources:
          notes: {notes: {access: '"sender" in token.roles'}}
          own: {notes: {path: "/own/{subject}", asked: "/ask-own/{what}", access: token.sub == subject}}
        channels:
          mine: {from: [notes], path: "/mine/{subject}", access: token.sub == subject}
          seniors: {from: [notes], access: token.level >= 3}
          lobby: {from: [notes], access: 'channel == "lobby" || token.sub == "ann"'}
          open: {from: [own], access: public}
        """

    @Test(
        "An access expression over the token, the subject and the channel decides who may follow what",
        arguments: [
            ("/channels/mine/ann", "ann", 200), ("/mine/ann", "ann", 200), ("/stream?channel=mine/ann", "ann", 200),
            ("/channels/mine/bob", "ann", 403), ("/mine/bob", "ann", 403), ("/channels/mine", "ann", 403),
            ("/channels/mine/ann", "bare", 403), ("/channels/mine/ann", "", 401), ("/channels/mine/ann", "wrong", 401),
            ("/channels/seniors", "ann", 200), ("/channels/seniors/x", "ann", 200), ("/channels/seniors", "bob", 403),
            ("/channels/lobby", "", 200), ("/channels/lobby", "bare", 200), ("/channels/lobby", "wrong", 401),
            ("/stream?channel=lobby&channel=mine/bob", "bob", 200),
            ("/stream?channel=lobby&channel=mine/bob", "ann", 403), ("/stream?channel=lobby&channel=mine/x", "", 401),
        ])
    func channels(target: String, caller: String, status: Int) async throws {
        try await Server.run(Self.file) { server in
            for _ in 0..<2 {
                let (head, _) = try await server.follow(target, Self.fields(caller))
                #expect(head.status == status)
                #expect(head.field("www-authenticate") == (status == 401 ? "Bearer" : nil))
            }
        }
    }

    @Test(
        "A source's access expression guards all of its routes, whatever the method",
        arguments: [
            ("POST /notes/x", "ann", 202), ("DELETE /notes/x", "ann", 204), ("POST /notes/x", "bob", 403),
            ("DELETE /notes/x", "bob", 403), ("GET /asked/it", "bob", 403), ("POST /notes/x", "bare", 403),
            ("POST /notes/x", "", 401), ("POST /own/bob", "bob", 202), ("POST /own/ann", "bob", 403),
            ("GET /ask-own/bob", "bob", 403),
        ])
    func sources(request: String, caller: String, status: Int) async throws {
        try await Server.run(Self.file) { server in
            let answer = try await server.ask(request, Self.fields(caller), body: "x") { $0.status != 503 }
            #expect(answer.status == status)
        }
    }

    @Test("The list of channels shows those whose access expression says yes to the whole of them")
    func list() async throws {
        try await Server.run(Self.file) { server in
            for (caller, names) in [
                ("", ["lobby", "open"]), ("bob", ["lobby", "open"]), ("ann", ["seniors", "lobby", "open"]),
            ] {
                let text = try await server.ask("GET /channels", Self.fields(caller)).text
                let shown = ["mine", "seniors", "lobby", "open"].filter { text.contains("\"name\":\"\($0)\"") }
                #expect(shown == names)
            }
        }
    }

    @Test("A 403 says what the token does not reach, and what it may")
    func detail() async throws {
        try await Server.run(Self.file) { server in
            let whole = try await server.ask("GET /channels/mine", Self.fields("ann")).text
            #expect(whole.contains(#"\"ann\" does not give access to the whole of the channel \"mine\""#))
            #expect(whole.contains("/channels/mine/SUBJECT"))
            let route = try await server.ask("POST /notes/x", Self.fields("bob"), body: "x").text
            #expect(route.contains("/notes/x") && !route.contains("token-of-bob"))
        }
    }

    private static func fields(_ caller: String) -> [String] {
        switch caller {
        case "": ["X: y"]
        case "bare": ["Authorization: Bearer bare-token"]
        default: ["Authorization: Bearer token-of-\(caller)"]
        }
    }
}
