/// What `new-source` writes.
struct SourceTemplate {
    /// The Swift type.
    let type: String
    /// The word for the kind in a pipeline file, the package's and the program's name: `WeatherStation` is `weather_station`.
    let word: String
    /// aggregator's package: a folder or a URL.
    let package: String

    init(type: String, package: String) {
        self.type = type
        self.package = package
        let letters = Array(type)
        var word = ""
        for (index, letter) in letters.enumerated() {
            // `HTTPPoll` is `http_poll`: a capital begins a word if a small letter stands before or after it.
            let isStart =
                letter.isUppercase && index > 0
                && (letters[index - 1].isLowercase || index + 1 < letters.count && letters[index + 1].isLowercase)
            word += (isStart ? "_" : "") + letter.lowercased()
        }
        self.word = word
    }

    /// By their paths.
    var files: [(path: String, text: String)] {
        [
            ("Package.swift", manifest), ("Sources/\(word)/\(type).swift", source),
            ("Sources/\(word)/Main.swift", main),
            ("Tests/\(word)Tests/\(type)Tests.swift", test), ("pipeline.yaml", pipeline), ("README.md", readme),
            (".gitignore", ".build/\n.aggregator/\n"),
        ]
    }

    private var dependency: String {
        package.contains("://") || package.hasPrefix("git@")
            ? ".package(url: \(Self.quoted(package)), branch: \"main\")"
            : ".package(name: \"aggregator\", path: \(Self.quoted(package)))"
    }

    private static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    private var manifest: String {
        """
        // swift-tools-version: 6.2
        import PackageDescription

        let package = Package(
            name: "\(word)",
            dependencies: [\(dependency)],
            targets: [
                .executableTarget(
                    name: "\(word)", dependencies: [.product(name: "Aggregator", package: "aggregator")]),
                .testTarget(
                    name: "\(word)Tests",
                    dependencies: ["\(word)", .product(name: "AggregatorTesting", package: "aggregator")]),
            ],
            swiftLanguageModes: [.v6]
        )

        """
    }

    private var main: String {
        """
        import AggregatorCommand
        import SourcesBuiltin

        @main struct Main {
            static func main() async { await AggregatorCommand.main(sources: builtinSources + [\(type).self]) }
        }

        """
    }

    private var source: String {
        """
        import Aggregator

        /// A source: its options are declared once, and decoding, messages, `describe` and the schema all come from that.
        struct \(type): EventSource {
            static let name = "\(word)"
            static let summary = "Says in one sentence what it emits."

            @Option("What to say.") var greeting: String
            @Option("Time between two events.", .range(0.001...86_400)) var interval: Duration = .seconds(60)

            /// What `data` is.
            struct Report: Codable, Sendable {
                var greeting: String
                var count: Int
            }

            /// Expressions in pipeline files are checked with it.
            var emits: EventShape { EventShape([.init(Self.name, Report.self)]) }

            /// The source's whole life: returning ends it, throwing restarts it after a growing pause, cancellation stops it.
            func run(_ context: SourceContext) async throws {
                var count = 0
                while true {
                    count += 1
                    let report = Report(greeting: greeting, count: count)
                    try await context.emit(Event(type: Self.name, data: report))
                    try await context.clock.sleep(for: interval)
                }
            }
        }

        """
    }

    private var test: String {
        """
        import Aggregator
        import AggregatorTesting
        import Testing

        @testable import \(word)

        @Suite("\(word)")
        struct \(type)Tests {
            @Test("emits at once, and then at its interval")
            func rhythm() async throws {
                let clock = VirtualClock()
                let source = try \(type).make("{greeting: hello, interval: 1m}")
                let probe = SourceProbe(source, clock: clock.clock)
                probe.start()
                try await probe.events(atLeast: 1)
                await clock.waitForSleepers(1)
                clock.advance(by: .seconds(60))
                let events = try await probe.events(atLeast: 2)
                #expect(events[1].data == .json(Array(#"{"count":2,"greeting":"hello"}"#.utf8)))
                await probe.stop()
            }

            @Test("a wrong option is told with its place")
            func options() throws {
                let error = #expect(throws: OptionError.self) { try \(type).make("{greeting: hello, intervall: 1m}") }
                #expect(error?.description.contains("did you mean 'interval'?") == true)
            }

            @Test("is a good source: what every kind promises")
            func contract() async throws {
                try await SourceContract(\(type).self, options: "{greeting: hello}").check()
            }
        }

        """
    }

    private var pipeline: String {
        """
        sources:
          mine: {\(word): {greeting: hello, interval: 2s}}

        channels:
          mine: {from: mine, replay: latest}

        """
    }

    private var readme: String {
        """
        # \(word)

        A source for aggregator, in a program that has all of its own ones as well.

            swift test
            swift run \(word) run                                       # pipeline.yaml
            curl -N http://127.0.0.1:8080/channels/mine
            swift run \(word) describe \(word)

        `Sources/\(word)/\(type).swift` is the source; what its options are is declared there and nowhere else.

        """
    }
}
