internal import CChildProcess
import Foundation

/// A program about to be started.
struct Launch: Sendable {
    /// A path, or a name to be found in PATH.
    var program: String
    /// After argv[0], which is the program.
    var arguments: [String] = []
    /// Beside, or in place of, this process's own variables.
    var environment: [String: String] = [:]
    /// Nil: this process's own folder.
    var directory: String?
    /// Its standard input is a pipe that is closed when the program is to end, else it is empty.
    var hasInput = false
    /// Nil: whom this process runs as.
    var user: SystemUser?
    /// It is to go on when this process ends, however that ends.
    var outlivesServer = false

    /// Why a program could not be started, for people.
    struct Failure: Error, Equatable, CustomStringConvertible {
        var description: String
    }

    /// Starts it. Blocks until the program runs, which is for a thread that may.
    func start() throws(Failure) -> child {
        if let directory {
            var isDirectory: ObjCBool = false
            guard FileManager.default.fileExists(atPath: directory, isDirectory: &isDirectory), isDirectory.boolValue
            else {
                throw Failure(description: "could not start \(program): there is no folder \(directory)")
            }
        }
        let variables = ProcessInfo.processInfo.environment
            .merging(user?.environment ?? [:]) { _, new in new }
            .merging(environment) { _, new in new }
        var started = child()
        let code = withCStrings([path] + arguments) { arguments in
            withCStrings(variables.map { "\($0.key)=\($0.value)" }) { environment in
                start(&started, arguments, environment)
            }
        }
        guard code == 0 else {
            throw Failure(description: "could not start \(program): \(String(cString: strerror(code)))")
        }
        return started
    }

    private func start(
        _ started: inout child, _ arguments: [UnsafeMutablePointer<CChar>?],
        _ environment: [UnsafeMutablePointer<CChar>?]
    ) -> Int32 {
        path.withCString { program in
            withOptionalCString(directory) { directory in
                withUser { user in
                    arguments.withUnsafeBufferPointer { arguments in
                        environment.withUnsafeBufferPointer { environment in
                            var plan = child_plan(
                                program: program, arguments: arguments.baseAddress,
                                environment: environment.baseAddress,
                                directory: directory, has_input: hasInput, user: user, outlives: outlivesServer)
                            return child_start(&plan, &started)
                        }
                    }
                }
            }
        }
    }

    /// Only root may change the user, and whoever else asks for one has been found to be that one already.
    private func withUser(_ body: (UnsafePointer<child_user>?) -> Int32) -> Int32 {
        guard let user, geteuid() == 0 else { return body(nil) }
        return user.groups.withUnsafeBufferPointer { groups in
            var value = child_user(
                user: user.user, group: user.group, groups: groups.baseAddress, group_count: groups.count)
            return body(&value)
        }
    }

    private func withOptionalCString(_ text: String?, _ body: (UnsafePointer<CChar>?) -> Int32) -> Int32 {
        text.map { $0.withCString(body) } ?? body(nil)
    }

    /// A relative path would be looked up in the program's own folder, not in ours.
    private var path: String {
        guard program.contains("/"), !program.hasPrefix("/") else { return program }
        return FileManager.default.currentDirectoryPath + "/" + program
    }

    private func withCStrings<Result>(
        _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
    ) -> Result {
        let copies = texts.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        return body(copies + [nil])
    }
}
