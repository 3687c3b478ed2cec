import Aggregator
import Logging
import Synchronization

/// Works on the tasks of one source.
struct TaskRunner: Sendable {
    let jobs: [String: Job]
    let board: TaskBoard
    let context: SourceContext
    let metrics: TaskMetrics
    let limits: TaskReport.Limits
    let timetables: [JobTimetable]
    let children = RunningChildren()

    /// Works on tasks as they get ready, until cancelled; then ends all that is under way, and returns when it has ended.
    ///
    /// - Parameter wakes: an element after each change that may have made a task ready.
    func run(_ wakes: AsyncStream<Void>) async {
        await withTaskCancellationHandler {
            await withDiscardingTaskGroup { group in
                for timetable in timetables { group.addTask { await timetable.run() } }
                for await _ in wakes {
                    while let assignment = board.take() { group.addTask { await run(assignment) } }
                }
                board.close()
            }
        } onCancel: {
            children.end(grace: StopGrace.longest(within: context.timeToStop))
        }
    }

    private func run(_ assignment: TaskBoard.Assignment) async {
        // A task of its own, so that it can be cancelled alone.
        let work = Task { await perform(assignment) }
        board.attach(assignment.record.id) { work.cancel() }
        let outcome = await withTaskCancellationHandler {
            await work.value
        } onCancel: {
            work.cancel()
        }
        board.finish(assignment.record.id, outcome)
    }

    /// As often as the job has it, until it does not fail.
    private func perform(_ assignment: TaskBoard.Assignment) async -> TaskOutcome {
        guard let job = jobs[assignment.record.job] else { return .failed("the job is gone") }
        var assignment = assignment
        while true {
            let outcome = await attempt(assignment, job)
            guard case .failed = outcome, let retry = job.retry, !Task.isCancelled,
                var record = board.record(assignment.record.id), let attempt = record.attempt, attempt < retry.attempts
            else { return outcome }
            let pause = retry.pause(after: attempt)
            record.postpone(outcome, until: context.clock.now().adding(pause))
            await tell([record.event(at: context.clock.now())], record)
            do { try await context.clock.sleep(for: pause) } catch { return .cancelled }
            record.retry()
            assignment.record = record
            await tell([record.event(at: context.clock.now())], record)
        }
    }

    private func attempt(_ assignment: TaskBoard.Assignment, _ job: Job) async -> TaskOutcome {
        if let simulation = job.simulate { return await simulate(simulation, job, assignment.record) }
        let record = assignment.record
        var mine = ["AGGREGATOR_TASK_ID": record.id, "AGGREGATOR_JOB": record.job]
        let file = ResultFile(of: record.id)
        if file.make(for: job.user) { mine[ResultFile.variable] = file.path }
        defer { file.remove() }
        guard let launch = job.launch(record.job, assignment.arguments, variables: mine) else {
            return .failed("the job has no command")
        }
        if Task.isCancelled { return .cancelled }
        do throws(Launch.Failure) {
            let process = try await ChildProcess.start(launch)
            let outcome = await accompany(process, job, assignment.record)
            guard case .completed = outcome, let result = file.read(atMost: TaskReport.readable) else { return outcome }
            return .completed(result: result)
        } catch {
            return .failed(error.description)
        }
    }

    // MARK: Simulations

    private func simulate(_ simulation: Simulation, _ job: Job, _ record: TaskRecord) async -> TaskOutcome {
        let clock = context.clock
        let deadline = job.timeout.map { clock.uptime() + $0 }
        var rhythm = Rhythm(every: simulation.every, clock)
        var record = record
        for step in 1...simulation.steps {
            do {
                if let deadline, let timeout = job.timeout, rhythm.due + simulation.every > deadline {
                    try await clock.sleep(until: deadline)
                    return timedOut(timeout)
                }
                try await rhythm.next()
            } catch {
                return .cancelled
            }
            if step == simulation.fail {
                return .failed("failed at step \(step) of \(simulation.steps), as it was told to")
            }
            let progress = step * 100 / simulation.steps
            // The last step's 100 is told by `task.completed`.
            guard progress != record.progress, step < simulation.steps else { continue }
            record.progress = progress
            await tell([record.event(at: clock.now())], record)
        }
        return .completed(result: nil)
    }

