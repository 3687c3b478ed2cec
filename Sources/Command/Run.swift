import Aggregator
import ArgumentParser
import Glibc
import Logging

/// `aggregator run [FILE]`.
struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run a pipeline until SIGTERM or SIGINT, then end streams and sources in order.")

    @Argument(help: "The pipeline file.") var file = "pipeline.yaml"
    @ArgumentParser.Option(
        help: "Listen here instead of where the file says: host:port, [v6]:port or unix:/path.",
        transform: { text in
            guard let address = ListenAddress(text) else {
                throw ValidationError("'\(text)' is no address: host:port, [v6]:port or unix:/path")
            }
            return address
        })
    var listen: [ListenAddress] = []
    @ArgumentParser.Option(
        help: "What to log: \(Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")).",
        transform: { text in
            guard let level = Logger.Level(rawValue: text) else {
                throw ValidationError("'\(text)' is no log level")
            }
            return level
        })
    var logLevel: Logger.Level = .info

    func run() async throws {
        let pipeline = try loadPipeline(file)
        for warning in pipeline.warnings { print(warning, to: .error) }
        let aggregator = Aggregator(pipeline, listen: listen.isEmpty ? nil : listen, log: makeLog())
        let signals = Signals()
        do {
            try await aggregator.start()
        } catch {
            print("aggregator: \(error)", to: .error)
            throw ExitCode.failure
        }
        announce(pipeline, at: aggregator.addresses)
        _ = await signals.waitForEnd(log: makeLog())
        // Whoever presses Ctrl-C twice means it.
        let impatience = Task {
            if await signals.waitForEnd(log: makeLog()) { _exit(1) }
        }
        await aggregator.stop()
        impatience.cancel()
    }

    private func makeLog() -> Logger {
        var log = Logger(label: "aggregator") { _ in OneLineLogHandler() }
        log.logLevel = logLevel
        return log
    }

    /// Where it listens, and for each channel a command to paste.
    private func announce(_ pipeline: Pipeline, at addresses: [ListenAddress]) {
        for address in addresses { print("listening on \(address.url)") }
        guard let first = addresses.first else { return }
        let width = pipeline.channelNames.map(\.count).max() ?? 0
        for name in pipeline.channelNames {
            let padded = name + String(repeating: " ", count: width - name.count)
            print("  \(padded)  \(first.curl("/channels/\(name)"))")
        }
        fflush(nil)
    }
}

extension ListenAddress {
    fileprivate var url: String {
        switch self {
        case .tcp(let host, let port): "http://\(host.contains(":") ? "[\(host)]" : host):\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }

    fileprivate func curl(_ path: String) -> String {
        switch self {
        case .tcp: "curl -N \(url)\(path)"
        case .unix(let socket): "curl -N --unix-socket \(socket) http://localhost\(path)"
        }
    }
}
