extension Scenario {
    /// Faster than anybody looks.
    static let hasty = [
        Scenario(
            "rotated three times before anybody looks",
            steps: [
                .write("a.log", "1\n"), .settle, .write("a.log", "2\n"), .rename("a.log", "a.log.1"),
                .write("a.log", "3\n"), .rename("a.log.1", "a.log.2"), .rename("a.log", "a.log.1"),
                .write("a.log", "4\n"), .rename("a.log.2", "a.log.3"), .rename("a.log.1", "a.log.2"),
                .rename("a.log", "a.log.1"), .write("a.log", "5\n"),
            ]),
        Scenario(
            "rotated into a gap, and again before the next file",
            steps: [
                .write("a.log", "1\n"), .settle, .rename("a.log", "a.log.1"), .settle, .write("a.log", "2\n"),
                .rename("a.log.1", "a.log.2"), .rename("a.log", "a.log.1"), .settle,
            ]),
        Scenario(
            "copied and cut off with lines that nobody has read",
            steps: [
                .write("a.log", "1\n"), .settle, .write("a.log", "2\n3\n"), .copy("a.log", "a.log.1"),
                .truncate("a.log"), .write("a.log", "4\n"),
            ]),
        Scenario(
            "copied to what the pattern matches, and cut off", "a.log*",
            steps: [
                .write("a.log", "1\n2\n"), .settle, .copy("a.log", "a.log.1"), .truncate("a.log"),
                .write("a.log", "3\n"), .settle, .copy("a.log", "a.log.2"), .truncate("a.log"), .write("a.log", "4\n"),
            ]),
        Scenario(
            "copied to what the pattern matches, long before it is cut off", "a.log*",
            steps: [
                .write("a.log", "1\n2\n"), .settle, .copy("a.log", "a.log.1"), .write("b", "x"), .write("a.log", "3\n"),
                .settle, .truncate("a.log"), .write("a.log", "4\n"),
            ]),
        Scenario(
            "two files begin alike", "a*.log",
            steps: [
                .write("a.log", "the same\n"), .settle, .write("a-1.log", "the same\n"), .write("a-1.log", "other\n"),
                .write("a.log", "another\n"),
            ]),
        Scenario(
            "two files are the same", "a*.log",
            steps: [.write("a.log", "1\n2\n"), .settle, .write("a-1.log", "1\n2\n")]),
        Scenario(
            "compressed files appear beside it", "a.log*",
            steps: [.write("a.log", "1\n"), .settle, .copy("a.log", "a.log.1.gz"), .copy("a.log", "a.log.2.zst")]),
    ]
}
