import Foundation

/// nginx with the nchan module, one worker.
///
/// nchan numbers the events of a channel within a second by 16 bits with a sign: above 32,768 a second it loses some.
struct NchanContestant: Contestant {
    let name = "nchan"
    let paths = ContestantPaths(subscribe: "/events/all", publish: "/publish/all")
    let channelPaths: ContestantPaths? = ContestantPaths(subscribe: "/events/{ch}", publish: "/publish/{ch}")

    private static let module = "/usr/lib/nginx/modules/ngx_nchan_module.so"

    func obstacle(in workshop: Workshop) -> String? {
        guard Command.find("nginx") != nil, FileManager.default.fileExists(atPath: Self.module) else {
            return "nginx or libnginx-mod-nchan is not installed; run 'Benchmarks/setup'"
        }
        return nil
    }

    func version(in workshop: Workshop) -> String {
        let nginx = Command.find("nginx").flatMap { Command.firstLine($0, "-v") } ?? "nginx"
        let nchan = Command.find("dpkg-query").flatMap {
            Command.firstLine($0, "-W", "-f", "${Version}\n", "libnginx-mod-nchan")
        }
        return "\(nginx.replacing("nginx version: ", with: "")), nchan \(nchan ?? "of unknown version")"
    }

    func launch(in workshop: Workshop, port: UInt16, folder: URL, loops: Int) throws -> Launch {
        let template = workshop.contestantsFolder.appending(path: "nginx.conf")
        let text = try String(contentsOf: template, encoding: .utf8)
            .replacing("@PORT@", with: "\(port)").replacing("@FOLDER@", with: folder.path)
        let file = folder.appending(path: "nginx.conf")
        try text.write(to: file, atomically: true, encoding: .utf8)
        guard let nginx = Command.find("nginx") else { throw VoidRun("nginx is gone") }
        return Launch(executable: nginx, arguments: ["-c", file.path, "-p", folder.path, "-e", "stderr"])
    }
}
