import Aggregator

/// Which part of the list of tasks a request asks for.
struct TaskPage {
    var selection = TaskBoard.Selection()
    var limit = 100

    /// Reads `limit`, `before`, and `status` and `job`, which may come several times. What else is there is not ours.
    init(_ query: [(name: String, value: String)], jobs: [String]) throws(TaskRefusal) {
        for (name, value) in query {
            switch name {
            case "limit":
                guard let number = Int(value), (1...1000).contains(number) else {
                    throw TaskRefusal(400, "'limit' is a number from 1 to 1000.")
                }
                limit = number
            case "before":
                guard let number = Int(value), number > 0 else {
                    throw TaskRefusal(
                        400, "'before' is taken from `next` of the page before; leave it out for the first.")
                }
                selection.before = number
            case "status":
                for word in value.split(separator: ",") {
                    guard let status = TaskStatus(rawValue: String(word)) else {
                        let known = TaskStatus.allCases.map(\.rawValue).joined(separator: ", ")
                        throw TaskRefusal(400, "Unknown status '\(word)'; known: \(known).")
                    }
                    selection.statuses.insert(status)
                }
            case "job":
                guard jobs.contains(value) else {
                    throw TaskRefusal(400, "Unknown job '\(value)'; known: \(jobs.joined(separator: ", ")).")
                }
                selection.jobs.insert(value)
            default: break
            }
        }
    }

    /// The query of the page after the task with that number. Names and statuses need no escapes.
    func query(before number: Int) -> String {
        let items =
            ["limit=\(limit)"] + selection.statuses.map { "status=\($0.rawValue)" }.sorted()
            + selection.jobs.map { "job=\($0)" }.sorted() + ["before=\(number)"]
        return items.joined(separator: "&")
    }
}
