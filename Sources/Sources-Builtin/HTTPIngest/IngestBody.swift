import Aggregator

/// The data of one event to be, and where in the request it stood.
struct IngestItem {
    var data: EventData
    var place: Place
    /// What a CloudEvent says of itself.
    var event: CloudEvent?
    /// Where the data is within what stood at `place`, as a JSON Pointer: of an event in JSON, `/data`.
    var dataPointer = ""

    /// Where something stood.
    enum Place: Equatable {
        /// It was all of it.
        case body
        /// An element of an array, from 0.
        case element(Int)
        /// A line, from 1.
        case line(Int)

        /// Where in the body it is, as a JSON Pointer (RFC 6901); of a line, where in that.
        var pointer: String {
            if case .element(let index) = self { "/\(index)" } else { "" }
        }

        /// The beginning of a message about it; the element as a JSON Pointer (RFC 6901).
        var prefix: String {
            switch self {
            case .body: ""
            case .element(let index): "Element \(index) of the array (JSON Pointer /\(index)): "
            case .line(let number): "Line \(number): "
            }
        }
    }

    /// Puts the path's fields into the data.
    ///
    /// - Parameter type: what the data is declared to be: texts become what their fields have to be.
    mutating func put(_ fields: [(name: String, value: String)], as type: DataType? = nil) throws(Refusal) {
        if case .none = data { data = .json(Array("{}".utf8)) }
        guard case .json(let json) = data, let object = try? JSONObject(json) else {
            let names = fields.map(\.name).joined(separator: ", ")
            throw Refusal(422, "\(place.prefix)the path gives the data '\(names)', so it has to be a JSON object.")
        }
        var merged = JSONObjectText()
        for part in object.parts where !fields.contains(where: { $0.name == part.name }) {
            merged.append(member: json[part.key], json[part.value])
        }
        for (name, value) in fields {
            merged.set(name, json: type?.value(ofText: value, in: name) ?? Value.string(value).jsonBytes)
        }
        data = .json(merged.finished)
    }
}

/// Bodies, read whole before anything is emitted.
enum IngestBody {
    /// What a body carries.
    ///
    /// - Parameters:
    ///   - limit: at most so many events.
    ///   - declared: what the data of forms is to be converted to.
    static func items(
        _ body: [UInt8], as type: MediaType, limit: Int, declared: DataType? = nil
    ) throws(Refusal) -> [IngestItem] {
        switch type {
        case .json: return try json(body, limit: limit)
        case .lines: return try lines(body, limit: limit)
        case .cloudEvent: return [try CloudEventJSON.item(body, at: .body)]
        case .cloudEvents:
            guard let elements = try elements(of: body, limit: limit) else {
                throw Refusal(400, "A batch of CloudEvents is a JSON array of them; this body is none.")
            }
            var items: [IngestItem] = []
            items.reserveCapacity(elements.count)
            for (index, element) in elements.enumerated() {
                items.append(try CloudEventJSON.item(body, in: element, at: .element(index)))
            }
            return items
        case .form: return [IngestItem(data: try form(body, as: declared), place: .body)]
        case .githubForm: return [IngestItem(data: try payload(body), place: .body)]
        case .text:
            guard let text = String(validating: body, as: UTF8.self) else {
                throw Refusal(400, "The text is not UTF-8.")
            }
            return [IngestItem(data: .text(text), place: .body)]
        }
    }

    /// Where the elements of an array lie; nil for any other JSON.
    private static func elements(of body: [UInt8], limit: Int) throws(Refusal) -> [Range<Int>]? {
        let elements: [Range<Int>]?
        do throws(JSONProblem) {
            elements = try JSON.elements(of: body)
        } catch {
            throw notJSON(error, in: body[...], "The body")
        }
        if let elements, elements.count > limit { throw tooMany(limit) }
        return elements
    }

    private static func json(_ body: [UInt8], limit: Int) throws(Refusal) -> [IngestItem] {
        guard let elements = try elements(of: body, limit: limit) else {
            return [IngestItem(data: .json(trimmed(body)), place: .body)]
        }
        return elements.enumerated().map { IngestItem(data: .json(Array(body[$1])), place: .element($0)) }
    }

    /// The body itself, if there is nothing to cut off: no token of JSON begins or ends with a byte up to a space.
    private static func trimmed(_ body: [UInt8]) -> [UInt8] {
        if let first = body.first, let last = body.last, first > 0x20, last > 0x20 { return body }
        return Array(JSON.trimmed(body))
    }

    private static func lines(_ body: [UInt8], limit: Int) throws(Refusal) -> [IngestItem] {
        var items: [IngestItem] = []
        var number = 0
        for line in body.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            let line = JSON.trimmed(line)
            if line.isEmpty { continue }
            let item = try item(ofLine: line, number)
            guard items.count < limit else { throw tooMany(limit) }
            items.append(item)
        }
        return items
    }

    /// A line that is not blank, without the white space around it.
    static func item(ofLine line: ArraySlice<UInt8>, _ number: Int) throws(Refusal) -> IngestItem {
        let bytes = Array(line)
        if let problem = JSON.validate(bytes) { throw notJSON(problem, in: line, "Line \(number)") }
        return IngestItem(data: .json(bytes), place: .line(number))
    }

    static func form(_ body: [UInt8], as type: DataType? = nil) throws(Refusal) -> EventData {
        // No form begins so: browsers and curl's --data-urlencode escape both. It is what `curl -d` does to JSON.
        if let first = body.first, first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
            throw Refusal(400, "The body looks like JSON but says it is a form; add 'Content-Type: application/json'.")
        }
        return .json(FormText.object(of: try FormText.pairs(body), as: type))
    }

    /// The JSON in GitHub's form
    /// (https://docs.github.com/en/webhooks/using-webhooks/creating-webhooks, "Content type").
    private static func payload(_ body: [UInt8]) throws(Refusal) -> EventData {
        guard let text = try FormText.pairs(body).first(where: { $0.name == "payload" })?.value else {
            throw Refusal(
                400, "A form with the header X-GitHub-Event has its JSON in the field 'payload', which is missing.")
        }
        let json = Array(text.utf8)
        if let problem = JSON.validate(json) { throw notJSON(problem, in: json[...], "The form's field 'payload'") }
        return .json(trimmed(json))
    }

    private static func tooMany(_ limit: Int) -> Refusal {
        Refusal(413, "More than \(limit) events in one request; send them in several, or raise the source's 'batch'.")
    }

    /// The place in words, and as a JSON Pointer where it is not the whole.
    private static func notJSON(_ problem: JSONProblem, in text: ArraySlice<UInt8>, _ what: String) -> Refusal {
        let before = text.prefix(problem.offset)
        let line = before.count { $0 == UInt8(ascii: "\n") } + 1
        let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? before.startIndex
        // Characters, not bytes: all but the continuation bytes of UTF-8.
        let column = before[start...].count { $0 & 0xc0 != 0x80 } + 1
        let pointer = JSONPlace.pointer(toEndOf: before)
        let place = line > 1 ? "line \(line), column \(column)" : "column \(column)"
        return Refusal(
            400,
            "\(what) is not JSON: \(problem.message), at \(place)\(pointer.isEmpty ? "" : " (JSON Pointer \(pointer))")."
        )
    }
}
