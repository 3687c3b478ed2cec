import Aggregator

/// Why a request was not taken: the status, and what to do about it.
struct Refusal: Error, Equatable {
    var status: Int
    var detail: String
    /// Of the answer: one name and its value.
    var header: (name: String, value: String)?
    /// Where in the body the fault is and why, for programs.
    var fault: DataFault?

    init(_ status: Int, _ detail: String, header: (name: String, value: String)? = nil, fault: DataFault? = nil) {
        self.status = status
        self.detail = detail
        self.header = header
        self.fault = fault
    }

    /// With 415 the client is told what would be taken (RFC 9110, section 12.5.1).
    static func unknownType(_ detail: String) -> Refusal { Refusal(415, detail, header: ("Accept", MediaType.known)) }

    /// The same of a line of a body whose lines before it were taken: 422, with the numbers as members of their own.
    func ofLine(_ line: Int, accepted: Int) -> RouteResponse {
        let what = accepted == 1 ? "1 event before it was" : "\(accepted) events before it were"
        var problem = JSONObjectText()
        problem.set("title", "Unprocessable Content")
        problem.set("status", 422)
        problem.set("detail", "\(detail) \(what) accepted; send the rest anew, from this line on.")
        problem.set("line", line)
        problem.set("accepted", accepted)
        return RouteResponse(
            status: 422, headers: [("Content-Type", "application/problem+json")], body: problem.finished)
    }

    /// As the client gets it.
    var response: RouteResponse {
        let members = fault.map { [("pointer", Value.string($0.pointer)), ("reason", Value.string($0.reason))] } ?? []
        return .problem(status, detail, headers: header.map { [$0] } ?? [], members: members)
    }

    static func == (some: Refusal, other: Refusal) -> Bool {
        some.status == other.status && some.detail == other.detail && some.header?.name == other.header?.name
            && some.header?.value == other.header?.value
    }
}
