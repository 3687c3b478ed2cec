internal import CChildProcess
import Glibc
import Synchronization

/// Sees to it that no program outlives this process, also not when that is killed with SIGKILL.
///
/// The kernel ends the programs themselves then (`PR_SET_PDEATHSIG`), but not what they have started. So a small process of our
/// own, a shell, is told of every program's group through its standard input; when that comes to its end, because we have
/// come to ours, it kills those groups that are left. There is one for all programs, begun with the first. What leaves its
/// program's group (`setsid`) is meant to stay.
///
/// Any thread. A call may block for as long as starting a program takes.
enum Guardian {
    /// Begins with the groups that its argument names, and takes lines `+ GROUP` and `- GROUP`. It ignores the signals that an orderly stop of the whole machine or service sends
    /// to everybody: it ends with us, and not before.
    private static let script = """
        exec >/dev/null 2>&1
        trap '' HUP INT TERM
        groups=" $1 "
        while read -r change group; do
            case $change in
            +) groups="$groups$group " ;;
            -) groups="${groups%% $group *} ${groups#* $group }" ;;
            esac
        done
        for group in $groups; do kill -s KILL -- "-$group"; done
        """

    private struct Shell {
        let pid: pid_t
        let input: Int32
    }

    private struct State {
        var groups: Set<pid_t> = []
        /// Nil: there is none.
        var shell: Shell?
    }

    private static let state = Mutex(State())

    /// A program has begun.
    static func watch(_ group: pid_t) {
        state.withLock { state in
            state.groups.insert(group)
            tell("+ \(group)\n", &state)
        }
    }

    /// A program and its group are about to be gone; to be called before their number is given back to the kernel.
    static func forget(_ group: pid_t) {
        state.withLock { state in
            guard state.groups.remove(group) != nil else { return }
            tell("- \(group)\n", &state)
        }
    }

    /// Somebody may have killed it: then there is another, who is told of all.
    private static func tell(_ line: String, _ state: inout State) {
        if let shell = state.shell {
            if write(line, to: shell.input) { return }
            // One that is only stopped would take the pipe's end for ours, once it goes on.
            kill(shell.pid, SIGKILL)
            close(shell.input)
            waitpid(shell.pid, nil, 0)
            state.shell = nil
        }
        if !state.groups.isEmpty { state.shell = start(with: state.groups) }
    }

    /// Without a shell, or without memory, the programs run all the same.
    private static func start(with groups: Set<pid_t>) -> Shell? {
        let list = groups.map { "\($0)" }.joined(separator: " ")
        var launch = Launch(program: "/bin/sh", arguments: ["-c", script, "guardian", list], directory: "/")
        (launch.hasInput, launch.outlivesServer) = (true, true)
        guard let shell = try? launch.start() else { return nil }
        for descriptor in [shell.output, shell.errors, shell.end] { close(descriptor) }
        // Nobody waits for its end; whoever reads this pipe no longer is noticed by the next write.
        _ = fcntl(shell.input, F_SETFL, O_NONBLOCK)
        return Shell(pid: shell.pid, input: shell.input)
    }

    private static func write(_ text: String, to descriptor: Int32) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            // A write of up to PIPE_BUF bytes is whole or not at all.
            while true {
                let count = Glibc.write(descriptor, bytes.baseAddress, bytes.count)
                if count < 0, errno == EINTR { continue }
                return count == bytes.count
            }
        }
    }
}
