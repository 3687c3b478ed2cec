import Aggregator

/// What `GET /metrics` shows of a source's tasks, by job. All of it is there from the beginning, as 0.
struct TaskMetrics: Sendable {
    private struct JobNumbers {
        let pending: SourceGauge
        let running: SourceGauge
        let refused: SourceCounter
        let milliseconds: SourceCounter
        let leftOut: SourceCounter
        let ended: [TaskStatus: SourceCounter]

        init(_ job: String, _ context: SourceContext) {
            let labels = ["job": job]
            pending = context.gauge("pending", labels: labels, help: "Tasks that wait for their turn.")
            running = context.gauge("running", labels: labels, help: "Tasks under way.")
            refused = context.counter("refused", labels: labels, help: "Tasks refused because the queue was full.")
            milliseconds = context.counter(
                "run_milliseconds", labels: labels,
                help: "How long the tasks that have ended were under way, their pauses between attempts included.")
            leftOut = context.counter(
                "left_out_lines", labels: labels, help: "Lines of output that came faster than log_rate.")
            ended = Dictionary(
                uniqueKeysWithValues: TaskStatus.allCases.filter(\.isOver).map { status in
                    let counter = context.counter(
                        "ended", labels: ["job": job, "status": status.rawValue], help: "Tasks that have ended.")
                    return (status, counter)
                })
            // Those of a run of the source before this one are counted anew.
            pending.set(0)
            running.set(0)
        }
    }

    private let jobs: [String: JobNumbers]

    init(jobs: [String], _ context: SourceContext) {
        self.jobs = Dictionary(jobs.map { ($0, JobNumbers($0, context)) }) { first, _ in first }
    }

    /// Nobody looks at these.
    init() { jobs = [:] }

    /// A task waits now.
    func wait(_ job: String) { jobs[job]?.pending.add() }

    /// A task that waited is under way.
    func begin(_ job: String) {
        jobs[job]?.pending.add(-1)
        jobs[job]?.running.add()
    }

    /// A task has ended that was in this state before.
    func end(_ record: TaskRecord, after status: TaskStatus) {
        guard let job = jobs[record.job] else { return }
        job.ended[record.status]?.add()
        guard status == .processing else { return job.pending.add(-1) }
        job.running.add(-1)
        if let started = record.started, let finished = record.finished {
            job.milliseconds.add(Int(finished.millisecondsSince1970 - started.millisecondsSince1970))
        }
    }

    /// A task was refused.
    func refuse(_ job: String) { jobs[job]?.refused.add() }

    /// Lines were not told.
    func leaveOut(_ lines: Int, of job: String) { jobs[job]?.leftOut.add(lines) }
}
