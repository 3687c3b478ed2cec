import Aggregator

/// The context attributes of an event as its producer sent them (CloudEvents 1.0). A class, so that an item of another kind of
/// body is not larger for it.
final class CloudEvent: Sendable {
    let id: String
    /// The producer's. In the pipeline an event's `source` is the source that took it; this one is for `set` and `dedupe`.
    let source: String
    let type: String
    let subject: String?
    let time: Timestamp?
    /// The attributes that have no place of their own in an event: extensions, and `dataschema`.
    let extensions: [String: Value]
    /// All attributes by name, extensions included, as the expressions of `set` see them.
    let attributes: ValueMap

    /// Checks the attributes that an event must have, and those that have a form.
    ///
    /// - Throws: a 400 that names the first one that is missing or wrong.
    init(_ attributes: ValueMap, at place: IngestItem.Place) throws(Refusal) {
        func text(_ name: String) throws(Refusal) -> String? {
            guard let value = attributes[name] else { return nil }
            guard case .string(let text) = value, !text.isEmpty else {
                throw Refusal(
                    400, "\(place.prefix)the CloudEvents attribute '\(name)' has to be a text that is not empty.")
            }
            return text
        }
        func required(_ name: String) throws(Refusal) -> String {
            guard let text = try text(name) else {
                throw Refusal(
                    400,
                    "\(place.prefix)the CloudEvents attribute '\(name)' is missing; "
                        + "every event has specversion, id, source and type.")
            }
            return text
        }
        let version = try required("specversion")
        guard version == "1.0" else {
            throw Refusal(400, "\(place.prefix)CloudEvents of specversion '\(version)' are not known here; send 1.0.")
        }
        id = try required("id")
        source = try required("source")
        type = try required("type")
        subject = try text("subject")
        let time = try text("time")
        self.time = time.flatMap { Timestamp(rfc3339: $0) }
        if let time, self.time == nil {
            throw Refusal(
                400,
                "\(place.prefix)the CloudEvents attribute 'time' has to be as RFC 3339 writes it "
                    + "(2026-11-23T13:12:15Z), not '\(time.prefix(64))'.")
        }
        // Of type and subject the pipeline has the same rule for all events.
        for case (.string(let name), .string(let text)) in attributes where name != "type" && name != "subject" {
            guard text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else { continue }
            throw Refusal(
                422,
                "\(place.prefix)the CloudEvents attribute '\(name.prefix(64))' must not have control characters in it.")
        }
        self.attributes = attributes
        extensions = attributes.reduce(into: [:]) { extensions, attribute in
            guard case .string(let name) = attribute.key, !Self.core.contains(name) else { return }
            extensions[name] = attribute.value
        }
    }

    /// What the producer says that the data is.
    var contentType: String? {
        if case .string(let type)? = attributes["datacontenttype"] { type } else { nil }
    }

    /// Attributes that an event of the pipeline has, too, or the data decides about.
    private static let core: Set<String> = [
        "specversion", "id", "source", "type", "subject", "time", "datacontenttype",
    ]

    /// Attributes are named in lower-case letters and digits; whatever has another name is none.
    static func isName(_ name: some StringProtocol) -> Bool {
        !name.isEmpty
            && name.utf8.allSatisfy {
                UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0
            }
    }

    /// The content of an event as bytes of this content type.
    ///
    /// - Parameter type: nil where none is given: then JSON, if that is what it is.
    static func data(
        _ bytes: [UInt8], type: String?, at place: IngestItem.Place
    ) throws(Refusal) -> EventData {
        if bytes.isEmpty { return .none }
        guard let type else { return JSON.validate(bytes) == nil ? .json(bytes) : .bytes(bytes) }
        let (name, charset) = MediaType.parts(of: type)
        if MediaType.isJSON(name) {
            if let problem = JSON.validate(bytes) {
                throw Refusal(400, "\(place.prefix)the data is not the JSON it says it is: \(problem.message).")
            }
            return .json(bytes)
        }
        if name == "application/x-www-form-urlencoded" { return try IngestBody.form(bytes) }
        let isText = name.hasPrefix("text/") || name == "application/xml" || name.hasSuffix("+xml")
        if isText, charset == nil || charset == "utf-8" || charset == "us-ascii",
            let text = String(validating: bytes, as: UTF8.self)
        {
            return .text(text)
        }
        return .bytes(bytes)
    }
}

