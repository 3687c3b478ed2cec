import Aggregator
import Testing

@testable import SourcesBuiltin

@Suite("file_tail's parts")
struct FileTailPartsTests {
    @Test(
        "a pattern means what a shell means by it",
        arguments: [
            ("/a/*.log", "/a/x.log", true), ("/a/*.log", "/a/b/x.log", false), ("/a/*.log", "/a/.x.log", false),
            ("/a/.*.log", "/a/.x.log", true), ("/a/?.log", "/a/é.log", true), ("/a/?.log", "/a/xy.log", false),
            ("/a/[a-c]x", "/a/bx", true), ("/a/[a-c]x", "/a/dx", false), ("/a/[!a-c]x", "/a/dx", true),
            ("/a/[]]x", "/a/]x", true), ("/a/[x", "/a/[x", true), ("/a/\\*", "/a/*", true), ("/a/\\*", "/a/x", false),
            ("/**/x", "/x", true), ("/**/x", "/a/b/x", true), ("/**/x", "/a/.b/x", false),
            ("/a/**/b/*.log", "/a/b/x.log", true),
            ("/a/**/b/*.log", "/a/c/d/b/x.log", true), ("/a/**/b/*.log", "/a/c/x.log", false),
            ("/a/**", "/a/b/c", true),
            ("a/*", "a/b", true), ("a/*", "/a/b", false), ("/a/*b*c*", "/a/xbxbxc", true),
            ("/a/*b*c*", "/a/xcxb", false), ("/a/*/\u{59C}b", "/a/\u{59C}/\u{59C}b", true),
        ])
    func globs(_ pattern: String, _ path: String, _ isMatch: Bool) {
        #expect(Glob(pattern).matches(path) == isMatch)
    }

    @Test(
        "a folder is known to be on the way",
        arguments: [
            ("/a/*/c", "/a", true), ("/a/*/c", "/a/b", true), ("/a/*/c", "/b", false), ("/a/**/c", "/a/x/y", true),
        ])
    func leads(_ pattern: String, _ path: String, _ isOnTheWay: Bool) {
        #expect(Glob(pattern).leads(through: path) == isOnTheWay)
    }

    @Test("a name may begin with a combining mark")
    func combiningMark() {
        #expect("/a/\u{59C}b".folder == "/a/")
        #expect("/a/\u{59C}b".lastName == "\u{59C}b")
    }

    @Test("an unlucky pattern is refused soon")
    func slowGlob() {
        let pattern = "/" + String(repeating: "*a", count: 50) + "b"
        #expect(!Glob(pattern).matches("/" + String(repeating: "a", count: 5000)))
    }

    @Test(
        "what is to be done with an open file follows from its size and time",
        arguments: [
            (10, 1, 10, 1, Rotation.Verdict.rest), (20, 2, 10, 1, .read), (20, 1, 10, 1, .read),
            (5, 1, 10, 1, .restart),
            (0, 2, 10, 1, .restart), (10, 2, 10, 1, .verify), (10, 1, 10, nil, .verify), (0, 2, 0, nil, .rest),
        ] as [(Int, Int64, Int, Int64?, Rotation.Verdict)])
    func verdicts(_ size: Int, _ modified: Int64, _ offset: Int, _ known: Int64?, _ verdict: Rotation.Verdict) {
        let look = FileLook(identity: FileIdentity(device: 1, inode: 1), size: size, modified: modified)
        #expect(Rotation.verdict(look, offset: offset, modified: known) == verdict)
    }

    @Test(
        "a former file is let go when its successor is there and its writer silent",
        arguments: [
            (true, 1, 5, true), (true, 1, 4, false), (true, 0, 5, true), (false, 1, 9999, false), (false, 0, 59, false),
            (false, 0, 60, true),
        ])
    func orphans(_ hasSuccessor: Bool, _ links: Int, _ quiet: Int, _ isOver: Bool) {
        let verdict = Rotation.isOver(
            hasSuccessor: hasSuccessor, links: links, quiet: .seconds(quiet), grace: .seconds(5))
        #expect(verdict == isOver)
    }

    @Test("what a path has become follows from what is there")
    func pathVerdicts() {
        let one = FileIdentity(device: 1, inode: 1)
        let other = FileIdentity(device: 2, inode: 1)
        #expect(Rotation.verdict(FileLook(identity: one, size: 0), followed: one) == .same)
        #expect(Rotation.verdict(FileLook(identity: other, size: 0), followed: one) == .replaced)
        #expect(Rotation.verdict(FileLook(identity: one, size: 0, kind: .folder), followed: one) == .gone)
        #expect(Rotation.verdict(nil, followed: one) == .gone)
    }

