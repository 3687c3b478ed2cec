import Aggregator
import AggregatorTesting
import Testing

@testable import SourcesBuiltin

/// A writer that does at random what writers and rotations do. A file is cut off or removed, and a new one renamed, only
/// after what is in it has come out: what nobody could have read is not promised.
@Suite("Random writers")
struct RandomWriterTests {
    @Test("whatever is done to the files, each line comes out exactly once", arguments: 1...12)
    func anyOrder(_ seed: UInt64) async throws {
        var random = SplitMix64(seed: seed)
        let tail = try TailedScratch { if seed % 2 == 0 { $0.openLimit = 2 } }
        tail.probe.start()
        var number = 0
        var steps: [String] = []
        for step in 0..<80 {
            let name = "f\(random.next() % 4).log"
            let action = random.next() % 10
            steps.append("\(name) \(action)")
            switch action {
            case 0...5:
                var text = ""
                for _ in 0...(random.next() % 20) {
                    number += 1
                    text += "\(number) " + String(repeating: "x", count: Int(random.next() % 30)) + "\n"
                }
                try tail.write(name, text)
            case 6:
                try await tail.settle()
                try? tail.scratch.rename(name, "\(name).\(step)")
            case 7:
                try await tail.settle()
                try? tail.scratch.copy(name, "\(name).copy\(step)")
                try? tail.scratch.truncate(name)
            case 8:
                try await tail.settle()
                try? tail.scratch.remove(name)
            default:
                try await tail.settle()
            }
        }
        let lines = try await tail.finish()
        #expect(lines.sorted() == tail.written.sorted(), "\(steps)")
    }
}
