import Aggregator
import Expressions

extension Event {
    /// The event of the pipeline that a CloudEvent becomes, with all its attributes but `source`, which is the pipeline's.
    ///
    /// - Parameter now: the time of an event that does not say its own.
    init(_ given: CloudEvent, data: EventData, now: Timestamp) {
        self.init(
            id: .given(given.id), type: given.type, subject: given.subject, time: given.time ?? now, data: data)
        extensions = given.extensions
        dataContentType = given.contentType ?? data.contentType
    }

    /// The event that a text in CloudEvents' JSON format is.
    ///
    /// - Parameter now: the time of an event that does not say its own.
    init(cloudEvent json: [UInt8], now: Timestamp) throws(CloudEventProblem) {
        do throws(Refusal) {
            let item = try CloudEventJSON.item(json, at: .body)
            guard let event = item.event else { throw Refusal(400, "it is no CloudEvent") }
            self.init(event, data: item.data, now: now)
        } catch {
            throw CloudEventProblem(description: error.detail)
        }
    }
}

/// Why a text is no CloudEvent.
struct CloudEventProblem: Error, CustomStringConvertible {
    let description: String
}
