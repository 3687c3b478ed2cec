import Foundation

/// FastAPI on uvicorn, one process, as a tutorial would write it.
struct FastAPIContestant: Contestant {
    let name = "fastapi"
    let paths = ContestantPaths(subscribe: "/events", publish: "/publish")

    func obstacle(in workshop: Workshop) -> String? {
        let python = workshop.python.path
        let question = Command(executable: python, arguments: ["-c", "import fastapi, uvicorn"])
        guard FileManager.default.isExecutableFile(atPath: python), let answer = try? question.run(), answer.status == 0
        else { return "FastAPI and uvicorn are not installed; run 'Benchmarks/setup'" }
        return nil
    }

    func version(in workshop: Workshop) -> String {
        let words =
            "import sys, fastapi, uvicorn; print('FastAPI', fastapi.__version__ + ', uvicorn', uvicorn.__version__"
            + " + ', Python', sys.version.split()[0])"
        return Command.firstLine(workshop.python.path, "-c", words) ?? "of unknown version"
    }

    func launch(in workshop: Workshop, port: UInt16, folder: URL, loops: Int) -> Launch {
        Launch(
            executable: workshop.python.path,
            arguments: [workshop.contestantsFolder.appending(path: "server.py").path, "\(port)"])
    }
}
