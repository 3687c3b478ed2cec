import Foundation

/// What it was measured on.
struct Machine: Codable, Sendable {
    var cpu: String
    var cores: Int
    var memoryBytes: UInt64
    var kernel: String
    var system: String

    static var cores: Int { ProcessInfo.processInfo.activeProcessorCount }

    /// This one.
    static var here: Machine {
        Machine(
            cpu: field("model name", of: "/proc/cpuinfo", separator: ":") ?? "unknown", cores: cores,
            memoryBytes: ProcessInfo.processInfo.physicalMemory,
            kernel: Command.find("uname").flatMap { Command.firstLine($0, "-sr") } ?? "unknown",
            system: field("PRETTY_NAME", of: "/etc/os-release", separator: "=")?.replacing("\"", with: "") ?? "unknown")
    }

    /// In one line.
    var text: String {
        "\(cpu), \(cores) cores, \(Notation.bytes.text(Double(memoryBytes))), \(kernel), \(system)"
    }

    private static func field(_ name: String, of file: String, separator: Character) -> String? {
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else { return nil }
        let line = text.split(separator: "\n").first { $0.hasPrefix(name) }
        return line?.split(separator: separator, maxSplits: 1).last?.trimmingCharacters(in: .whitespaces)
    }
}
