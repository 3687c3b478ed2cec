import Foundation
import TestSupport
import Testing

@Suite("The log")
struct LogTests {
    @Test("what strangers say can neither begin a line of its own nor colour the terminal")
    func foreignWords() async throws {
        let script = #"printf 'error: \033[31mred\007\302\233 done\n' >&2; exec sleep 1000"#
        let command = try CommandProcess(
            ["run"],
            pipeline: """
                server: {listen: 127.0.0.1:0}
                sources: {program: {exec: {command: [sh, -c, "\(script.replacing(#"\"#, with: #"\\"#))"]}}}
                channels: {all: {from: program}}
                """)
        #expect(await eventually { command.errors.contains(" done") })
        let line = command.errors.split(separator: "\n").first { $0.contains("red") } ?? ""
        #expect(line.contains(#"\u001B[31mred\u0007\u009B done"#))
        #expect(!line.unicodeScalars.contains { $0.properties.generalCategory == .control }, "\(line)")
        command.signal(SIGTERM)
        #expect(await command.exitCode() == 0)
    }
}
