extension Scenario {
    /// Copied and cut off where the patterns match the copies too: what was read of a file is not read again in its copy.
    static let copies = [
        Scenario(
            "copied and cut off onto the same copy again and again", "a.log*",
            steps: (0..<6).flatMap { rotation($0, [.copyOver("a.log", "a.log.1"), .truncate("a.log")]) }),
        Scenario(
            "copied onto the same copy with lines that nobody has read", "a.log*",
            steps: (0..<4).flatMap {
                [
                    .write("a.log", "seen \($0)\n"), .settle, .write("a.log", "unseen \($0)\n"),
                    .copyOver("a.log", "a.log.1"), .truncate("a.log"), .write("a.log", "then \($0)\n"), .settle,
                ]
            }),
        Scenario(
            "copies are moved on, and the next is made, in quick succession", "a.log*",
            steps: [.write("a.log", "1\n2\n3\n"), .settle] + (0..<4).flatMap { shift(.rename, $0) }),
        Scenario(
            "copies are copied on, and the next is made, one look at a time", "a.log*",
            steps: (0..<5).flatMap { shift(.copy, $0) + [.settle] }),
        Scenario(
            "copies of many blocks", "a.log*",
            steps: (0..<4).flatMap { rotation($0, lines: 9000, [.copyOver("a.log", "a.log.1"), .truncate("a.log")]) }),
        Scenario(
            "a copy is half done when it is seen", "a.log*",
            steps: [
                .write("a.log", long("one", 200)), .settle, .copyOver("a.log", "a.log.1", part: 700),
                .write("end.log", "pause\n"), .settle, .copyOver("a.log", "a.log.1"),
                .truncate("a.log"), .write("a.log", "2\n"), .settle, .copyOver("a.log", "a.log.1", part: 1),
                .copyOver("a.log", "a.log.1"), .truncate("a.log"), .write("a.log", "3\n"),
            ]),
        Scenario(
            "lines come after the copy was made, and are lost with the cut, but were read", "a.log*",
            steps: (0..<3).flatMap {
                [
                    .write("a.log", long("before \($0)", 40)), .settle, .copyOver("a.log", "a.log.1"),
                    .write("a.log", "between \($0)\n"), .settle, .truncate("a.log"), .write("a.log", "after \($0)\n"),
                    .settle,
                ]
            }),
        Scenario(
            "two copies are made of the same", "a.log*",
            steps: (0..<3).flatMap {
                rotation(
                    $0, [.copyOver("a.log", "a.log.1"), .copyOver("a.log", "a.log.bak"), .truncate("a.log")])
            }),
        Scenario(
            "an empty file is copied and cut off", "a.log*",
            steps: [
                .write("a.log", ""), .copyOver("a.log", "a.log.1"), .truncate("a.log"), .write("a.log", "1\n"), .settle,
                .copyOver("a.log", "a.log.1"), .truncate("a.log"), .copyOver("a.log", "a.log.1"), .truncate("a.log"),
                .write("a.log", "2\n"),
            ]),
        Scenario(
            "the last line had no end when it was copied", "a.log*",
            steps: [
                .write("a.log", "1\nbegun"), .settle, .copyOver("a.log", "a.log.1"), .truncate("a.log"), .rest("a.log"),
                .write("a.log", "2\n"),
            ]),
        Scenario(
            "files with one beginning, one of which is cut off", "a*.log",
            steps: [
                .write("a.log", long("banner", 60) + "of a\n"), .settle, .write("a-1.log", long("banner", 60)),
                .write("a-1.log", "of another\n"), .settle, .truncate("a.log"), .write("a.log", "more\n"), .settle,
                .write("a-2.log", long("banner", 60)), .write("a-2.log", "of a third\n"),
            ]),
        Scenario(
            "files with one beginning that grow side by side", "a*.log",
            steps: [.write("a.log", long("banner", 60)), .settle]
                + (0..<50).flatMap {
                    [
                        .write("a.log", "a \($0)\n"),
                        .write("a-1.log", ($0 == 0 ? long("banner", 60) : "") + "1 \($0)\n"),
                    ]
                }),
        Scenario(
            "what comes later and is like what was cut off long ago is read", "a*.log",
            steps: [
                .write("a.log", long("start", 30)), .settle, .truncate("a.log"), .write("a.log", "2\n"), .settle,
                .write("a-1.log", long("start", 30)),
            ]),
        Scenario(
            "a copy is written to", "a.log*",
            steps: [
                .write("a.log", "1\n"), .settle, .copyOver("a.log", "a.log.1"), .truncate("a.log"),
                .write("a.log.1", "2\n"), .write("a.log", "3\n"), .settle, .write("a.log.1", "4\n"),
            ]),
    ]

    /// Lines, seen and unseen, a rotation, and a line after it.
    private static func rotation(_ number: Int, lines: Int = 3, _ steps: [Step]) -> [Step] {
        [.write("a.log", long("line of \(number)", lines)), .settle] + steps
            + [.write("a.log", "first of \(number + 1)\n"), .settle]
    }

    private enum Shift { case rename, copy }

    /// As logrotate does it with `copytruncate` and `rotate 4`.
    private static func shift(_ shift: Shift, _ round: Int) -> [Step] {
        var steps: [Step] = [.write("a.log", "line \(round)\nand \(round) more\n")]
        for number in (1..<4).reversed() where number <= round {
            let (old, new) = ("a.log.\(number)", "a.log.\(number + 1)")
            steps.append(shift == .rename ? .rename(old, new) : .copyOver(old, new))
        }
        return steps + [.copyOver("a.log", "a.log.1"), .truncate("a.log")]
    }

    private static func long(_ text: String, _ lines: Int) -> String {
        (0..<lines).map { "\(text) \($0)\n" }.joined()
    }
}
