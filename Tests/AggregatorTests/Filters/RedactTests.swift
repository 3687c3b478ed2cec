import AggregatorTesting
import Expressions
import Testing

@testable import Aggregator

@Suite("redact")
struct RedactTests {
    private static let cases: [DataCase] = [
        .init(
            "redact: {fields: data.password}", #"{"user": "u", "password": {"a": [1]}}"#,
            #"{"user":"u","password":"[redacted]"}"#),
        .init(
            "redact: {fields: [data.cards.*.number, data.*.pin], with: X}",
            #"{"cards": [{"number": 1, "n": 1.0}, {"number": "2"}], "a": {"pin": 1}}"#,
            #"{"cards":[{"number":"X","n":1.0},{"number":"X"}],"a":{"pin":"X"}}"#),
        .init("redact: {fields: data.none}", #"{"a":1}"#, #"{"a":1}"#),
        .init(
            "redact: {patterns: email}", #"{"to": ["Ann <ann.lee+x@mail.example.com>, b@c.de"], "ann@x.com": "@ a@b"}"#,
            #"{"to":["Ann <[redacted]>, [redacted]"],"ann@x.com":"@ a@b"}"#),
        // Only what has a right check digit is a card; also in a number, and behind other digits.
        .init(
            "redact: {patterns: credit_card}",
            #"{"a": "4111 1111 1111 1111", "b": "4111 1111 1111 1112", "c": 4111111111111111, "d": "no. 1234 4111-1111-1111-1111."}"#,
            #"{"a":"[redacted]","b":"4111 1111 1111 1112","c":"[redacted]","d":"no. 1234 [redacted]."}"#),
        .init(
            "redact: {patterns: credit_card}", #"{"amex": "3782 822463 10005", "n": 12345}"#,
            #"{"amex":"[redacted]","n":12345}"#),
        .init(
            "redact: {patterns: iban}", #"{"a": "to DE89 3704 0044 0532 0130 00!", "b": "DE88370400440532013000"}"#,
            #"{"a":"to [redacted]!","b":"DE88370400440532013000"}"#),
        .init(
            "redact: {patterns: ip}",
            #"{"a": "from 10.0.0.1:80", "b": "2001:db8::1 at 12:30:45", "v": "1.2.3", "x": "999.1.1.1"}"#,
            #"{"a":"from [redacted]:80","b":"[redacted] at 12:30:45","v":"1.2.3","x":"999.1.1.1"}"#),
        .init(
            "redact: {patterns: [jwt, bearer, secret]}",
            #"{"a": "Authorization: Bearer abc.def==", "b": "x eyJhbGciOi.eyJzdWIi.sig y", "c": "GET /?api_key=123&b=1 password: \"p q\""}"#,
            #"{"a":"Authorization: Bearer [redacted]","b":"x [redacted] y","c":"GET /?api_key=[redacted]&b=1 password: [redacted]"}"#
        ),
        .init(
            #"redact: {patterns: {match: '(tok)_[a-z]+', with: '$1_…$$'}}"#, #"{"a": "tok_abc\ntok_d"}"#,
            #"{"a":"tok_…$\ntok_…$"}"#),
        .init(#"redact: {patterns: [{match: 'x*'}], with: "-"}"#, #"{"a": "éxxé"}"#, #"{"a":"é-é"}"#),
        .init(
            "redact: {patterns: email, fields: data.x}", #"{ "a": true, "b": null, "c": -1.5E+3 }"#,
            #"{"a":true,"b":null,"c":-1.5E+3}"#),
        .init("redact: {patterns: email}", #"{"a"#, nil),
    ]

    @Test("replaces fields, and what patterns find in texts and numbers", arguments: cases)
    func table(_ row: DataCase) throws { try row.check() }

    @Test("looks through data that is text, and leaves what has nothing in it as it came")
    func text() throws {
        let probe = try FilterProbe("redact: {patterns: email}")
        #expect(probe.send(Event(type: "x", data: .text("to a@b.cd"))).first?.data == .text("to [redacted]"))
        let plain = EventData.json(Array(#"{ "a" : 1 }"#.utf8))
        #expect(probe.send(Event(type: "x", data: plain)).first?.data == plain)
        #expect(probe.send(Event(type: "x", data: .bytes([0x40]))).first?.data == .bytes([0x40]))
    }

    @Test("of random texts with addresses in them, none is left, and all else is")
    func property() throws {
        var random = SplitMix64(seed: 2)
        let probe = try FilterProbe("redact: {patterns: email, with: '#'}")
        for _ in 0..<500 {
            let words = (0..<random.next() % 8).map { _ in
                random.next() % 3 == 0 ? "user\(random.next() % 99)@host.example" : "é\"\\w"
            }
            let data = EventData.json(Array("[".utf8) + quoted(words) + Array("]".utf8))
            let output = probe.send(Event(type: "x", data: data)).first?.json
            let expected = words.map { $0.contains("@") ? "#" : $0 }
            #expect(output == String(decoding: Array("[".utf8) + quoted(expected) + Array("]".utf8), as: UTF8.self))
        }
    }

    /// The words as one JSON string.
    private func quoted(_ words: [String]) -> [UInt8] {
        var bytes: [UInt8] = []
        JSON.append(string: words.joined(separator: " "), to: &bytes)
        return bytes
    }

    private static let mistakeCases: [(options: String, message: String)] = [
        ("{}", "expected 'fields', 'patterns' or both: without them nothing is redacted"),
        (
            "{patterns: emial}",
            "expected 'email', 'credit_card', 'iban', 'ip', 'jwt', 'bearer' or 'secret', not 'emial'; did you mean 'email'?"
        ),
        ("{patterns: [{match: '('}]}", "this is no regular expression (RE2): missing ): ("),
        ("{patterns: [{match: 'a', with: '$1'}]}", "expected text in which $0 is the match and $1 to $1 its groups"),
        ("{patterns: [{with: 'a'}]}", "a pattern needs 'match', a regular expression (RE2)"),
        ("{patterns: [{match: a, wiht: b}]}", "unknown key 'wiht' of a pattern; did you mean 'with'?"),
    ]

    @Test("a mistake in the options is told with what would do", arguments: mistakeCases)
    func mistakes(_ row: (options: String, message: String)) {
        #expect(mistake("redact: \(row.options)").hasPrefix(row.message))
    }
}
