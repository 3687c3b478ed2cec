import Aggregator

/// Makes an event's data of a line, byte by byte: this is the path of every line there is.
struct LineEncoder: Sendable {
    let format: LineFormat
    let longLines: LongLines
    let misfits: Misfits
    /// Reads the fields of formats that have some.
    let fields: FieldReader?

    init(
        format: LineFormat, longLines: LongLines, misfits: Misfits = .keep, fields: FieldReader? = nil
    ) {
        self.format = format
        self.longLines = longLines
        self.misfits = misfits
        self.fields = fields
    }

    /// What became of a line.
    enum Result: Equatable {
        case data(EventData)
        /// The line says when it happened.
        case timed(EventData, Timestamp)
        /// It was cut here, for want of room.
        case cut(EventData)
        /// There is no room for it, and it is to be dropped.
        case tooLong
        /// A blank line in a format that has fields, which says nothing.
        case blank
        /// It does not fit the format; nil: and is to be dropped.
        case misfit(EventData?)
    }

    /// The data, of at most `room` bytes: escapes make a line several times longer than it is in its file.
    ///
    /// - Parameter columns: the names of the fields, where the file says them itself.
    func data(_ line: LineSplitter.Line, within room: Int, columns: [String] = []) -> Result {
        switch format {
        case .text:
            let end: StaticString = line.isCut ? Self.truncated : "}"
            return fit(line, Self.message(line.bytes, then: end), within: room) { .data(.json($0)) }
        case .json:
            if let problem = JSON.validate(line.bytes) {
                if !line.isCut, JSON.trimmed(line.bytes).isEmpty { return .blank }
                return misfit(line, problem.description, within: room)
            }
            let time = fields?.time(ofJSON: line.bytes)
            return fit(line, Array(line.bytes), within: room) { json in
                time.map { .timed(.json(json), $0) } ?? .data(.json(json))
            }
        default:
            guard let fields else { return .blank }
            if line.isCut { return misfit(line, "the line is cut", within: room) }
            let text = String(decoding: line.bytes, as: UTF8.self)
            if text.allSatisfy(\.isWhitespace) { return .blank }
            do throws(LineProblem) {
                let (json, time) = try fields.read(text, columns)
                return fit(line, json, within: room) { json in
                    time.map { .timed(.json(json), $0) } ?? .data(.json(json))
                }
            } catch {
                return misfit(line, error.message, within: room)
            }
        }
    }

    private func misfit(_ line: LineSplitter.Line, _ problem: String, within room: Int) -> Result {
        guard misfits == .keep else { return .misfit(nil) }
        var json = Self.message(line.bytes, then: #","error":"#)
        JSON.append(string: problem, to: &json)
        let end: StaticString = line.isCut ? Self.truncated : "}"
        end.withUTF8Buffer { json += $0 }
        return fit(line, json, within: room) { .misfit(.json($0)) }
    }

    /// The whole if there is room for it; else what the option says.
    private func fit(
        _ line: LineSplitter.Line, _ whole: [UInt8], within room: Int, _ result: ([UInt8]) -> Result
    ) -> Result {
        if whole.count <= room { return result(whole) }
        guard longLines == .cut else { return .tooLong }
        var length = line.bytes.count
        var cut = whole
        while cut.count > room {
            guard length > 0 else { return .tooLong }
            // In proportion, which is too little for a line whose escapes are at its beginning: then once more.
            length = min(length - 1, max(0, length * room / cut.count))
            while length > 0, line.bytes[length] & 0xC0 == 0x80 { length -= 1 }
            cut = Self.message(UnsafeRawBufferPointer(rebasing: line.bytes[..<length]), then: Self.truncated)
        }
        return .cut(.json(cut))
    }

    private static let truncated: StaticString = #","truncated":true}"#
}
