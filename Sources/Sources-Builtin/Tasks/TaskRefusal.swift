import Aggregator

/// Why a request for a task was not taken.
struct TaskRefusal: Error, Equatable {
    /// One thing that is wrong with the request's content, and where.
    struct Mistake: Equatable {
        /// A JSON Pointer (RFC 6901) into the body; nil for what is not there but in the query.
        var pointer: String?
        /// Its name, for what stands in the query.
        var parameter: String?
        var reason: String

        var text: String {
            // The empty pointer is the whole body.
            if pointer == "" { return reason }
            return "\(pointer ?? "?\(parameter ?? "")="): \(reason)"
        }
    }

    var status: Int
    var detail: String
    var mistakes: [Mistake] = []

    init(_ status: Int, _ detail: String) { (self.status, self.detail) = (status, detail) }

    /// 422 with each mistake.
    init(_ mistakes: [Mistake]) {
        status = 422
        detail = mistakes.map(\.text).joined(separator: "; ") + "."
        self.mistakes = mistakes
    }

    /// 422 at one place of the body.
    init(at pointer: String, _ reason: String) { self.init([Mistake(pointer: pointer, reason: reason)]) }

    /// As the client gets it: RFC 9457, with its example's extension member `errors`.
    var response: RouteResponse {
        var response = RouteResponse.problem(
            status, detail, headers: status == 415 ? [("Accept", "application/json")] : [])
        guard !mistakes.isEmpty else { return response }
        var object = JSONObjectText()
        object.set("title", "Unprocessable Content")
        object.set("status", status)
        object.set("detail", detail)
        var errors: [UInt8] = []
        errors.appendJSON(mistakes) { mistake, bytes in
            var error = JSONObjectText()
            // As a fragment of a URI (RFC 6901, section 6), which is how RFC 9457 writes it.
            if let pointer = mistake.pointer { error.set("pointer", "#" + pointer) }
            if let parameter = mistake.parameter { error.set("parameter", parameter) }
            error.set("detail", mistake.reason)
            bytes += error.finished
        }
        object.set("errors", json: errors)
        response.body = object.finished + [UInt8(ascii: "\n")]
        return response
    }
}

extension String {
    /// As a part of a JSON Pointer (RFC 6901, section 3).
    var pointerToken: String { replacing("~", with: "~0").replacing("/", with: "~1") }
}
