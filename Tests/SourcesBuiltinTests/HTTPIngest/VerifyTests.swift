import Aggregator
import Testing

@testable import SourcesBuiltin

@Suite("http_ingest: verify") struct VerifyTests {
    /// From GitHub's page "Validating webhook deliveries".
    private let github = (
        secret: "It's a Secret to Everybody", body: "Hello, World!",
        signature: "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    )
    private let stripe = (
        secret: "whsec_test_secret", body: #"{"id":"evt_1","object":"event"}"#,
        signature: "76aead6c996ad41de29be1e8ae2af955c40a9cda34e71cc473645dce686a43ad",
        old: "18722f7482e6addb116f556783a4d0421c0027cfcd67bda2e2edf31fa90026b5"
    )

    @Test("GitHub's documented signature is taken, and any other byte of body or signature is not")
    func gitHub() async throws {
        try await IngestProbe.run("verify: {github: \"\(github.secret)\"}") { probe in
            let headers = ["content-type": "text/plain", "x-hub-signature-256": github.signature]
            #expect(await probe.post(headers, github.body).status == 202)
            let refused = await probe.post(headers, "Hello, World?")
            #expect(refused.status == 401 && refused.header("WWW-Authenticate") != nil)
            var other = headers
            for signature in [
                "", "sha256=", "sha256=00", "757107", github.signature + "00", "sha1=" + github.signature,
            ] {
                other["x-hub-signature-256"] = signature
                #expect(await probe.post(other, github.body).status == 401, "\(signature)")
            }
            other["x-hub-signature-256"] = nil
            let unsigned = await probe.post(other, github.body)
            #expect(unsigned.status == 401 && unsigned.text.contains("X-Hub-Signature-256"))
            #expect(!unsigned.text.contains(github.secret))
            #expect(probe.events.count == 1)
        }
    }

    @Test("Stripe's header is taken with any of its v1 and any of the secrets, and other schemes count for nothing")
    func stripe() async throws {
        try await IngestProbe.run("verify: {stripe: [\(stripe.secret), whsec_old], replay: 0s}") { probe in
            for (header, status) in [
                ("t=1600000000,v1=\(stripe.signature)", 202),
                ("t=1600000000,v0=00,v1=00ff,v1=\(stripe.signature)", 202),
                ("t=1600000000, v1=\(stripe.old)", 202),
                ("t=1600000000,v0=\(stripe.signature)", 401),
                ("t=1600000001,v1=\(stripe.signature)", 401),
                ("v1=\(stripe.signature)", 401),
                ("t=1600000000", 401),
                ("t=x,v1=\(stripe.signature)", 401),
                ("", 401),
            ] {
                let answer = await probe.post(["stripe-signature": header], stripe.body)
                #expect(answer.status == status, "\(header)")
            }
            #expect(probe.events.count == 3)
        }
    }

    @Test(
        "a signature is good as long as the tolerance says, in both directions, and no longer",
        arguments: [-301, -300, 300, 301])
    func tolerance(distance: Int64) async throws {
        try await IngestProbe.run("verify: {stripe: \(stripe.secret)}", at: 1_600_000_000 + distance) { probe in
            let answer = await probe.post(["stripe-signature": "t=1600000000,v1=\(stripe.signature)"], stripe.body)
            #expect(answer.status == (abs(distance) > 300 ? 401 : 202))
            if answer.status == 401 { #expect(answer.text.contains("301 seconds")) }
        }
    }

    @Test("Standard Webhooks' documented signature is taken")
    func standard() async throws {
        let options = "verify: {standard: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw}"
        try await IngestProbe.run(options, at: 1_614_265_330) { probe in
            var headers = [
                "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "1614265330",
                "webhook-signature": "v1,AAAA v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
            ]
            #expect(await probe.post(headers, #"{"test": 2432232314}"#).status == 202)
            headers["webhook-id"] = "msg_other"
            #expect(await probe.post(headers, #"{"test": 2432232314}"#).status == 401)
        }
    }

    @Test("a request that is played again is answered as before and emits nothing, until its signature is forgotten")
    func replay() async throws {
        try await IngestProbe.run("verify: {github: \"\(github.secret)\", replay: 1m}") { probe in
            let headers = ["content-type": "text/plain", "x-hub-signature-256": github.signature]
            let first = await probe.post(headers, github.body)
            let again = await probe.post(headers, github.body)
            #expect(first.status == 202 && again.status == 202 && first.text == again.text)
            #expect(probe.events.count == 1)
            probe.clock.advance(by: .seconds(60))
            #expect(await probe.post(headers, github.body).status == 202)
            #expect(probe.events.count == 2)
        }
    }

    @Test("the same body at another path of the source is no replay: a sender may have two webhooks")
    func replayElsewhere() async throws {
        try await IngestProbe.run("verify: {github: \"\(github.secret)\"}") { probe in
            let headers = ["content-type": "text/plain", "x-hub-signature-256": github.signature]
            for team in ["a", "b", "a"] {
                #expect(await probe.post(headers, parameters: ["subject": team], github.body).status == 202)
            }
            #expect(probe.events.map(\.subject) == ["a", "b"])
        }
    }

    @Test("what a timestamp still lets through is still remembered, however short the replay window")
    func replayWithinTolerance() async throws {
        try await IngestProbe.run("verify: {stripe: \(stripe.secret), replay: 1s}", at: 1_599_999_750) { probe in
            let headers = ["stripe-signature": "t=1600000000,v1=\(stripe.signature)"]
            for _ in 0..<6 {
                #expect(await probe.post(headers, stripe.body).status == 202)
                probe.clock.advance(by: .seconds(100))
            }
            #expect(await probe.post(headers, stripe.body).status == 401)
            #expect(probe.events.count == 1)
        }
    }

    @Test("a header of one's own may have base64, other hashes, and equal bodies again and again")
    func ownHeader() async throws {
        // echo -n hi | openssl dgst -sha512 -hmac key -binary | base64
        let signature = Digest.hmac(.sha512, key: Array("key".utf8), Array("\"hi\"".utf8)).map {
            Value.bytes($0).jsonBytes
        }
        let base64 = String(decoding: try #require(signature), as: UTF8.self).filter { $0 != "\"" }
        let options =
            "verify: {hmac: {header: X-Sum, secret: key, algorithm: sha512, encoding: base64, prefix: \"v=\"}}"
        try await IngestProbe.run(options) { probe in
            #expect(await probe.post(["x-sum": "v=" + base64], "\"hi\"").status == 202)
            #expect(await probe.post(["x-sum": "v=" + base64], "\"hi\"").status == 202)
            #expect(await probe.post(["x-sum": base64], "\"hi\"").status == 401)
            #expect(probe.events.count == 2)
        }
    }

    @Test("basic, token and a secret header let in who shows them, and ask the others for them")
    func senders() async throws {
        try await IngestProbe.run("verify: {basic: {ann: \"pass:word\", bob: x}}") { probe in
            // ann:pass:word, bob:x, ann:x
            for (text, status) in [("YW5uOnBhc3M6d29yZA==", 202), ("Ym9iOng=", 202), ("YW5uOng=", 401), ("?", 401)] {
                #expect(await probe.post(sender: RouteSender(basic: text)).status == status)
            }
            #expect(await probe.post().header("WWW-Authenticate")?.hasPrefix("Basic realm=") == true)
        }
        try await IngestProbe.run("verify: {token: [one, two]}") { probe in
            for (text, status) in [("one", 202), ("two", 202), ("three", 401), (nil, 401)] as [(String?, Int)] {
                #expect(await probe.post(sender: RouteSender(token: text)).status == status)
            }
            #expect(await probe.post().header("WWW-Authenticate") == "Bearer")
        }
        try await IngestProbe.run("verify: {header: {name: X-Gitlab-Token, secret: s3}}") { probe in
            #expect(await probe.post(["x-gitlab-token": "s3"]).status == 202)
            #expect(await probe.post(["x-gitlab-token": "s4"]).status == 401)
            #expect(await probe.post().status == 401)
        }
    }

    @Test(
        "what could not hold, or would hold always, is a mistake of the file",
        arguments: [
            "verify: {}", "verify: {github: \"\"}", "verify: {github: []}", "verify: {stripe: [a, \"\"]}",
            "verify: {standard: whsec_?}", "verify: {basic: {}}", "verify: {basic: {ann: \"\"}}",
            "verify: {basic: {\"a:b\": c}}", "verify: {basic: {a: b}, token: c}", "verify: {token: \"\"}",
            "verify: {hmac: {header: X}}", "verify: {hmac: {header: Authorization, secret: s}}",
            "verify: {hmac: {header: \"X Y\", secret: s}}", "verify: {github: s, tolerance: 0s}",
        ])
    func refused(options: String) throws {
        let words = try #require(mistakes(HTTPIngest.self, "path: /in\n" + options))
        #expect(!words.contains("whsec_?"))
    }
}
