import Aggregator

/// What is counted of all files together, for `/metrics`.
struct TailCounters: Sendable {
    let readBytes: SourceCounter
    let misfitLines: SourceCounter
    let longLines: SourceCounter
    let oldFiles: SourceCounter
    let restartedFiles: SourceCounter
    let lostBytes: SourceCounter

    init(_ context: SourceContext) {
        readBytes = context.counter("read_bytes", help: "Bytes of files that were read.")
        misfitLines = context.counter("misfit_lines", help: "Lines that do not fit their format.")
        longLines = context.counter(
            "long_lines", help: "Lines longer than max_line or than an event may be, which were cut or dropped.")
        oldFiles = context.counter("old_files", help: "Files of which what was there was passed over by ignore_older.")
        restartedFiles = context.counter(
            "restarted_files", help: "Times that a file was cut off or written anew, and read from its beginning.")
        lostBytes = context.counter(
            "lost_bytes", help: "Bytes that were seen in a file, and were gone before they were read.")
    }
}
