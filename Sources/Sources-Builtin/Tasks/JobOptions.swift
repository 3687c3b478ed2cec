import Aggregator

/// One job: what is run, and how.
struct Job: OptionGroup {
    @Option(
        "The program and its arguments, or the program alone. Never a shell's text.", .example("[./report.sh, --fast]"))
    var command: JobCommand?
    @Option("In a program's place: steps that take their time, for demos and tests.") var simulate: Simulation?
    @Option(
        "Variables beside those of the server's own environment. `AGGREGATOR_TASK_ID` and `AGGREGATOR_JOB` are there too."
    )
    var env: [String: String] = [:]
    @Option("The folder the program runs in; by default the pipeline file's.") var cwd: PathOption?
    @Option("What requests may add to the command line: `true` (up to 64 texts), a number of them, or a list of names.")
    var args = JobArguments.none
    @Option("Ends the task as failed after that time.", .range(0.001...31_536_000)) var timeout: Duration?
    @Option(
        "The time between SIGTERM and SIGKILL when a task is ended; at most 5s when the server stops.", .range(0...3600)
    )
    var grace: Duration = .seconds(5)
    @Option("Tasks of this job that run at one time; by default only the source's bound holds.", .range(1...256))
    var concurrency: Int?
    @Option(
        "A pattern (RE2) for progress in the output: one group for a percentage, or two for n of m.",
        .example("'step (\\d+) of (\\d+)'"))
    var progress: ProgressPattern?
    @Option("Whether the program's lines become `task.log` events.") var log = true

    func validate(_ options: OptionPlaces, _ problems: inout Problems) {
        switch (command, simulate) {
        case (nil, nil): problems.report("expected either 'command' or 'simulate'", at: options[])
        case (_?, _?): problems.report("a job has either 'command' or 'simulate', not both", at: options["simulate"])
        case (nil, _?):
            if args != JobArguments.none {
                problems.report(
                    "a simulated job has no command line that 'args' could be added to", at: options["args"])
            }
        case (_?, nil): break
        }
        for (name, value) in env where name.isEmpty || name.contains("=") || (name + value).utf8.contains(0) {
            problems.report("'\(name)' cannot be a variable of the environment", at: options["env"])
        }
    }
}

/// A command line, as argv entries.
struct JobCommand: OptionValue, Equatable {
    /// The program's path, made absolute where it was relative to the pipeline file; or a name to be found in PATH.
    var program: String
    /// What comes after the program.
    var arguments: [String] = []
    /// The pipeline file's folder; empty: the process's own.
    var directory = ""

    static var shape: OptionShape { .either([.list(.string), .string]) }

    static func decode(_ node: Node, _ problems: inout Problems) -> JobCommand? {
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
        if node.elements == nil, name.contains(" ") {
            problems.warn(
                "this is one program with blanks in its name; arguments are written as a list: [\(name.replacing(" ", with: ", "))]",
                at: node.place)
        }
        let program = name.contains("/") ? PathOption.decode(first, &problems)?.path : name
        return program.map {
            JobCommand(program: $0, arguments: Array(words.dropFirst()), directory: problems.directory)
        }
    }

    var optionText: String? { ([program] + arguments).optionText }
}

/// A task that only takes its time.
struct Simulation: OptionGroup {
    @Option("How many steps there are; each is progress.", .range(1...1_000_000)) var steps = 10
    @Option("The time of one step.", .range(0.001...31_536_000)) var every: Duration = .milliseconds(500)
    @Option("Fails at this step.", .range(1...1_000_000)) var fail: Int?

    func validate(_ options: OptionPlaces, _ problems: inout Problems) {
        if let fail, fail > steps { problems.report("there are only \(steps) steps", at: options["fail"]) }
    }
}
