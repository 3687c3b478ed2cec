import Aggregator

/// One job: what is run, and how.
struct Job: OptionGroup {
    @Option(
        "The program and its arguments, or the program alone; `{name}` stands for a declared argument. A shell's text only with `shell`.",
        .example("[./report.sh, --city, '{city}']"))
    var command: ProgramCommand?
    @Option(
        "`command` is one text for /bin/sh, which gets the arguments as `$1`, `$2` … in the order of `args`, never within its text."
    )
    var shell = false
    @Option("In a program's place: steps that take their time, for demos and tests.") var simulate: Simulation?
    @Option(
        "Variables beside those of the server's own environment; `{name}` stands for a declared argument. `AGGREGATOR_TASK_ID`, `AGGREGATOR_JOB` and `AGGREGATOR_RESULT` are there too."
    )
    var env: [String: String] = [:]
    @Option("The folder the program runs in; by default the pipeline file's.") var cwd: PathOption?
    @Option(
        "The user the program runs as, with that user's groups; for a server that runs as root.", .example("www-data"))
    var user: SystemUser?
    @Option(
        "What requests may give: `true` (up to 64 texts), a number of them, a list of names, or a mapping from names to what they may be. What has no place of its own comes after the command's own arguments.",
        .example("{city: {pattern: '[A-Za-z ]+', max_length: 50}, days: {type: int, minimum: 1, default: 7}}"))
    var args = JobArguments.none
    @Option("Ends the task as failed after that time.", .range(0.001...31_536_000)) var timeout: Duration?
    @Option(
        "The time between SIGTERM and SIGKILL when a task is ended; when the server stops, at most 60 % of `server.drain`.",
        .range(0...3600))
    var grace: Duration = .seconds(5)
    @Option("Tries again what has failed.", .example("{attempts: 3, pause: 10s, growing: true}")) var retry: Retry?
    @Option(
        "Starts the job at these times as well, without a request: a cron expression, or `{cron: …, zone: …}`.",
        .example(#""*/5 * * * *""#))
    var schedule: JobSchedule?
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
            if case .none = args { break }
            problems.report("a simulated job has no command line that 'args' could be added to", at: options["args"])
        case (let command?, nil): check(command, options, &problems)
        }
        if schedule != nil, let missing = args.all.first(where: { $0.rule.isRequired }) {
            problems.report(
                "a schedule gives no arguments: '\(missing.name)' needs a default", at: options["schedule"])
        }
        problems.checkGrace(grace, options)
        for (name, value) in env where name.isEmpty || name.contains("=") || (name + value).utf8.contains(0) {
            problems.report("'\(name)' cannot be a variable of the environment", at: options["env"])
        }
    }

    private func check(_ command: ProgramCommand, _ options: OptionPlaces, _ problems: inout Problems) {
        let place = options["command"]
        let names = args.all.map(\.name)
        if shell {
            if !command.isText {
                problems.report("with 'shell' the command is one text, not a list", at: place)
            }
            if let name = Placeholders.names(in: command.written, among: names).first {
                let number = (names.firstIndex(of: name) ?? 0) + 1
                problems.report(
                    "a shell would run what a request puts into its text; write \"$\(number)\" instead of {\(name)}",
                    at: place)
            }
            return
        }
        if command.isText, command.written.contains(" ") {
            let list = command.written.replacing(" ", with: ", ")
            problems.warn(
                "this is one program with blanks in its name; arguments are written as a list, [\(list)], or it is a shell's text, with 'shell: true'",
                at: place.place)
        }
        if let name = Placeholders.names(in: command.written, among: names).first {
            problems.report("which program runs cannot come from a request: {\(name)}", at: place)
        }
        if !command.isText || !command.written.contains(" ") { command.warnIfMissing(at: place, &problems) }
        let places = placed(in: command)
        for argument in args.all.filter({ !places.contains($0.name) }).dropLast() {
            guard !argument.rule.isRequired, argument.rule.default == nil else { continue }
            problems.report(
                "'\(argument.name)' may be left out, and then those after it would move up: give it a default, or a place of its own ({\(argument.name)} in 'command' or 'env')",
                at: options["args"])
        }
    }

    /// The arguments that have a place of their own.
    private func placed(in command: ProgramCommand) -> Set<String> {
        let names = args.all.map(\.name)
        return Set((command.arguments + env.values).flatMap { Placeholders.names(in: $0, among: names) })
    }

    /// The program for a task of this job; nil for a simulation.
    ///
    /// - Parameter variables: of our own, which go before the job's.
    func launch(_ name: String, _ given: TaskArguments, variables: [String: String]) -> Launch? {
        guard let command else { return nil }
        let pairs = zip(args.all.map(\.name), given.texts)
        let values = Dictionary(pairs.map { ($0, $1) }) { first, _ in first }
        let folder = cwd?.path ?? command.directory
        var launch = Launch(
            program: command.program,
            environment: env.compactMapValues { Placeholders.fill($0, values) }.merging(variables) { _, ours in ours },
            directory: folder.isEmpty ? nil : folder, user: user)
        if shell {
            launch.program = "/bin/sh"
            // What comes after the text is $0, $1 …, so that one that was left out has to keep its place.
            launch.arguments = ["-c", command.written, name] + given.texts.map { $0 ?? "" }
        } else {
            let places = placed(in: command)
            let names = args.all.map(\.name)
            let others = given.texts.enumerated().compactMap { index, text in
                index < names.count && places.contains(names[index]) ? nil : text
            }
            launch.arguments = command.arguments.compactMap { Placeholders.fill($0, values) } + others
        }
        return launch
    }
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
