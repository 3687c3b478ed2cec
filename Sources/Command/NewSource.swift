import Aggregator
import ArgumentParser
import Foundation

/// `aggregator new-source Name`.
struct NewSource: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Begin a package with a source of your own: the whole command, with your kind in it.")

    @Argument(help: "The source's name as a Swift type, such as WeatherStation.") var name: String
    @ArgumentParser.Option(help: "The folder to make; by default the name in lower case.") var folder: String?
    @ArgumentParser.Option(
        help:
            "Where aggregator's own package is: a folder, or a repository's URL. By default the one this command was built in."
    )
    var aggregator: String?

    func validate() throws {
        let isName = name.first?.isUppercase == true && name.utf8.allSatisfy(Self.isLetterOrDigit)
        guard isName else {
            throw ValidationError("'\(name)' is no name of a Swift type: letters and digits, the first a capital")
        }
        // It would be the module's name as well.
        guard !["Aggregator", "AggregatorCommand", "SourcesBuiltin", "Expressions", "Main"].contains(name) else {
            throw ValidationError("'\(name)' is taken by aggregator itself; choose another name")
        }
    }

    func run() async throws {
        guard let package = aggregator ?? Self.ownPackage() else {
            throw ValidationError("where is aggregator's package? Say so with --aggregator FOLDER-OR-URL")
        }
        let template = SourceTemplate(type: name, package: package)
        let root = URL(filePath: folder ?? template.word.replacing("_", with: "-"))
        guard !FileManager.default.fileExists(atPath: root.path) else {
            print("aggregator: \(root.relativePath) is there already; choose another --folder", to: .error)
            throw ExitCode.failure
        }
        for (path, text) in template.files {
            let file = root.appending(path: path)
            do {
                try FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try text.write(to: file, atomically: true, encoding: .utf8)
            } catch {
                print("aggregator: \(file.relativePath) cannot be written: \(error.localizedDescription)", to: .error)
                throw ExitCode.failure
            }
        }
        print(
            """
            wrote \(root.relativePath); next:
              cd \(root.relativePath)
              swift test                              # its test, with the test kit
              swift run \(template.word) run             # pipeline.yaml, with your source in it
            """, to: .result)
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: false
        }
    }

    /// The checkout in whose build folder this program lies.
    private static func ownPackage() -> String? {
        guard let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") else {
            return nil
        }
        var folder = URL(filePath: program).deletingLastPathComponent()
        while folder.path != "/" {
            let isOurs = ["Package.swift", "Sources/CEventLoop"].allSatisfy {
                FileManager.default.fileExists(atPath: folder.appending(path: $0).path)
            }
            if isOurs { return folder.path }
            folder.deleteLastPathComponent()
        }
        return nil
    }
}
