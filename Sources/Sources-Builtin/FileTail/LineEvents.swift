import Aggregator

/// Makes events of the lines of one file.
struct LineEvents {
    private(set) var events: [Event] = []
    /// Lines that had no room in an event.
    private(set) var tooLong = 0
    /// Lines that did not fit the format.
    private(set) var misfits = 0
    private let file: TailedFile
    private let settings: TailSettings
    private let encoder: LineEncoder
    private let type: String
    private let subject: String
    private let now: Timestamp
    private let room: Int

    /// - Parameter limit: what an event may have in bytes.
    init(_ settings: TailSettings, _ file: TailedFile, now: Timestamp, limit: Int) {
        self.settings = settings
        self.file = file
        self.now = now
        encoder = settings.encoder
        (type, subject) = (settings.type, file.subject)
        room = limit - type.utf8.count - subject.utf8.count
    }

    mutating func take(_ line: LineSplitter.Line) {
        var columns: [String] = []
        if settings.encoder.format == .csv {
            guard let names = names(line) else { return }
            columns = names
        }
        switch encoder.data(line, within: room, columns: columns) {
        case .blank: break
        case .data(let data): add(data, now)
        case .timed(let data, let time): add(data, time)
        case .cut(let data):
            // The splitter has counted a line that it has cut already.
            if !line.isCut { tooLong += 1 }
            add(data, now)
        case .tooLong: tooLong += 1
        case .misfit(let data):
            misfits += 1
            if let data { add(data, now) }
        }
    }

    private mutating func add(_ data: EventData, _ time: Timestamp) {
        events.append(Event(type: type, subject: subject, time: time, data: data))
    }

    /// The columns of a line; nil if it is the one that names them.
    private func names(_ line: LineSplitter.Line) -> [String]? {
        guard let header = settings.header else { return settings.columns ?? [] }
        guard line.start > 0 else {
            file.columns = header.names(String(decoding: line.bytes, as: UTF8.self))
            return nil
        }
        let names = file.columns ?? header.names(file.firstLine)
        file.columns = names
        return names
    }
}
