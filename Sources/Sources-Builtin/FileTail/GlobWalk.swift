import Glibc

/// Finds the files that patterns mean, and the folders to watch for those to come.
struct GlobWalk {
    /// What was found: a path and what is there.
    private(set) var files: [(path: String, look: FileLook)] = []
    /// Folders where a file, or a folder on the way to one, may appear.
    private(set) var folders: Set<String> = []
    /// What is in the way of finding more: a path, and what is the matter with it.
    private(set) var obstacles: [String: String] = [:]
    private var visited: Set<Step> = []
    private let isExcluded: (String) -> Bool
    /// Called before a folder is looked at, so that nothing that appears meanwhile goes unseen.
    private let willRead: (String) -> Void

    /// More folders inside each other are a loop (through mounts: links are not followed below `**`).
    private static let depthLimit = 64

    private struct Step: Hashable {
        var glob: Int
        var place: Int
        var path: String
    }

    init(_ globs: [Glob], isExcluded: @escaping (String) -> Bool, willRead: @escaping (String) -> Void) {
        self.isExcluded = isExcluded
        self.willRead = willRead
        for (number, glob) in globs.enumerated() {
            walk(glob, number, place: 0, path: glob.isAbsolute ? "/" : "", depth: 0)
        }
    }

    private mutating func walk(_ glob: Glob, _ number: Int, place: Int, path: String, depth: Int) {
        guard depth < Self.depthLimit, visited.insert(Step(glob: number, place: place, path: path)).inserted else {
            return
        }
        guard place < glob.parts.count else { return found(path) }
        switch glob.parts[place] {
        case .literal(let name): walkLiteral(glob, number, place: place, path: path, name: name, depth: depth)
        case .anyFolders:
            walk(glob, number, place: place + 1, path: path, depth: depth)
            for name in read(path) where !name.hasPrefix(".") {
                let child = Self.join(path, name)
                guard let look = FileLook(path: child), look.kind == .folder, !look.isLink else { continue }
                walk(glob, number, place: place, path: child, depth: depth + 1)
            }
        case .pattern:
            for name in read(path) where Glob.name(name, is: glob.parts[place]) {
                walk(glob, number, place: place + 1, path: Self.join(path, name), depth: depth + 1)
            }
        }
    }

    /// A folder with a known name needs no watch of the one above it, unless it is not there, or is a link that may be
    /// switched; a file does.
    private mutating func walkLiteral(
        _ glob: Glob, _ number: Int, place: Int, path: String, name: String, depth: Int
    ) {
        let child = Self.join(path, name)
        let isLast = place + 1 == glob.parts.count
        if isLast || FileLook(path: child).map({ $0.isLink }) ?? true { watch(path) }
        walk(glob, number, place: place + 1, path: child, depth: depth + 1)
    }

    private mutating func found(_ path: String) {
        guard !isExcluded(path), let look = FileLook(path: path), look.kind == .file else { return }
        files.append((path, look))
    }

    private mutating func watch(_ folder: String) {
        let folder = folder.isEmpty ? "." : folder
        guard folders.insert(folder).inserted else { return }
        willRead(folder)
    }

    /// The names in a folder; none if there is no such folder, or it may not be read.
    private mutating func read(_ path: String) -> [String] {
        guard FileLook(path: path.isEmpty ? "." : path)?.kind == .folder else { return [] }
        watch(path)
        let content = Folder.content(of: path.isEmpty ? "." : path)
        if content.isDenied { obstacles[path] = "may not be read by this user" }
        if let name = content.strange {
            obstacles[GlobWalk.join(path, name)] = "has a name that is no UTF-8, and is not followed: rename it"
        }
        return content.names.sorted()
    }

    static func join(_ folder: String, _ name: String) -> String {
        folder.isEmpty ? name : folder.hasSuffix("/") ? folder + name : folder + "/" + name
    }
}

/// What is in a folder.
enum Folder {
    /// The files that may hold lines, of those whose names are asked for.
    static func files(in folder: String, where isWanted: (String) -> Bool) -> [FoundFile] {
        names(in: folder.isEmpty ? "." : folder).compactMap { name in
            let path = GlobWalk.join(folder, name)
            guard isWanted(name), !RotatedName.isCompressed(name), let look = FileLook(path: path), look.kind == .file
            else { return nil }
            return (path, look)
        }
    }

    /// The names, in no order, without `.` and `..`; none if there is no such folder, or it may not be read.
    static func names(in path: String) -> [String] { content(of: path).names }

    /// What a folder was seen to hold.
    struct Content {
        /// In no order, without `.` and `..`.
        var names: [String] = []
        /// It is there, but may not be read.
        var isDenied = false
        /// The first of the names that are no UTF-8, as far as it can be shown: such a file is not followed, for no event
        /// could say where it is from, and no pattern means it.
        var strange: String?
    }

    static func content(of path: String) -> Content {
        guard let folder = opendir(path) else { return Content(isDenied: errno == EACCES || errno == EPERM) }
        defer { closedir(folder) }
        var content = Content()
        while let entry = readdir(folder) {
            withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: entry.pointee.d_name)) {
                    guard let name = String(validatingCString: $0) else { return content.strange = String(cString: $0) }
                    if name != "." && name != ".." { content.names.append(name) }
                }
            }
        }
        return content
    }
}
