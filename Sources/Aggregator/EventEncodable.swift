extension Event {
    /// Makes an event whose data is a value of one's own, as JSON: keys in the order of their bytes,
    /// dates as RFC 3339 to the second, `Data` as base64, an optional that is nil left out.
    ///
    /// - Throws: `EncodingError` when the value cannot be JSON (a NaN, say).
    public init(
        id: EventID = .generated(), type: String, subject: String? = nil, time: Timestamp = .now(),
        data value: some Encodable
    ) throws {
        self.init(id: id, type: type, subject: subject, time: time, data: .json(try JSONValueEncoder.encode(value)))
    }
}
