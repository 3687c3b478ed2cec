/// Files that wait to be read: each once, in the order in which they came.
struct ReadQueue {
    private var files: [TailedFile] = []
    /// The first that has not been taken.
    private var head = 0

    private static let slack = 1024

    var isEmpty: Bool { head == files.count }

    /// Puts it at the end, unless it waits already.
    mutating func add(_ file: TailedFile) {
        guard !file.isQueued else { return }
        file.isQueued = true
        files.append(file)
    }

    /// Takes the first.
    mutating func next() -> TailedFile? {
        guard !isEmpty else { return nil }
        let file = files[head]
        head += 1
        if head > Self.slack || isEmpty {
            files.removeFirst(head)
            head = 0
        }
        file.isQueued = false
        return file
    }
}
