import Synchronization
import TestSupport
import Testing

@testable import Aggregator

private struct Silent: EventSource {
    static let name = "silent"
    static let summary = "Emits nothing."

    func run(_ context: SourceContext) async throws {}
}

@Suite("Subjects that are followed before their source wants to be asked")
struct EarlySubjectTests {
    @Test("are told to it as soon as it does, once")
    func toldLater() {
        let definition = SourceDefinition(
            name: "silent", place: FilePlace(line: 1, column: 1), source: Silent(), access: .public)
        let source = LiveSource(definition, clock: .system, unsettled: Countdown(1))
        #expect(source.subject("a") == nil)
        #expect(source.subject("b") == nil)
        #expect(source.subject("a") == nil)
        let asked = Mutex<[String]>([])
        source.subjects { subject in
            asked.withLock { $0.append(subject) }
            return subject == "b" ? .no("never heard of it") : .yes
        }
        #expect(asked.withLock { $0.sorted() } == ["a", "b"])
        #expect(source.subject("b") == .no("never heard of it"))
    }
}
