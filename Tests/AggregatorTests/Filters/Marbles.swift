import AggregatorTesting
import Expressions
import Testing

@testable import Aggregator

/// Time drawn as a line: each place is a second. A letter is an event, `-` is none, `(ab)` are several at one time, and `|` is
/// the end of the pipeline. In what comes out, `!` is an event that the step failed on.
///
///     a-b--(cd)|        a at 0 s, b at 2 s, c and d at 5 s, the end at 6 s
///
/// The events of `a` and `A` have one key, `data.key` is "a"; `data.v` tells them apart.
struct Marbles {
    var times: [(second: Int, event: Character)] = []
    /// When the pipeline ends.
    var end: Int?
    private(set) var length = 0

    init(_ drawing: String) {
        var isGroup = false
        for character in drawing {
            switch character {
            case "(": isGroup = true
            case ")":
                isGroup = false
                length += 1
            case "|": end = length
            case " ": break
            default:
                if character != "-" { times.append((length, character)) }
                if !isGroup { length += 1 }
            }
        }
    }

    /// The event of a letter.
    static func event(_ letter: Character) -> Event {
        var event = Event(
            id: .given(String(letter)), type: "letter", subject: letter.lowercased(),
            data: .json(Array(#"{"v":"\#(letter)","key":"\#(letter.lowercased())"}"#.utf8)))
        event.source = "probe"
        return event
    }

    /// What comes out of a step when these go in, as a drawing; `show` is what an event is drawn as.
    static func run(
        _ drawing: String, through probe: FilterProbe, make: (Character) -> Event = event,
        show: (Event) throws -> String = { try $0.letter }
    ) rethrows -> String {
        let input = Marbles(drawing)
        let end = input.end ?? input.length
        var failed: [Int: Int] = [:]
        for (second, letter) in input.times {
            probe.advance(to: .seconds(second))
            let before = probe.failures.count
            var event = make(letter)
            event.time = probe.clock.now()
            probe.send(event)
            failed[second, default: 0] += probe.failures.count - before
        }
        probe.advance(to: .seconds(end))
        if input.end != nil { probe.finish() }
        var drawn = ""
        for second in 0...max(end, 0) {
            var letters = try probe.outputs.filter { Int($0.time.components.seconds) == second }.map {
                try show($0.event)
            }
            letters += Array(repeating: "!", count: failed[second] ?? 0)
            if letters.isEmpty {
                if second < end { drawn += "-" }
            } else {
                drawn += letters.count == 1 ? letters[0] : "(\(letters.joined()))"
            }
        }
        return drawn + (input.end == nil ? "" : "|")
    }
}

extension Event {
    /// `data.v`.
    var letter: String {
        get throws {
            guard case .json(let bytes) = data, case .string(let letter)? = try JSONObject(bytes).field("v") else {
                return "?"
            }
            return letter
        }
    }

    /// The data as JSON text.
    var json: String {
        guard case .json(let bytes) = data else { return "\(data)" }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// One row of a table: a step, what goes in, what comes out.
struct MarbleCase: CustomTestStringConvertible, Sendable {
    let step: String
    let input: String
    let output: String
    var testDescription: String { "\(step): \(input) → \(output)" }

    init(_ step: String, _ input: String, _ output: String) {
        self.step = step
        self.input = input
        self.output = output
    }

    func check(sourceLocation: SourceLocation = #_sourceLocation) throws {
        let output = try Marbles.run(input, through: FilterProbe(step))
        #expect(output == self.output, "\(step)", sourceLocation: sourceLocation)
    }
}
