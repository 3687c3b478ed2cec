import Aggregator
import ArgumentParser

/// `aggregator check FILE…`.
struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check pipeline files: every mistake with its place, or what the file comes to.")

    @Argument(help: "The pipeline files.") var files = ["pipeline.yaml"]

    func run() async throws {
        var wrong = false
        for file in files {
            do {
                let pipeline = try loadPipeline(file)
                for warning in pipeline.warnings { print(warning, to: .error) }
                print("\(file): fine")
                for line in pipeline.summary { print("  \(line)") }
            } catch let code as ExitCode where code == .wrongFile {
                wrong = true
            }
        }
        if wrong { throw ExitCode.wrongFile }
    }
}
