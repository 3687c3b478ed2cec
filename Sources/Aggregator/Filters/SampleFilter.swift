/// `sample: 10%`
struct SampleFilter: Filter {
    static let name = "sample"
    static let summary = "Lets a random share of the events pass."

    @Option(
        "How many of all events pass. Each is chosen by itself, so a share of 10% is not every tenth.", .whole,
        .example("10%"))
    var share: Percentage
    @Option("Makes the choice repeatable: the same number chooses alike. Without it, every run chooses anew.")
    var seed: Int?

    private var generator = SplitMix64(seed: 0)
    /// An event passes if a random number of 53 bits is below it.
    private var threshold: UInt64 = 0

    /// 2⁵³: all these shares are exact in a Double, so that 0% is never and 100% is always.
    private static let all = Double(sign: .plus, exponent: 53, significand: 1)

    func shape(of input: EventShape) -> EventShape { input }

    mutating func start(_ context: FilterContext) {
        generator = SplitMix64(seed: seed.map { UInt64(bitPattern: Int64($0)) } ?? context.seed)
        threshold = UInt64(max(0, min(1, share.fraction)) * Self.all)
    }

    mutating func apply(_ event: inout Event) -> FilterResult {
        generator.next() >> 11 < threshold ? .pass : .drop
    }
}