/// Binary content mode: the attributes in `ce-` headers, the data as the body (HTTP protocol binding, section 3.1).
enum CloudEventHeaders {
    /// Whether a request means to be a CloudEvent. Two looks at what each has to have find also those that lack one.
    static func areIn(_ headers: [String: String]) -> Bool {
        headers["ce-specversion"] != nil || headers["ce-id"] != nil
    }

    /// The event's attributes.
    static func read(_ headers: [String: String]) throws(Refusal) -> CloudEvent {
        var attributes = ValueMap()
        for (header, value) in headers where header.hasPrefix("ce-") {
            let name = header.dropFirst(3)
            guard CloudEvent.isName(name) else { continue }
            guard let text = PercentCoding.decode(Array(unquoted(value).utf8), plusIsSpace: false).text else {
                throw Refusal(400, "The header '\(header)' is not UTF-8 once it is percent-decoded.")
            }
            attributes[String(name)] = .string(text)
        }
        if let type = headers["content-type"] { attributes["datacontenttype"] = .string(type) }
        return try CloudEvent(attributes, at: .body)
    }

    /// Without the quotes and backslashes of a quoted string (RFC 9110, section 5.6.4), if it is one.
    private static func unquoted(_ value: String) -> String {
        guard value.count >= 2, value.hasPrefix("\""), value.hasSuffix("\"") else { return value }
        var text = ""
        var isEscaped = false
        for character in value.unicodeScalars.dropFirst().dropLast() {
            if character == "\\", !isEscaped {
                isEscaped = true
            } else {
                text.unicodeScalars.append(character)
                isEscaped = false
            }
        }
        return text
    }
}

/// Structured and batched content mode: the event, or an array of events, in the JSON event format (sections 3 and 4 of that).
enum CloudEventJSON {
    /// The event that lies in this part of a body.
    static func item(_ body: [UInt8], in range: Range<Int>? = nil, at place: IngestItem.Place) throws(Refusal)
        -> IngestItem
    {
        let object: JSONObject
        do throws(JSONProblem) {
            object = try JSONObject(body, in: range)
        } catch {
            throw Refusal(400, "\(place.prefix)a CloudEvent is a JSON object; \(error.message).")
        }
        var attributes = ValueMap()
        for name in object.names where name != "data" && name != "data_base64" {
            guard CloudEvent.isName(name), let value = object.field(name) else { continue }
            switch value {
            case .null: break  // As if it were not there (section 2.2).
            case .string, .bool, .int: attributes[name] = value
            default:
                throw Refusal(
                    400,
                    "\(place.prefix)the CloudEvents attribute '\(name)' has to be a text, a whole number or a truth value."
                )
            }
        }
        let event = try CloudEvent(attributes, at: place)
        return IngestItem(
            data: try data(of: object, event, at: place), place: place, event: event, dataPointer: "/data")
    }

    private static func data(
        of object: JSONObject, _ event: CloudEvent, at place: IngestItem.Place
    ) throws(Refusal) -> EventData {
        let type = event.contentType
        let range = object.range(of: "data")
        if let base64 = object.field("data_base64"), base64.kind != .null {
            guard range == nil else {
                throw Refusal(400, "\(place.prefix)a CloudEvent has 'data' or 'data_base64', not both.")
            }
            guard case .string(let text) = base64, let bytes = TextCoding.base64(text) else {
                throw Refusal(400, "\(place.prefix)'data_base64' has to be base64 (RFC 4648, section 4).")
            }
            return try CloudEvent.data(bytes, type: type, at: place)
        }
        guard let range else { return .none }
        // Of another type than JSON a text is the content itself; what is no text is JSON after all (section 3.1.1).
        if let type, !MediaType.isJSON(MediaType.parts(of: type).name), case .string(let text)? = object.field("data") {
            return .text(text)
        }
        return .json(Array(object.bytes[range]))
    }
}
