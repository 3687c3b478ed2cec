import Aggregator

/// Why a request was not taken: the status, and what to do about it.
struct Refusal: Error, Equatable {
    var status: Int
    var detail: String

    init(_ status: Int, _ detail: String) {
        self.status = status
        self.detail = detail
    }

    /// As the client gets it. With 415 it is told what would be taken (RFC 9110, section 12.5.1).
    var response: RouteResponse {
        .problem(status, detail, headers: status == 415 ? [("Accept", MediaType.known)] : [])
    }
}
