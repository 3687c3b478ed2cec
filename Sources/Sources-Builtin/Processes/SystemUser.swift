import Aggregator
import Glibc

/// A user of this machine whom programs are run as: what initgroups(3), setgid(2) and setuid(2) need to know.
struct SystemUser: OptionValue, Equatable {
    var name: String
    var user: uid_t
    var group: gid_t
    /// All groups, the main one too.
    var groups: [gid_t]
    var home: String
    var shell: String

    static var shape: OptionShape { .string }

    /// A name, or a number that has one. Somebody else than who we are is for root only.
    static func decode(_ node: Node, _ problems: inout Problems) -> SystemUser? {
        guard let text = String.decode(node, &problems) else { return nil }
        guard let user = SystemUser(named: text) else {
            problems.report("there is no user \(problems.quote(node)) on this machine", at: node)
            return nil
        }
        guard geteuid() == 0 || user.user == geteuid() else {
            let own = SystemUser(id: geteuid())?.name ?? "user \(geteuid())"
            problems.report(
                "only root may run programs as another user: run the server as root, or leave this out (it runs as \(own))",
                at: node)
            return nil
        }
        return user
    }

    var optionText: String? { name.optionText }

    /// What a login would set for that user.
    var environment: [String: String] { ["HOME": home, "USER": name, "LOGNAME": name, "SHELL": shell] }

    /// Nil if there is no such user.
    init?(named text: String) {
        if let user = Self.find({ getpwnam_r(text, $0, $1, $2, $3) }) {
            self = user
        } else if let id = uid_t(text), let user = SystemUser(id: id) {
            self = user
        } else {
            return nil
        }
    }

    /// Nil if nobody has that number.
    init?(id: uid_t) {
        guard let user = Self.find({ getpwuid_r(id, $0, $1, $2, $3) }) else { return nil }
        self = user
    }

    private init(_ entry: passwd) {
        func text(_ field: UnsafeMutablePointer<CChar>?) -> String { field.map { String(cString: $0) } ?? "" }
        name = text(entry.pw_name)
        (user, group) = (entry.pw_uid, entry.pw_gid)
        (home, shell) = (text(entry.pw_dir), text(entry.pw_shell))
        var count: Int32 = 64
        var found = [gid_t](repeating: 0, count: Int(count))
        if getgrouplist(entry.pw_name, entry.pw_gid, &found, &count) < 0 {
            // It has said how many there are.
            found = [gid_t](repeating: 0, count: Int(count))
            getgrouplist(entry.pw_name, entry.pw_gid, &found, &count)
        }
        groups = Array(found.prefix(Int(count)))
    }

    private typealias Lookup = (
        UnsafeMutablePointer<passwd>, UnsafeMutablePointer<CChar>, Int,
        UnsafeMutablePointer<UnsafeMutablePointer<passwd>?>
    ) -> Int32

    private static func find(_ look: Lookup) -> SystemUser? {
        var size = 4 << 10
        while size <= 1 << 20 {
            var buffer = [CChar](repeating: 0, count: size)
            var entry = passwd()
            var result: UnsafeMutablePointer<passwd>?
            let user = buffer.withUnsafeMutableBufferPointer { buffer -> (code: Int32, user: SystemUser?) in
                guard let start = buffer.baseAddress else { return (ENOMEM, nil) }
                let code = look(&entry, start, size, &result)
                // The entry's texts are in the buffer.
                return (code, result == nil ? nil : SystemUser(entry))
            }
            guard user.code == ERANGE else { return user.user }
            size *= 4
        }
        return nil
    }
}
