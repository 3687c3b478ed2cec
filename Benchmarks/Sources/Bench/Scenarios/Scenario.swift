/// One of the questions of the benchmark, with the cells that answer it.
protocol Scenario: Sendable {
    /// The letter for `--scenario`.
    var letter: String { get }
    var title: String { get }
    /// What is done and what is counted, in a sentence or two.
    var explanation: String { get }

    /// - Parameter against: the contestants that take part beside aggregator.
    func cells(_ workshop: Workshop, against: [any Contestant]) -> [Cell]
    /// Why it cannot be run here; nil if it can.
    func obstacle(in workshop: Workshop) -> String?
}

extension Scenario {
    func obstacle(in workshop: Workshop) -> String? { nil }
}

/// All of them, in the order in which they are run.
enum Scenarios {
    static let all: [any Scenario] = [
        Control(), FanOut(), Latency(), IdleMemory(), Connects(), Posts(), Stalled(), PipelineAlone(), Loops(),
        Subjects(),
        Growth(), Profile(),
    ]
}

extension Workshop {
    /// Those who run for the picture run so often.
    var roundsForThePicture: Int { isQuick ? 1 : 3 }

    /// A cell in which aggregator runs against others.
    ///
    /// - Parameters:
    ///   - bars: the contestants against which there is a bar; the others run for the picture.
    ///   - control: the one that runs a second time in each round, if it takes part.
    ///   - measure: one run of one of them.
    func contest(
        _ id: String, _ title: String, metrics: [Metric], against: [any Contestant], bars: Set<String>,
        control: String?, measure: @escaping @Sendable (any Contestant) throws -> Sample
    ) -> Cell {
        var variants = ([Contestants.aggregator] + against).map { contestant in
            Variant(
                name: contestant.name,
                rounds: contestant.name == "aggregator" || bars.contains(contestant.name) ? .max : roundsForThePicture
            ) { try measure(contestant) }
        }
        var cell = Cell(id: id, title: title, metrics: metrics, variants: [])
        if let twin = variants.first(where: { $0.name == control }) {
            let name = "\(twin.name), again"
            variants.append(Variant(name: name, measure: twin.measure))
            cell.control = CellControl(first: twin.name, second: name)
        }
        cell.variants = variants
        return cell
    }
}

extension [any Contestant] {
    /// Without raw-batch, where batching makes no difference and raw is the yardstick.
    var bare: Self { filter { $0.name != Contestants.rawBatch.name } }
    /// Without those against whom there is no bar.
    var quick: Self { filter { ![Contestants.node.name, Contestants.fastAPI.name].contains($0.name) } }
}

/// `1,000`.
func grouped(_ number: Int) -> String {
    let digits = String(number)
    return digits.enumerated().reduce(into: "") { text, digit in
        if digit.offset > 0, (digits.count - digit.offset).isMultiple(of: 3) { text += "," }
        text.append(digit.element)
    }
}

/// `100 B`, `1 KiB`.
func sizeName(_ bytes: Int) -> String { bytes < 1024 ? "\(bytes) B" : "\(bytes / 1024) KiB" }
