import Aggregator
import Glibc

/// A command line, as argv entries.
struct ProgramCommand: OptionValue, Equatable {
    /// The program's path, made absolute where it was relative to the pipeline file; or a name to be found in PATH.
    var program: String
    /// What comes after the program.
    var arguments: [String] = []
    /// The pipeline file's folder; empty: the process's own.
    var directory = ""
    /// The program as it was written.
    var written = ""
    /// It was written as one text, not as a list.
    var isText = false

    static var shape: OptionShape { .either([.list(.string), .string]) }

    static func decode(_ node: Node, _ problems: inout Problems) -> ProgramCommand? {
        let entries = node.elements ?? [node]
        let before = problems.all.count
        let words = entries.compactMap { String.decode($0, &problems) }
        guard words.count == entries.count, problems.all.count == before else { return nil }
        guard let name = words.first, let first = entries.first, !name.isEmpty else {
            problems.report("expected a program", at: node)
            return nil
        }
        if words.contains(where: { $0.utf8.contains(0) }) {
            problems.report("an argument of a program cannot have a NUL in it", at: node)
            return nil
        }
        let program = name.contains("/") ? PathOption.decode(first, &problems)?.path : name
        return program.map {
            ProgramCommand(
                program: $0, arguments: Array(words.dropFirst()), directory: problems.directory, written: name,
                isText: node.elements == nil)
        }
    }

    var optionText: String? { ([program] + arguments).optionText }
}

extension ProgramCommand {
    /// Warns where this machine has no such program. It may be there by the time it is run, or on the machine that will run
    /// it: so this is no mistake of the file.
    func warnIfMissing(at node: Node, _ problems: inout Problems) {
        guard let objection else { return }
        problems.warn("\(objection), so it could not be started", at: (node.elements?.first ?? node).place)
    }

    /// Why it could not be run now, as `child_start` would look for it.
    private var objection: String? {
        if program.contains("/") {
            switch Self.look(at: program) {
            case .runnable: return nil
            case .missing: return "there is no program \(program)"
            case .folder: return "\(program) is a folder, not a program"
            case .plain: return "\(program) is not executable (chmod +x)"
            }
        }
        let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/local/bin:/usr/bin:/bin"
        let folders = path.split(separator: ":", omittingEmptySubsequences: false)
        if folders.contains(where: { Self.look(at: $0.isEmpty ? program : "\($0)/\(program)") == .runnable }) {
            return nil
        }
        return "there is no program '\(program)' in PATH (\(path)); one beside the pipeline file is ./\(program)"
    }

    private enum Look { case missing, folder, plain, runnable }

    private static func look(at path: String) -> Look {
        var status = stat()
        guard stat(path, &status) == 0 else { return .missing }
        if status.st_mode & S_IFMT == S_IFDIR { return .folder }
        return access(path, X_OK) == 0 ? .runnable : .plain
    }
}
