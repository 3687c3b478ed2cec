import Aggregator
import Expressions

/// What a line of a program, or of standard input, is.
enum PipedFormat: String, OptionChoice {
    /// A JSON object is the data, any other line a text.
    case auto
    /// Any JSON value is the data.
    case json
    /// The data is `{"message": LINE}`.
    case text
    /// A whole event in CloudEvents' JSON format, with its id, type, subject and time.
    case cloudevents

    /// What is known of the events of lines, where those that do not say their own are of this type.
    func shape(ofType type: String) -> EventShape { self == .cloudevents ? .unknown : EventShape([.init(type: type)]) }
}

/// Makes events of lines.
struct PipedEvents: Sendable {
    let format: PipedFormat
    let type: String
    let subject: String?

    /// Why a line is no event.
    struct Problem: Error, CustomStringConvertible {
        let description: String
    }

    /// - Parameter now: the time of events that do not say their own.
    func event(of line: [UInt8], now: Timestamp) throws(Problem) -> Event {
        switch format {
        case .cloudevents:
            do throws(CloudEventProblem) {
                return try Event(cloudEvent: line, now: now)
            } catch {
                throw Problem(description: error.description)
            }
        case .json:
            if let problem = JSON.validate(line) { throw Problem(description: "it is no JSON: \(problem.message)") }
            return event(.json(line), now)
        case .auto where line.first == UInt8(ascii: "{") && JSON.validate(line) == nil: return event(.json(line), now)
        case .auto, .text: return event(Self.message(line), now)
        }
    }

    private func event(_ data: EventData, _ now: Timestamp) -> Event {
        Event(type: type, subject: subject, time: now, data: data)
    }

    /// Bytes that are no UTF-8 become U+FFFD.
    private static func message(_ line: [UInt8]) -> EventData {
        .json(Value.map(["message": .string(String(decoding: line, as: UTF8.self))]).jsonBytes)
    }
}
