import Testing

@testable import Aggregator

struct TokensTests {
    @Test(
        "The first of header, query and cookie is the token",
        arguments: [
            ("Bearer a", "b", "token=c", "a"), ("bearer   a ", nil, nil, "a"), ("Basic eDp5", "b", "token=c", "b"),
            ("Bearer ", "b", nil, "b"), (nil, "", "x=1; token=c", "c"), (nil, nil, "token=\"c\"", "c"),
            (nil, nil, "tokens=x; Token=y", nil), (nil, nil, "token=", nil), (nil, nil, "a;token=c=d", "c=d"),
            ("Bearer", nil, nil, nil), (nil, nil, nil, nil),
        ] as [(String?, String?, String?, String?)])
    func presented(authorization: String?, query: String?, cookie: String?, token: String?) {
        #expect(Tokens.presented(authorization: authorization, query: query, cookie: cookie) == token)
    }

    @Test(
        "Only a whole token is one",
        arguments: [
            ("secret", Caller.known(name: "one")), ("another-longer-secret", .known(name: "two")), ("secre", .wrong),
            ("secret\0", .wrong), ("secrets", .wrong), ("Secret", .wrong), ("another-longer-secret-and-more", .wrong),
            ("", .anonymous), (nil, .anonymous),
        ] as [(String?, Caller)])
    func caller(text: String?, caller: Caller) {
        let tokens = Tokens([
            (token: "secret", caller: .known(name: "one")),
            (token: "another-longer-secret", caller: .known(name: "two")),
        ])
        #expect(tokens.caller(presenting: text) == caller)
    }

    @Test("Without tokens everything that is presented is wrong")
    func none() {
        #expect(Tokens().caller(presenting: "a") == .wrong)
        #expect(Tokens().caller(presenting: nil) == .anonymous)
    }

    @Test("What is public ignores a wrong token; what is not needs a right one")
    func access() {
        for caller in [Caller.anonymous, .wrong, .known(name: "one")] { #expect(caller.may(.public)) }
        #expect(!Caller.anonymous.may(.authenticated))
        #expect(!Caller.wrong.may(.authenticated))
        #expect(Caller.known(name: "one").may(.authenticated))
    }
}
