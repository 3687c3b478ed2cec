import Aggregator
import AggregatorTesting
import Foundation
import Testing

@testable import SourcesBuiltin

/// A writer that does at random what writers and rotations do. A file is cut off or removed, and a new one renamed, only
/// after what is in it has come out: what nobody could have read is not promised.
@Suite("Random writers")
struct RandomWriterTests {
    /// All of `SEEDS` if that is set: many, for whoever has changed something.
    private static let seeds = 1...(ProcessInfo.processInfo.environment["SEEDS"].flatMap { UInt64($0) } ?? 12)

    @Test(
        "whatever is done to the files, each line comes out exactly once",
        arguments: seeds.flatMap { seed in ["*.log", "*.log*"].map { (seed, $0) } })
    func anyOrder(_ seed: UInt64, _ include: String) async throws {
        var random = SplitMix64(seed: seed)
        // Few handles: most files are closed when something is done to them, and their inode numbers are free to be reused.
        let tail = try TailedScratch([include]) { if seed % 2 == 0 { $0.openLimit = seed % 4 == 0 ? 8 : 2 } }
        tail.probe.start()
        var number = 0
        var steps: [String] = []
        for step in 0..<80 {
            let name = "f\(random.next() % 4).log"
            let action = random.next() % 12
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
            case 9:
                try await tail.settle()
                try? tail.scratch.copyOver(name, "\(name).1")
                try? tail.scratch.truncate(name)
            case 10:
                // With what nobody has read yet: which can only be found where the pattern means it.
                if include == "*.log" { try await tail.settle() }
                try? tail.scratch.copyOver(name, "\(name).\(step)")
                try? tail.scratch.truncate(name)
            default:
                try await tail.settle()
            }
        }
        let lines = try await tail.finish()
        #expect(tail.difference(lines) == .none, "\(steps)")
    }
}
