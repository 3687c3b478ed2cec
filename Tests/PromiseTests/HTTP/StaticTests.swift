import Glibc
import TestSupport
import Testing

struct StaticTests {
    /// A folder of pages, and secrets beside it that links in it lead to.
    private struct Site {
        private let files: TemporaryFolder
        var root: String { files.path }
        var folder: String { files.at("public") }

        init() throws {
            files = try TemporaryFolder()
            for name in ["public", "public/docs", "public/empty", "public/.git", "publicity"] {
                mkdir(root + "/" + name, 0o755)
            }
            for (name, text) in [
                ("public/index.html", "<h1>mine</h1>"), ("public/a b.css", "css"), ("public/docs/index.html", "docs"),
                ("public/app.js", "js"), ("public/.env", "SECRET"), ("public/.git/config", "SECRET"),
                ("secret.txt", "SECRET"),
                ("publicity/x.txt", "SECRET"), ("public/channels", "file"),
            ] {
                try files.append(name, text)
            }
            for (target, name) in [
                ("../secret.txt", "link.txt"), ("..", "up"), (".env", "env.txt"), ("app.js", "inside.js"),
                ("../publicity", "sibling"),
            ] {
                symlink(target, folder + "/" + name)
            }
            mkfifo(folder + "/pipe.txt", 0o644)
        }
    }

    private func serve(_ body: @Sendable (Server) async throws -> Void) async throws {
        let site = try Site()
        defer { withExtendedLifetime(site) {} }
        try await Server.run(
            """
            server: {static: \(site.folder)}
            sources: {notes: {notes: {}}}
            channels: {all: {from: [notes]}}
            """, body)
    }

    @Test(
        "A file of the folder is served as what it is",
        arguments: [
            ("/", "<h1>mine</h1>", "text/html; charset=utf-8"), ("/app.js", "js", "text/javascript; charset=utf-8"),
            ("/a%20b.css", "css", "text/css; charset=utf-8"), ("/docs/", "docs", "text/html; charset=utf-8"),
            ("/inside.js", "js", "text/javascript; charset=utf-8"),
        ])
    func files(target: String, text: String, type: String) async throws {
        try await serve { server in
            let answer = try await server.ask("GET \(target)")
            #expect(answer.status == 200)
            #expect(answer.text == text)
            #expect(answer.field("content-type") == type)
            #expect(answer.field("x-content-type-options") == "nosniff")
            let head = try await server.ask("HEAD \(target)")
            #expect(head.status == 200)
            #expect(head.field("content-length") == String(text.utf8.count))
        }
    }

    @Test(
        "Nothing outside the folder is served, and nothing hidden",
        arguments: [
            "/../secret.txt", "/..%2Fsecret.txt", "/%2e%2e/secret.txt", "/docs/../../secret.txt", "/link.txt",
            "/up/secret.txt",
            "/.env", "/.git/config", "/env.txt", "/sibling/x.txt", "//etc/passwd", "/docs//index.html", "/pipe.txt",
            "/empty",
            "/empty/", "/app.js/", "/nope.html",
        ])
    func hidden(target: String) async throws {
        try await serve { server in
            let answer = try await server.ask("GET \(target)")
            #expect(answer.status == 404 || answer.status == 400)
            #expect(!answer.text.contains("SECRET"))
        }
    }

    @Test("A browser that has a file is told so")
    func conditions() async throws {
        try await serve { server in
            let answer = try await server.ask("GET /app.js")
            let (tag, date) = (try #require(answer.field("etag")), try #require(answer.field("last-modified")))
            for field in [
                "If-None-Match: \"x\", \(tag)", "If-None-Match: W/\(tag)", "If-None-Match: *",
                "If-Modified-Since: \(date)",
            ] {
                let fresh = try await server.ask("GET /app.js", [field])
                #expect(fresh.status == 304)
                #expect(fresh.body.isEmpty)
            }
            for field in ["If-None-Match: \"x\"", "If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT"] {
                #expect(try await server.ask("GET /app.js", [field]).status == 200)
            }
            // A tag says more than a date (RFC 9110, section 13.1.3).
            #expect(
                try await server.ask("GET /app.js", ["If-None-Match: \"x\"", "If-Modified-Since: \(date)"]).status
                    == 200)
        }
    }

    @Test("A folder is asked for with a slash, a file by GET alone, and routes go before files")
    func others() async throws {
        try await serve { server in
            let folder = try await server.ask("GET /docs")
            #expect(folder.status == 301)
            #expect(folder.field("location") == "/docs/")
            let post = try await server.ask("POST /app.js", body: "x")
            #expect(post.status == 405)
            #expect(post.field("allow") == "GET, HEAD, OPTIONS")
            #expect(try await server.ask("GET /channels").field("content-type") == "application/json")
        }
    }
}
