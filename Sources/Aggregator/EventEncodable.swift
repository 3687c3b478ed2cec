import Foundation

extension Event {
    /// Makes an event whose data is a value of one's own, as JSON: keys sorted, dates as RFC 3339.
    ///
    /// - Throws: `EncodingError` when the value cannot be JSON (a NaN, say).
    public init(
        id: EventID = .generated(), type: String, subject: String? = nil, time: Timestamp = .now(),
        data value: some Encodable
    ) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        self.init(
            id: id, type: type, subject: subject, time: time, data: .json([UInt8](try encoder.encode(value))))
    }
}