    @Test("a file with a removed one's number and content is another, as it was made at another time")
    func births() {
        var trace = FileTrace(
            identity: FileIdentity(device: 1, inode: 1), path: "/a", subject: "a", offset: 2, resume: 2, size: 2,
            seen: StampTime(earliest: 10, latest: 20))
        #expect(trace.mayBe(madeAt: nil) && trace.mayBe(madeAt: 20) && !trace.mayBe(madeAt: 21))
        trace.birth = 5
        #expect(trace.mayBe(madeAt: nil) && trace.mayBe(madeAt: 5) && !trace.mayBe(madeAt: 6))
    }

    @Test("a look has two bounds: a file made just before was there, and one made just after was not")
    func stampTimes() throws {
        let scratch = try Scratch()
        for round in 0..<1000 {
            try scratch.append("before \(round)", "1\n")
            let look = try #require(FileLook(path: scratch.at("before \(round)")))
            try scratch.append("after \(round)", "1\n")
            let before = try #require(FileLook.birth(ofFileAt: scratch.at("before \(round)")))
            let after = try #require(FileLook.birth(ofFileAt: scratch.at("after \(round)")))
            #expect(look.time.mayHaveSeen(birth: before) && look.time.mayHaveMissed(birth: after))
        }
    }

    @Test("however the bytes arrive, the lines are the same", arguments: [1, 2, 3, 5, 7, 64])
    func splits(_ step: Int) {
        let text = Array("one\r\n\nthree and more\n\r\nfive\rstays\n12345678\r\n123456789\nrest".utf8)
        for limit in [8, 100] {
            let whole = lines(of: text, step: text.count, limit: limit)
            #expect(lines(of: text, step: step, limit: limit) == whole)
            #expect(whole.contains("12345678") && whole.contains("rest"))
            #expect(whole.contains("12345678…") == (limit == 8))
        }
    }

    @Test("a line is not cut within a character")
    func cutsBetweenCharacters() {
        #expect(lines(of: Array("ab\u{1F600}\n".utf8), step: 3, limit: 4) == ["ab…"])
        #expect(lines(of: Array("abé\n".utf8), step: 9, limit: 4) == ["abé"])
    }

    private func lines(of text: [UInt8], step: Int, limit: Int) -> [String] {
        var splitter = LineSplitter(limit: limit, longLines: .cut)
        var lines: [String] = []
        func take(_ line: LineSplitter.Line) {
            lines.append(String(decoding: line.bytes, as: UTF8.self) + (line.isCut ? "…" : ""))
        }
        for start in stride(from: 0, to: text.count, by: step) {
            let piece = Array(text[start..<min(text.count, start + step)])
            let taken = piece.withUnsafeBytes { splitter.feed($0, take) }
            #expect(taken == piece.count)
        }
        splitter.flush(take)
        return lines
    }

    @Test("text of any bytes becomes valid JSON", arguments: 0..<40)
    func escapes(_ seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let bytes = (0..<Int(random.next() % 100)).map { _ in
            seed % 2 == 0 ? UInt8(random.next() % 128) : UInt8(truncatingIfNeeded: random.next())
        }
        let json = bytes.withUnsafeBytes { LineEncoder.message($0, then: "}") }
        #expect(JSON.validate(json) == nil)
        let plain = bytes.map { $0 == 0x22 || $0 == 0x5C || $0 < 0x20 || $0 > 0x7E ? UInt8(ascii: "x") : $0 }
        let expected = "{\"message\":\"" + String(decoding: plain, as: UTF8.self) + "\"}"
        let same = plain.withUnsafeBytes { LineEncoder.message($0, then: "}") }
        #expect(String(decoding: same, as: UTF8.self) == expected)
    }

    @Test("a byte that has to be looked at is seen wherever it stands", arguments: [1, 7, 8, 9, 16, 23])
    func plain(_ length: Int) {
        for place in 0..<length {
            for byte in UInt8.min...UInt8.max {
                var line = [UInt8](repeating: UInt8(ascii: "x"), count: length)
                line[place] = byte
                let isPlain = line.withUnsafeBytes { LineEncoder.isPlain($0) }
                #expect(isPlain == (byte >= 0x20 && byte < 0x80 && byte != 0x22 && byte != 0x5C))
            }
        }
    }
}
