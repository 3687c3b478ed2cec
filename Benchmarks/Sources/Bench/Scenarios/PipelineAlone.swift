import Foundation

/// (g) Sources and filters, without anybody who reads.
struct PipelineAlone: Scenario {
    let letter = "g"
    let title = "The pipeline alone"
    let explanation = """
        A channel that keeps 1,000 events and has no subscriber. `emit`: a custom source emits 200-byte JSON objects through \
        a `where` on two fields that half of them pass. `file_tail`: a large file is read from its beginning. Counted is the \
        CPU time of the whole process until the last event is in the channel.
        """

    func cells(_ workshop: Workshop, against: [any Contestant]) -> [Cell] {
        let emit = Cell(
            id: "g/emit", title: "emit → where → channel", metrics: [.eventsPerCPUSecond],
            variants: [
                burst(workshop, "one at a time", form: "json", batch: 1),
                burst(workshop, "arrays of 100", form: "json", batch: 100),
                burst(workshop, "a Codable struct each", form: "codable", batch: 1),
            ], compares: false)
        let size = workshop.isQuick ? "100 MB" : "1 GB"
        let tail = Cell(
            id: "g/file_tail", title: "file_tail, \(size)", metrics: [.linesPerCPUSecond],
            variants: [
                tail(workshop, "text lines, 100 B", .text), tail(workshop, "JSON lines, 200 B", .json),
            ], compares: false)
        return [emit, tail]
    }

    private func burst(_ workshop: Workshop, _ name: String, form: String, batch: Int) -> Variant {
        let slow = form == "codable"
        let events = (workshop.isQuick ? 300_000 : 2_000_000) / (slow ? 4 : 1)
        return Variant(name: name) {
            let pipeline = """
                server: {listen: "127.0.0.1:PORT", loops: 1}
                sources:
                  burst: {burst: {events: \(events), batch: \(batch), form: \(form), report: started}}
                filters:
                  bad: {from: burst, steps: [where: 'data.status >= 500 && data.level == "warn"']}
                channels:
                  bad: {from: bad, keep: 1000}
                """
            let seconds = try run(workshop, workshop.tool("burst"), pipeline, channel: "bad", expected: events / 2)
            return [.eventsPerCPUSecond: Double(events) / seconds]
        }
    }

    private func tail(_ workshop: Workshop, _ name: String, _ lines: LineFile.Kind) -> Variant {
        let bytes = workshop.isQuick ? 100_000_000 : 1_000_000_000
        return Variant(name: name) {
            let file = try LineFile.made(lines, bytes: bytes, in: workshop.scratch)
            let pipeline = """
                server: {listen: "127.0.0.1:PORT", loops: 1}
                sources:
                  lines: {file_tail: {include: ['\(file.path)'], from: beginning, format: \(lines.rawValue)}}
                channels:
                  lines: {from: lines, keep: 1000}
                """
            let seconds = try run(
                workshop, workshop.aggregator.path, pipeline, channel: "lines", expected: file.lines)
            return [.linesPerCPUSecond: Double(file.lines) / seconds]
        }
    }

    /// Starts the pipeline, and waits until all that is expected is in the channel.
    ///
    /// - Returns: the CPU time that took, seconds: since the moment that the file `started` names, if the source writes
    ///   one, else since the process began.
    private func run(
        _ workshop: Workshop, _ program: String, _ pipeline: String, channel: String, expected: Int
    ) throws -> Double {
        var started: URL?
        let server = try ServerProcess(cores: "\(workshop.serverCore)") { port, folder in
            started = folder.appending(path: "started")
            let file = folder.appending(path: "pipeline.yaml")
            try pipeline.replacing("PORT", with: "\(port)").write(to: file, atomically: true, encoding: .utf8)
            return Launch(executable: program, arguments: ["run", file.path, "--log-level", "warning"])
        }
        defer { server.stop() }
        let deadline = ContinuousClock.now + .seconds(180)
        let sample = "aggregator_channel_events_total{channel=\"\(channel)\"}"
        while true {
            let count = try Metrics(port: server.port).sum(sample)
            if count >= Double(expected) {
                guard count == Double(expected) else { throw VoidRun("\(Int(count)) events, not \(expected)") }
                break
            }
            guard ContinuousClock.now < deadline else { throw VoidRun("only \(Int(count)) of \(expected) events") }
            // Each look costs the server half a millisecond: seldom, so that it stays below the noise.
            usleep(100_000)
        }
        guard let end = Processes.cpuSeconds(server.pid) else { throw VoidRun("the server ended") }
        let start = started.flatMap { try? String(contentsOf: $0, encoding: .utf8) }.flatMap { Double($0) } ?? 0
        return end - start
    }
}
