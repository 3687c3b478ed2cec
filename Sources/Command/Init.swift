import Aggregator
import ArgumentParser
import Glibc

/// `aggregator init [FILE]`.
struct Init: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write a commented pipeline file to start from, and its schema for editors beside it.")

    @Argument(help: "The file to write.") var file = "pipeline.yaml"
    @Flag(help: "Overwrite files that exist.") var force = false

    func run() async throws {
        let schema = Self.schemaPath(for: file)
        let name = schema.split(separator: "/").last.map(String.init) ?? schema
        // First the one that somebody may have changed: if it is there, nothing is written.
        try create(file, "# yaml-language-server: $schema=\(name)\n" + Self.template, overwriting: force)
        try create(schema, Kinds.current.schema.text, overwriting: true)
        print("wrote \(file), and \(schema) for your editor; run it with: aggregator run \(file)", to: .result)
    }

    /// `a/pipeline.yaml` has `a/pipeline.schema.json`.
    static func schemaPath(for file: String) -> String {
        let suffix = [".yaml", ".yml"].first { file.hasSuffix($0) } ?? ""
        return file.dropLast(suffix.count) + ".schema.json"
    }

    private func create(_ path: String, _ text: String, overwriting: Bool) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | (overwriting ? O_TRUNC : O_EXCL), 0o644)
        guard descriptor >= 0 else {
            let hint = errno == EEXIST ? "; --force overwrites it" : ""
            print("aggregator: \(path): \(String(cString: strerror(errno)))\(hint)", to: .error)
            throw ExitCode.failure
        }
        defer { close(descriptor) }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                print("aggregator: \(path): \(String(cString: strerror(errno)))", to: .error)
                throw ExitCode.failure
            }
            rest = rest.dropFirst(count)
        }
    }

    /// What a newcomer needs, each part once; the rest is a word of `aggregator list` away.
    private static let template = #"""
        # sources emit events, filters keep, change or drop them, channels keep the last ones and stream them:
        #
        #   aggregator check              finds mistakes before anything starts
        #   aggregator run                starts it
        #   aggregator list               shows the kinds of sources and steps; aggregator describe KIND, their options

        server:
          listen: 127.0.0.1:8080        # this machine only; for all the world, 0.0.0.0:8080, and then also `auth:`

        # auth:
        #   tokens:
        #     - {name: wallboard, token: "${WALLBOARD_TOKEN}", claims: {roles: [viewer]}}

        sources:
          # A value again and again, to see something at once:  curl -N http://127.0.0.1:8080/channels/clock
          clock:
            generate: {interval: 1s, type: tick, data: '{"n": count, "now": now}'}

          # Whatever is posted:  curl 'http://127.0.0.1:8080/notes/ada?text=hello' -X POST
          notes:
            http_ingest: {type: note, path: "/notes/{subject}"}

          # The lines of files, through rotations. Paths are relative to this file.
          # app_log:
          #   file_tail: {type: log, include: ["logs/*.log"]}

        filters:
          # Steps are done one after the other. `where` keeps the events for which its expression (CEL) is true.
          every_fifth:
            from: clock
            steps:
              - where: data.n % 5 == 0

        channels:
          clock: {from: clock, keep: 100}
          fives: {from: every_fifth, replay: 3}         # a newcomer gets the last three first
          notes: {from: notes, path: "/notes/{subject}/live", replay: all}

        """#
}