    // MARK: Programs

    /// To the end, whatever happens: a program is never left alone.
    private func accompany(_ process: ChildProcess, _ job: Job, _ record: TaskRecord) async -> TaskOutcome {
        children.add(process)
        board.note(record.id, group: process.group)
        defer {
            board.note(record.id, group: nil)
            children.remove(process)
        }
        let timer = job.timeout.map { timeout in
            Task {
                try await context.clock.sleep(for: timeout)
                process.terminate(because: .timeout, grace: job.grace)
            }
        }
        defer { timer?.cancel() }
        return await withTaskCancellationHandler {
            var limits = limits
            limits.logs = limits.logs && job.log
            var report = TaskReport(record, ProgressReader(pattern: job.progress), limits)
            while true {
                switch await process.next() {
                case .output(let stream, let bytes):
                    // Nobody wants to read on about what was cancelled, and emitting does not wait in a cancelled task.
                    if Task.isCancelled { continue }
                    let before = report.record.dropped
                    let events = report.take(
                        bytes, from: stream, at: context.clock.now(), uptime: context.clock.uptime())
                    metrics.leaveOut(report.record.dropped - before, of: record.job)
                    await tell(events, report.record)
                case .ended(let end):
                    let events = report.finish(at: context.clock.now(), uptime: context.clock.uptime())
                    await tell(events, report.record)
                    return outcome(of: end, report, job)
                }
            }
        } onCancel: {
            process.terminate(because: .cancelled, grace: job.grace)
        }
    }

    private func outcome(of end: ChildProcess.End, _ report: TaskReport, _ job: Job) -> TaskOutcome {
        switch end.reason {
        case .cancelled: return .cancelled
        case .timeout:
            return timedOut(job.timeout ?? .zero, exitCode: end.code, signal: end.signal)
        case nil: break
        }
        if let signal = end.signal { return .failed("killed by \(signal)", signal: signal) }
        if end.code == 0 { return .completed(result: report.result) }
        return .failed("exit code \(end.code ?? -1)", exitCode: end.code)
    }

    private func timedOut(_ timeout: Duration, exitCode: Int? = nil, signal: String? = nil) -> TaskOutcome {
        .failed("timed out after \(timeout.optionText ?? "\(timeout)")", exitCode: exitCode, signal: signal)
    }

    /// Emits what a task has to tell, and waits while the pipeline is full: then its program waits too.
    private func tell(_ events: [Event], _ record: TaskRecord) async {
        board.note(record)
        guard !events.isEmpty else { return }
        do {
            try await context.emit(events)
        } catch is CancellationError {
            // They have been taken; only the waiting was cut short.
        } catch {
            context.log.warning("task \(record.id): \(events.count) events were refused: \(error)")
        }
    }
}

/// The programs that are under way, so that a stop reaches all of them, whatever grace they have.
final class RunningChildren: Sendable {
    private struct State {
        var processes: [ObjectIdentifier: ChildProcess] = [:]
        var grace: Duration?
    }

    private let state = Mutex(State())

    func add(_ process: ChildProcess) {
        let grace = state.withLock { state in
            state.processes[ObjectIdentifier(process)] = process
            return state.grace
        }
        if let grace { process.terminate(because: .cancelled, grace: grace) }
    }

    func remove(_ process: ChildProcess) {
        state.withLock { _ = $0.processes.removeValue(forKey: ObjectIdentifier(process)) }
    }

    /// Ends them all, and whatever is still added.
    func end(grace: Duration) {
        let processes = state.withLock { state in
            state.grace = grace
            return Array(state.processes.values)
        }
        for process in processes { process.terminate(because: .cancelled, grace: grace) }
    }
}

extension Timestamp {
    /// To the millisecond; the same moment where that would be beyond all time.
    fileprivate func adding(_ duration: Duration) -> Timestamp {
        let milliseconds = Int64(duration / .milliseconds(1))
        return Timestamp(millisecondsSince1970: millisecondsSince1970 + milliseconds) ?? self
    }
}
