/// What came of a test.
public struct PipelineTestResult: Sendable {
    /// How it ended.
    public enum Outcome: Sendable, Equatable {
        /// Everything came as expected.
        case passed
        /// Something came otherwise.
        case failed
        /// It could not be run to its end: a step could not start, or time would not end.
        case broken
    }

    /// A line of the report.
    public struct Line: Sendable, Equatable {
        /// What it shows, for whoever gives it a colour.
        public enum Kind: Sendable {
            /// What the lines below are about.
            case heading
            /// An event that came as expected.
            case same
            /// An event that differs from the expected one.
            case differs
            /// An event that was expected, or that part of one; a missing one stands alone.
            case expected
            /// What came instead, or that came and was not expected.
            case got
            /// What explains it.
            case note
        }

        /// What it shows.
        public let kind: Kind
        /// With its indentation; no control characters.
        public let text: String

        init(_ kind: Kind, _ text: String) {
            self.kind = kind
            self.text = Report.printable(text)
        }
    }

    /// The test.
    public let test: PipelineTest
    /// How it ended.
    public let outcome: Outcome
    /// The first thing that is wrong, in a sentence; empty if nothing is.
    public let summary: String
    /// What differs and why. Of a test that has passed: what steps failed on, which may be no mistake.
    public let report: [Line]
    /// How much virtual time went by.
    public let simulated: Duration
    /// How much real time it took.
    public let duration: Duration
}
