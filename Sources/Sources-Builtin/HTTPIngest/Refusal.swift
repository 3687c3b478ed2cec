import Aggregator

/// Why a request was not taken: the status, and what to do about it.
struct Refusal: Error, Equatable {
    var status: Int
    var detail: String
    /// Of the answer: one name and its value.
    var header: (name: String, value: String)?
    /// Where in the body the fault is and why, and others beside it, for programs.
    var fault: DataFault?

    init(_ status: Int, _ detail: String, header: (name: String, value: String)? = nil, fault: DataFault? = nil) {
        self.status = status
        self.detail = detail
        self.header = header
        self.fault = fault
    }

    /// With 415 the client is told what would be taken (RFC 9110, section 12.5.1).
    static func unknownType(_ detail: String) -> Refusal { Refusal(415, detail, header: ("Accept", MediaType.known)) }

    /// As the client gets it.
    var response: RouteResponse {
        .problem(status, detail, headers: header.map { [$0] } ?? [], members: members)
    }

    /// As the client gets it for a line of a body whose lines before it were taken: 422, with the numbers as members.
    func ofLine(_ line: Int, accepted: Int) -> RouteResponse {
        let what = accepted == 1 ? "1 event before it was" : "\(accepted) events before it were"
        return .problem(
            422, "\(detail) \(what) accepted; send the rest anew, from this line on.",
            members: members + [("line", .int(Int64(line))), ("accepted", .int(Int64(accepted)))])
    }

    private var members: [(name: String, value: Value)] {
        guard let fault else { return [] }
        // As RFC 9457 shows it (section 3): pointers as fragments of a URI.
        let errors = ([fault] + fault.others).map { fault -> Value in
            .map(["detail": .string(fault.reason), "pointer": .string("#" + Self.fragment(fault.pointer))])
        }
        return [
            ("pointer", .string(fault.pointer)), ("reason", .string(fault.reason)), ("errors", .list(errors)),
        ]
    }

    /// A JSON Pointer as the fragment of a URI (RFC 6901, section 6).
    private static func fragment(_ pointer: String) -> String {
        // By bytes: to Swift a slash and a combining mark after it are one character.
        pointer.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .map { PercentCoding.encode(String(Substring($0))) }.joined(separator: "/")
    }

    static func == (some: Refusal, other: Refusal) -> Bool {
        some.status == other.status && some.detail == other.detail && some.header?.name == other.header?.name
            && some.header?.value == other.header?.value
    }
}
