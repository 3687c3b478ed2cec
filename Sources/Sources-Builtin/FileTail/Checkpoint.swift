import Aggregator
import Glibc

/// Where the reading of files stands, on disk: so that a restart, of whatever kind, goes on there.
///
/// One JSON file, written anew each time: to a second name, with fdatasync(2), and then renamed, so that at every moment,
/// also after a power cut, a whole one is there. After `kill -9` lines are emitted again: those of the last seconds (see
/// `Bookmark`), and after an orderly stop none.
struct Checkpoint {
    /// Where it is kept.
    let path: String

    /// More is not remembered.
    static let fileLimit = 100_000
    private static let sizeLimit = 128 << 20
    static let version = 1

    init(directory: String) { path = directory + "/checkpoint.json" }

    /// What was kept; nothing if there is none yet.
    ///
    /// - Throws: `CheckpointProblem` when it is not one, or cannot be read.
    func load() throws(CheckpointProblem) -> [FileTrace] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return [] }
            throw CheckpointProblem("cannot read \(path): \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        guard let size = FileLook(descriptor: descriptor)?.size, size <= Self.sizeLimit else {
            throw CheckpointProblem("\(path) is too large to be a checkpoint")
        }
        let bytes = FileTrace.bytes(of: descriptor, at: 0, count: size)
        guard let document = try? Value(json: bytes), let members = document.members else {
            throw CheckpointProblem("\(path) is no checkpoint: it is no JSON object")
        }
        guard case .int(let version)? = members["version"], case .list(let files)? = members["files"] else {
            throw CheckpointProblem("\(path) is no checkpoint: `version` or `files` is missing")
        }
        guard version == Self.version else {
            throw CheckpointProblem("\(path) is of version \(version); this program reads version \(Self.version)")
        }
        let traces = files.compactMap(FileTrace.init)
        guard traces.count == files.count else {
            throw CheckpointProblem("\(path) is damaged: \(files.count - traces.count) of its entries make no sense")
        }
        return traces
    }

    /// Puts one that cannot be used out of the way, so that it can be looked at.
    func setAside() { _ = rename(path, path + ".damaged") }

    /// Replaces what was kept.
    func save(_ traces: [FileTrace]) throws(CheckpointProblem) {
        let draft = path + ".new"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw CheckpointProblem(draft, errno) }
        let isWritten = Self.write(Self.text(of: traces), to: descriptor) && fdatasync(descriptor) == 0
        let code = errno
        close(descriptor)
        guard isWritten else { throw CheckpointProblem(draft, code) }
        guard rename(draft, path) == 0 else { throw CheckpointProblem(path, errno) }
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress.map { $0 + done }, $0.count - done)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            done += count
        }
        return true
    }

    private static func text(of traces: [FileTrace]) -> [UInt8] {
        var text = Array("{\"version\":\(version),\"files\":[".utf8)
        for (index, trace) in traces.prefix(fileLimit).enumerated() {
            text += Array((index == 0 ? "\n" : ",\n").utf8)
            trace.json(into: &text)
        }
        text += Array("\n]}\n".utf8)
        return text
    }
}

/// Why there is no checkpoint.
struct CheckpointProblem: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }

    init(_ path: String, _ code: Int32) {
        description = "cannot write \(path): \(String(cString: strerror(code)))"
    }
}

extension FileTrace {
    fileprivate init?(_ value: Value) {
        guard let members = value.members,
            case .string(let path)? = members["path"], case .string(let subject)? = members["subject"],
            let device = members.number("device"), let inode = members.number("inode"),
            let offset = members.number("offset"), let resume = members.number("resume"),
            let seen = StampTime(members["seen"]), (0...Int64(Int.max)).contains(offset), (0...offset).contains(resume),
            let head = Print(members["head"]), let tail = Print(members["tail"]), tail.count <= Int(offset)
        else { return nil }
        self.init(
            identity: FileIdentity(device: UInt64(bitPattern: device), inode: UInt64(bitPattern: inode)),
            birth: members.number("birth"), path: path, subject: subject, offset: Int(offset), resume: Int(resume),
            size: Int(max(offset, members.number("size") ?? 0)), head: head, tail: tail, seen: seen)
        state = LineState(
            isSkippingLine: members["skipping_line"] == .bool(true),
            isSkippingGroup: members["skipping_group"] == .bool(true),
            isAfterHole: members["after_hole"] == .bool(true))
        isOrphan = members["orphan"] == .bool(true)
        isAbsent = members["absent"] == .bool(true)
    }

    fileprivate func json(into text: inout [UInt8]) {
        text += Array("{\"path\":".utf8)
        JSON.append(string: path, to: &text)
        text += Array(",\"subject\":".utf8)
        JSON.append(string: subject, to: &text)
        let (device, inode) = (Int64(bitPattern: identity.device), Int64(bitPattern: identity.inode))
        text += Array(
            (",\"device\":\(device),\"inode\":\(inode),\"offset\":\(offset),\"resume\":\(resume),\"size\":\(size),"
                + "\"seen\":[\(seen.earliest),\(seen.latest)],"
                + "\"head\":[\(head.count),\(Int64(bitPattern: head.hash))],"
                + "\"tail\":[\(tail.count),\(Int64(bitPattern: tail.hash))]").utf8)
        if let birth { text += Array(",\"birth\":\(birth)".utf8) }
        let flags = [
            ("skipping_line", state.isSkippingLine), ("skipping_group", state.isSkippingGroup),
            ("after_hole", state.isAfterHole), ("orphan", isOrphan), ("absent", isAbsent),
        ]
        for (name, _) in flags.filter(\.1) { text += Array(",\"\(name)\":true".utf8) }
        text.append(UInt8(ascii: "}"))
    }
}

extension Print {
    fileprivate init?(_ value: Value?) {
        guard case .list(let numbers)? = value, numbers.count == 2, case .int(let count) = numbers[0],
            case .int(let hash) = numbers[1], (0...Int64(FileTrace.printSize)).contains(count)
        else { return nil }
        self.init(count: Int(count), hash: UInt64(bitPattern: hash))
    }
}

extension StampTime {
    fileprivate init?(_ value: Value?) {
        switch value {
        case .list(let times)?:
            guard times.count == 2, case .int(let earliest) = times[0], case .int(let latest) = times[1] else {
                return nil
            }
            self.init(earliest: earliest, latest: latest)
        // As it was written before there were two: the coarse one, behind which the other is by some ticks at most.
        case .int(let time)?: self.init(earliest: time, latest: time + 100_000_000)
        default: return nil
        }
    }
}

extension Value {
    fileprivate var members: ValueMap? { if case .map(let members) = self { members } else { nil } }
}

extension ValueMap {
    fileprivate func number(_ name: String) -> Int64? {
        if case .int(let number)? = self[name] { number } else { nil }
    }
}
