public import Expressions

/// Something that happened. Its attributes are those of CloudEvents 1.0 (section "Context Attributes").
///
/// A source fills in `type`, perhaps `subject`, and `data`; the pipeline sets `source` to the source's name in the file.
/// Events are values: what a filter does to one is seen only by what comes after it.
public struct Event: Sendable {
    /// Identity, made by the producer; unique within `source`. Not the position of the event in a channel.
    public var id: EventID
    /// The name of the source in the pipeline. Whatever an author writes here, `emit` replaces.
    public var source: String
    /// What kind of event this is: 1 to 256 bytes of UTF-8 without control characters, and not `gap`.
    public var type: String
    /// What the event is about, if it is about one thing: as long and as plain as `type`.
    public var subject: String?
    /// When it happened.
    public var time: Timestamp
    /// The content.
    public var data: EventData {
        didSet { object = nil }
    }
    /// The other attributes that a CloudEvent came with: extensions, and `dataschema` (CloudEvents 1.0, "Extension Context
    /// Attributes"). Texts, whole numbers or truth values, by names of lower-case letters and digits; anything else is left
    /// out. They go along through the pipeline and into the envelope. `datacontenttype` among them is what `dataContentType`
    /// was set to.
    public var extensions: [String: Value] = [:]
    /// What an expression has learned of `data`, for the next one that asks.
    var object: JSONObject?

    /// Makes an event. Without an `id` it gets one that is unique in this process and, practically, in the world.
    public init(
        id: EventID = .generated(), type: String, subject: String? = nil, time: Timestamp = .now(),
        data: EventData = .none
    ) {
        self.id = id
        self.source = ""
        self.type = type
        self.subject = subject
        self.time = time
        self.data = data
    }
}

extension Event {
    /// CloudEvents' `datacontenttype`: the producer's own word for the data (`application/vnd.shop+json`, `image/png`) as long
    /// as the data is JSON or not as that says, else `data.contentType`.
    public var dataContentType: String? {
        get {
            guard case .string(let type)? = extensions["datacontenttype"], data.canBe(type) else {
                return data.contentType
            }
            return type
        }
        set { extensions["datacontenttype"] = newValue == data.contentType ? nil : newValue.map { .string($0) } }
    }
}

extension EventData {
    /// Whether this may be called so: JSON by a type of JSON only, and nothing else by one.
    fileprivate func canBe(_ type: String) -> Bool {
        let name = type.prefix { $0 != ";" }.lowercased().filter { $0 != " " }
        let isJSON = name.hasSuffix("/json") || name.hasSuffix("+json")
        return switch self {
        case .none: false
        case .json: isJSON
        case .text, .bytes: !isJSON
        }
    }
}

/// The identity of an event. One that the producer gave is kept as it is; one that we make costs a counter, and becomes
/// text only when somebody reads it.
public enum EventID: Sendable, Hashable, CustomStringConvertible {
    /// As the producer wrote it.
    case given(String)
    /// The n-th of this process.
    case numbered(UInt64)

    /// The next of this process.
    public static func generated() -> EventID { .numbered(EventNumbers.next()) }

    /// The text of the identity, as the envelope shows it.
    public var description: String {
        switch self {
        case .given(let text): text
        case .numbered(let number): EventNumbers.text(of: number)
        }
    }
}

/// The content of an event.
public enum EventData: Sendable, Equatable {
    /// No content.
    case none
    /// A JSON text (RFC 8259), as it came. Whoever makes one answers for its being valid; `EventData(validating:)` checks.
    case json([UInt8])
    /// Text, streamed bare.
    case text(String)
    /// Anything else, streamed as base64.
    case bytes([UInt8])

    /// An expression's result as data: a string is text, bytes are bytes, all else is JSON.
    public init(_ value: Value) {
        switch value {
        case .string(let text): self = .text(text)
        case .bytes(let bytes): self = .bytes(bytes)
        default: self = .json(value.jsonBytes)
        }
    }

    /// The same, where a number that JSON does not have would be a loss.
    ///
    /// - Throws: when the value is, or holds, NaN or an infinity.
    public init(exactly value: Value) throws {
        switch value {
        case .string(let text): self = .text(text)
        case .bytes(let bytes): self = .bytes(bytes)
        default: self = .json(try value.exactJSON())
        }
    }

    /// A JSON text, checked (RFC 8259); nil: it is none.
    public init?(validating json: [UInt8]) {
        guard JSON.validate(json) == nil else { return nil }
        self = .json(json)
    }

    /// CloudEvents' `datacontenttype` of such data; nil where there is none.
    public var contentType: String? {
        switch self {
        case .none: nil
        case .json: "application/json"
        case .text: "text/plain"
        case .bytes: "application/octet-stream"
        }
    }
}
