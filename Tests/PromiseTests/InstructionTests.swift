import Foundation
import TestSupport
import Testing

/// What a delivery costs does not depend on how many others there are: in instructions, which repeat, not in time.
@Suite("A delivery's cost", .tags(.load), .enabled(if: Load.isWanted))
struct DeliveryCostLoadTests {
    @Test("is at 10,000 subjects at most 1.5 times what it is at 10")
    func doesNotGrowWithTheSubjects() throws {
        let few = try instructionsPerDelivery(subjects: 10)
        let many = try instructionsPerDelivery(subjects: 10_000)
        print("instructions per delivery: \(Int(few)) with 10 subjects, \(Int(many)) with 10,000")
        #expect(few > 0)
        #expect(many <= 1.5 * few)
    }

    /// The difference between two runs, so that connecting does not count.
    private func instructionsPerDelivery(subjects: Int) throws -> Double {
        let short = try instructions(subjects, 20_000)
        let long = try instructions(subjects, 40_000)
        return (long - short) / 20_000
    }

    private func instructions(_ subjects: Int, _ events: Int) throws -> Double {
        let valgrind = Process()
        valgrind.executableURL = URL(fileURLWithPath: "/usr/bin/valgrind")
        valgrind.arguments = [
            "--tool=callgrind", "--callgrind-out-file=/dev/null", Load.tool("fanout-instructions"), "\(subjects)",
            "\(events)",
        ]
        let report = Pipe()
        valgrind.standardError = report
        valgrind.standardOutput = FileHandle.nullDevice
        try valgrind.run()
        let text = String(decoding: report.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        valgrind.waitUntilExit()
        try #require(valgrind.terminationStatus == 0, "\(text)")
        let line = try #require(text.split(separator: "\n").last { $0.contains("Collected :") })
        return try #require(line.split(separator: " ").last.flatMap { Double($0) })
    }
}
