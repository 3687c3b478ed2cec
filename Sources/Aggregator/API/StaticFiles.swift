import Glibc

/// `server.static`: a folder of pages, read anew at each request. Everything here may block.
///
/// Nothing outside the folder is ever served, whatever links lead there, and nothing whose name, or whose folder's name,
/// begins with a dot. Whoever wrote the links inside the folder may point them at each other.
struct StaticFiles: Sendable {
    /// As the pipeline file names it; may be a link itself, and may appear later.
    let folder: String

    /// The conditions of a request (RFC 9110, section 13.1).
    struct Conditions: Sendable {
        var noneMatch: String?
        var modifiedSince: String?
    }

    private enum Found {
        case file(Int32, stat)
        /// A folder that was asked for without its last slash.
        case folder
    }

    /// The file, a redirect to its folder's slash, or `otherwise`.
    func answer(
        _ exchange: Exchange, _ target: RequestTarget, _ conditions: Conditions, otherwise: RouteResponse
    ) -> HubResponse {
        guard let found = find(target.parts) else { return exchange.response(otherwise) }
        guard exchange.method == "GET" || exchange.method == "HEAD" else {
            if case .file(let descriptor, _) = found { close(descriptor) }
            return exchange.response(Self.otherMethod(exchange))
        }
        switch found {
        case .folder: return exchange.response(RouteResponse(status: 301, headers: [("Location", target.path + "/")]))
        case .file(let descriptor, let status):
            let tag = Self.tag(status)
            let validators = [
                ("ETag", tag), ("Last-Modified", HTTPDate.text(status.st_mtim.tv_sec)), ("Cache-Control", "no-cache"),
            ]
            if Self.isFresh(conditions, tag: tag, modified: status.st_mtim.tv_sec) {
                close(descriptor)
                return exchange.response(RouteResponse(status: 304, headers: validators))
            }
            let name = target.parts.last.flatMap { $0.isEmpty ? nil : $0 } ?? "index.html"
            return exchange.response(
                status: 200, headers: [("Content-Type", ContentTypes.type(of: name))] + validators,
                file: (descriptor, UInt64(clamping: status.st_size)))
        }
    }

    private static func otherMethod(_ exchange: Exchange) -> RouteResponse {
        let allow = [(name: "Allow", value: "GET, HEAD, OPTIONS")]
        if exchange.method == "OPTIONS" { return RouteResponse(status: 204, headers: allow) }
        return .problem(405, "\(exchange.path) is a file: it answers to GET and HEAD.", headers: allow)
    }

    private func find(_ parts: [String]) -> Found? {
        var names = parts
        if names.last == "" { names[names.count - 1] = "index.html" }
        if names.contains(where: { $0.isEmpty || Self.isHidden($0.utf8) || $0.utf8.contains(UInt8(ascii: "/")) }) {
            return nil
        }
        // Not blocking: somebody may have put a FIFO there.
        let descriptor = open(([folder] + names).joined(separator: "/"), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { return nil }
        var status = stat()
        guard fstat(descriptor, &status) == 0, isInside(descriptor) else {
            close(descriptor)
            return nil
        }
        if status.st_mode & S_IFMT == S_IFREG { return .file(descriptor, status) }
        close(descriptor)
        let index = ([folder] + names + ["index.html"]).joined(separator: "/")
        return status.st_mode & S_IFMT == S_IFDIR && access(index, R_OK) == 0 ? .folder : nil
    }

    /// Where does what was opened really lie? Asked of the open descriptor, so that no change of links meanwhile matters.
    private func isInside(_ descriptor: Int32) -> Bool {
        guard let root = Self.resolved(folder), let path = Self.resolved("/proc/self/fd/\(descriptor)") else {
            return false
        }
        guard path.utf8.starts(with: (root == "/" ? root : root + "/").utf8) else { return false }
        return !path.utf8.dropFirst(root.utf8.count).split(separator: UInt8(ascii: "/")).contains(where: Self.isHidden)
    }

    private static func isHidden(_ name: some Collection<UInt8>) -> Bool { name.first == UInt8(ascii: ".") }

    private static func resolved(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(validatingCString: resolved)
    }

    /// Another file, another length or another time of change is another tag.
    private static func tag(_ status: stat) -> String {
        let numbers = [Int(status.st_ino), Int(status.st_size), status.st_mtim.tv_sec, status.st_mtim.tv_nsec]
        return "\"" + numbers.map { String($0, radix: 36) }.joined(separator: "-") + "\""
    }

    private static func isFresh(_ conditions: Conditions, tag: String, modified: Int) -> Bool {
        if let tags = conditions.noneMatch {
            return tags.split(separator: ",").contains { candidate in
                let candidate = candidate.trimmingSpaces
                return candidate == "*" || candidate == tag || candidate == "W/" + tag
            }
        }
        guard let since = conditions.modifiedSince.flatMap(HTTPDate.seconds) else { return false }
        return modified <= since
    }
}

/// What a file is, by the end of its name.
enum ContentTypes {
    private static let types = [
        "avif": "image/avif", "css": "text/css; charset=utf-8", "csv": "text/csv; charset=utf-8", "gif": "image/gif",
        "htm": "text/html; charset=utf-8", "html": "text/html; charset=utf-8", "ico": "image/vnd.microsoft.icon",
        "jpeg": "image/jpeg", "jpg": "image/jpeg", "js": "text/javascript; charset=utf-8", "json": "application/json",
        "map": "application/json", "md": "text/markdown; charset=utf-8", "mjs": "text/javascript; charset=utf-8",
        "mp3": "audio/mpeg", "mp4": "video/mp4", "ogg": "audio/ogg", "otf": "font/otf", "pdf": "application/pdf",
        "png": "image/png", "svg": "image/svg+xml", "ttf": "font/ttf", "txt": "text/plain; charset=utf-8",
        "wasm": "application/wasm", "webm": "video/webm", "webmanifest": "application/manifest+json",
        "webp": "image/webp", "woff": "font/woff", "woff2": "font/woff2", "xml": "application/xml",
        "yaml": "application/yaml", "yml": "application/yaml",
    ]

    static func type(of name: String) -> String {
        guard let dot = name.lastIndex(of: ".") else { return "application/octet-stream" }
        return types[name[name.index(after: dot)...].lowercased()] ?? "application/octet-stream"
    }
}
