import Testing

@testable import Expressions

@Suite struct PropertyTests {
    /// Pieces that make texts which nearly are expressions, and often are.
    private static let pieces = [
        "1", "2u", "1.5", "'a'", "b'b'", "true", "null", "data", "event", ".type", ".x", "[", "]", "(", ")", "{", "}",
        ":", ",",
        "?", "+", "-", "*", "/", "%", "==", "!=", "<", ">=", "&&", "||", "!", " in ", "has(", "size(", ".map(x, ",
        ".all(x, ",
        "x", "int(", "'", "\"\"\"", "\\", "\n", "é", "0x", "1e", ".", "r'", "`", "//", "duration('1s')", ".contains(",
        "[1, 2]",
    ]

    private func randomText(_ random: inout SystemRandomNumberGenerator) -> String {
        (0..<Int.random(in: 1..<14, using: &random)).map { _ in
            Self.pieces[Int.random(in: 0..<Self.pieces.count, using: &random)]
        }.joined()
    }

    @Test("whatever the text, there is a value, an error or a problem, and its place is in the text")
    func anyText() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<20_000 {
            let text = randomText(&random)
            do {
                let expression = try Expression(text, in: .sample, limits: .init(cost: 10_000))
                _ = try expression.evaluate(["data": .map(["x": .list([.int(1)])])] as Bindings)
            } catch let problem as ExpressionProblem {
                #expect(problem.place.offset + problem.length <= text.utf8.count, "\(text)")
                #expect(!problem.message.isEmpty)
            } catch let error as EvaluationError {
                #expect(error.place.offset <= text.utf8.count, "\(text)")
                #expect(!error.message.isEmpty)
            } catch {
                Issue.record("\(text): \(error)")
            }
        }
    }

    @Test("bytes at random are refused, as expressions and as JSON, and nothing worse")
    func anyBytes() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0..<40, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            _ = problem(String(decoding: bytes, as: UTF8.self))
            let isValid = JSON.validate(bytes) == nil
            #expect(isValid == ((try? Value(json: bytes)) != nil))
        }
    }

    @Test("an expression that is printed with all its parentheses is read as the same expression")
    func printing() throws {
        var random = SystemRandomNumberGenerator()
        var understood = 0
        for _ in 0..<40_000 {
            let text = randomText(&random)
            guard let tree = try? Parser.parse(Source(text)) else { continue }
            understood += 1
            let printed = tree.printed
            let again = try #require(try? Parser.parse(Source(printed)), "\(text) → \(printed)")
            #expect(again.printed == printed, "\(text)")
        }
        #expect(understood > 100)
    }
}
