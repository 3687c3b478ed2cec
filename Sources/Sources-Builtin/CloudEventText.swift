import Aggregator
import Expressions

extension Event {
    /// The event that a text in CloudEvents' JSON format is, with its id, type, subject, time and data. Its `source` is not
    /// the pipeline's, and extensions have no place in an event: they are left out.
    ///
    /// - Parameter now: the time of an event that does not say its own.
    init(cloudEvent json: [UInt8], now: Timestamp) throws(CloudEventProblem) {
        do throws(Refusal) {
            let item = try CloudEventJSON.item(json, at: .body)
            guard let event = item.event else { throw Refusal(400, "it is no CloudEvent") }
            self.init(
                id: .given(event.id), type: event.type, subject: event.subject, time: event.time ?? now, data: item.data
            )
        } catch {
            throw CloudEventProblem(description: error.detail)
        }
    }
}

/// Why a text is no CloudEvent.
struct CloudEventProblem: Error, CustomStringConvertible {
    let description: String
}
