import Dispatch
import Glibc

/// Very many readers of event streams on one thread: they connect, read, drop out and come back where they were, as a
/// test's script says. For what a few hundred or ten thousand clients do at once; for one, use `RawConnection`.
///
/// `@unchecked Sendable`: after `run` has begun, everything mutable is touched on its one thread alone, and read by the
/// test when it has returned.
public final class Swarm: @unchecked Sendable {
    /// One reader: where it reads, and what it has had.
    public final class Reader {
        /// Of the list given to `Swarm`.
        public let index: Int
        /// The request's path and query.
        public let path: String
        /// Every event with data, in order: `id`, `event` (empty: message), `data`.
        public internal(set) var events: [(id: String, event: String, data: String)] = []
        /// The last `id:` seen, of whatever block: what an EventSource would send as `Last-Event-ID`.
        public internal(set) var lastID = ""
        /// How many times it has connected.
        public internal(set) var connects = 0
        /// The status of the last response.
        public internal(set) var status = 0
        /// Why it is done, if nobody wanted it to be: it could not connect, or was cut off.
        public internal(set) var failure: String?
        /// It is through with reading, because the script said so or the server ended the stream.
        public internal(set) var isDone = false
        var socket: SwarmSocket?

        init(index: Int, path: String) {
            self.index = index
            self.path = path
        }
    }

    /// What a reader does after an event.
    public enum Move: Sendable {
        case readOn
        /// Closes (abruptly: by a reset), and comes back at once with `Last-Event-ID`.
        case comeBack(abruptly: Bool)
        /// Is through.
        case leave
    }

    /// All readers, in the order of their paths.
    public let readers: [Reader]
    private let address: RawConnection.Address
    private let script: (Reader) -> Move

    /// - Parameters:
    ///   - paths: one reader each.
    ///   - script: called after each event of a reader (already in `events`), on the swarm's thread.
    public init(
        to address: RawConnection.Address, paths: [String], script: @escaping @Sendable (Reader) -> Move
    ) {
        self.address = address
        self.script = script
        readers = paths.enumerated().map { Reader(index: $0.offset, path: $0.element) }
    }

    deinit {
        for reader in readers { reader.socket?.close(abruptly: false) }
    }

    /// Connects all, and reads until every reader is done or `patience` has passed; true if all were done.
    public func run(within patience: Duration = Pace.patience(120)) async -> Bool {
        await onThread { self.loop(until: ContinuousClock.now + patience) { self.readers.allSatisfy(\.isDone) } }
    }

    /// Connects all and reads until every reader has had its first block; they stay connected, and unread, after that.
    public func connectAll(within patience: Duration = Pace.patience(120)) async -> Bool {
        await onThread {
            self.loop(until: ContinuousClock.now + patience) { self.readers.allSatisfy { !$0.lastID.isEmpty } }
        }
    }

    private func onThread(_ work: @escaping @Sendable () -> Bool) async -> Bool {
        await withCheckedContinuation { continuation in
            DispatchQueue(label: "swarm").async { continuation.resume(returning: work()) }
        }
    }

    private func loop(until deadline: ContinuousClock.Instant, _ isOver: () -> Bool) -> Bool {
        var waiting = readers.filter { $0.socket == nil && !$0.isDone }[...]
        while !isOver() {
            guard ContinuousClock.now < deadline else { return false }
            // A bounded number of new connections a turn, so that the accept queue is not flooded.
            for reader in waiting.prefix(256) { connect(reader) }
            waiting = waiting.dropFirst(256)
            let open = readers.filter { $0.socket != nil }
            var polls = open.map { pollfd(fd: $0.socket?.descriptor ?? -1, events: Int16(POLLIN), revents: 0) }
            guard poll(&polls, nfds_t(polls.count), waiting.isEmpty ? 200 : 0) > 0 else { continue }
            for (reader, polled) in zip(open, polls) where polled.revents != 0 { advance(reader) }
        }
        return true
    }

    private func connect(_ reader: Reader) {
        guard let socket = SwarmSocket(to: address, source: reader.index % 8) else {
            reader.failure = "cannot connect: \(String(cString: strerror(errno)))"
            reader.isDone = true
            return
        }
        reader.socket = socket
        reader.connects += 1
        let resume = reader.lastID.isEmpty ? "" : "Last-Event-ID: \(reader.lastID)\r\n"
        socket.send("GET \(reader.path) HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\(resume)\r\n")
    }

    private func disconnect(_ reader: Reader, abruptly: Bool) {
        guard let socket = reader.socket else { return }
        socket.close(abruptly: abruptly)
        reader.socket = nil
    }

    private func advance(_ reader: Reader) {
        guard let socket = reader.socket else { return }
        let isOpen = socket.receive()
        if let status = socket.status { reader.status = status }
        while let block = socket.nextBlock() {
            if !block.id.isEmpty { reader.lastID = block.id }
            guard let data = block.data else { continue }
            reader.events.append((block.id, block.event, data))
            switch script(reader) {
            case .readOn: continue
            case .comeBack(let abruptly):
                disconnect(reader, abruptly: abruptly)
                connect(reader)
                return
            case .leave:
                disconnect(reader, abruptly: false)
                reader.isDone = true
                return
            }
        }
        if socket.hasEnded || !isOpen {
            if !socket.hasEnded { reader.failure = "cut off" }
            disconnect(reader, abruptly: false)
            reader.isDone = true
        }
    }
}
