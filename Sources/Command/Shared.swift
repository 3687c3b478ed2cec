import Aggregator
import ArgumentParser
import Dispatch
import Glibc
import Logging

// What several subcommands do.

/// Loads a file with the kinds of this process; its mistakes go to standard error.
func loadPipeline(_ file: String) throws -> Pipeline {
    do {
        return try Pipeline.load(
            contentsOf: file, sources: Kinds.current.sources, filters: Kinds.current.filters,
            environment: environment())
    } catch {
        print(error.description, to: .error)
        throw ExitCode.wrongFile
    }
}

/// The process's environment.
func environment() -> [String: String] {
    var variables: [String: String] = [:]
    var entry = environ
    while let text = entry.pointee {
        let parts = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
        entry += 1
    }
    return variables
}

/// Where a command says something.
enum Output: Int32 {
    case result = 1
    case error = 2
}

/// Writes a line at once, whole.
func print(_ text: String, to output: Output) {
    var line = Array((text + "\n").utf8)[...]
    while !line.isEmpty {
        let written = line.withUnsafeBytes { write(output.rawValue, $0.baseAddress, $0.count) }
        if written < 0 {
            if errno == EINTR { continue }
            return
        }
        line = line.dropFirst(written)
    }
}

/// The signals of an operator. Watched from `init` on, so that none is missed while the pipeline starts.
final class Signals: Sendable {
    private let received: AsyncStream<Int32>
    // Touched in `init` and `deinit` alone; a signal source is made to be cancelled from any thread.
    nonisolated(unsafe) private let watchers: [any DispatchSourceSignal]

    init() {
        let (stream, continuation) = AsyncStream<Int32>.makeStream()
        received = stream
        watchers = [SIGTERM, SIGINT, SIGHUP].map { number in
            signal(number, SIG_IGN)
            let watcher = DispatchSource.makeSignalSource(signal: number, queue: .global())
            watcher.setEventHandler { continuation.yield(number) }
            watcher.resume()
            return watcher
        }
    }

    deinit { for watcher in watchers { watcher.cancel() } }

    /// Returns true at the next SIGTERM or SIGINT, false when the task is cancelled before.
    func waitForEnd(log: Logger) async -> Bool {
        for await number in received {
            if number == SIGHUP {
                log.warning("reloading is not supported yet; restart to take up a changed pipeline file")
                continue
            }
            log.info("\(number == SIGTERM ? "SIGTERM" : "SIGINT")")
            return true
        }
        return false
    }
}
