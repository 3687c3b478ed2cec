import Foundation

/// A program that runs to its end.
struct Command {
    var executable: String
    var arguments: [String]
    var environment: [String: String] = [:]

    struct Outcome {
        var status: Int32
        var output: Data
        var errors: Data
    }

    /// Runs it, and reads all that it prints.
    func run() throws -> Outcome {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
        process.standardInput = FileHandle.nullDevice
        let output = Pipe()
        process.standardOutput = output
        // A file, not a second pipe: nobody has to read both at once.
        let path = FileManager.default.temporaryDirectory.appending(path: "bench-\(UUID().uuidString)")
        try Data().write(to: path)
        defer { try? FileManager.default.removeItem(at: path) }
        process.standardError = try FileHandle(forWritingTo: path)
        try process.run()
        RunningServers.add(process.processIdentifier)
        defer { RunningServers.remove(process.processIdentifier) }
        let printed = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let errors = (try? Data(contentsOf: path)) ?? Data()
        return Outcome(status: process.terminationStatus, output: printed, errors: errors)
    }

    /// The first line of what it prints, on either output; nil when it cannot be run.
    static func firstLine(_ executable: String, _ arguments: String...) -> String? {
        guard FileManager.default.isExecutableFile(atPath: executable),
            let outcome = try? Command(executable: executable, arguments: arguments).run(), outcome.status == 0
        else { return nil }
        let text = String(decoding: outcome.output.isEmpty ? outcome.errors : outcome.output, as: UTF8.self)
        return text.split(separator: "\n").first.map(String.init)
    }

    /// Where a program is, by the `PATH` and where Debian puts servers.
    static func find(_ name: String) -> String? {
        let path = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin") + ":/usr/sbin"
        return path.split(separator: ":").map { "\($0)/\(name)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}
