import Aggregator

struct Weather: EventSource {
    static let name = "weather"
    static let summary = "The weather of a city, again and again."

    @Option("The city to ask about.") var city: String
    @Option("Time between two reports.") var interval: Duration = .seconds(60)

    struct Report: Codable, Sendable {
        var city: String
        var celsius: Double
    }

    func run(_ context: SourceContext) async throws {
        while true {
            // Here a real one would ask somebody who knows.
            let report = Report(city: city, celsius: Double.random(in: -10...30).rounded())
            try await context.emit(Event(type: "weather", subject: city, data: report))
            try await context.clock.sleep(for: interval)
        }
    }
}
