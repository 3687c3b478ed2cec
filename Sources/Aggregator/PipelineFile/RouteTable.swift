/// Which method and path belong to whom, to find two that want the same.
struct RouteTable {
    /// Who wants a route, and where the file says so.
    struct Owner {
        /// "the source 'jobs'".
        var name: String
        var place: FilePlace
    }

    private struct Key: Hashable {
        var method: String
        var shape: [String?]
    }

    private var owners: [Key: Owner] = [:]

    /// Takes a route.
    ///
    /// - Returns: why it cannot be had, as the end of a sentence that began with the route; nil if it can.
    mutating func add(_ method: String, _ pattern: PathPattern, _ owner: Owner) -> String? {
        guard Self.methods.contains(method) else {
            return "cannot be a route: expected \(OptionShape.alternatives(Self.methods)) as the method"
        }
        if pattern.parts.isEmpty, method == "GET" { return "is the server's own page; choose another path" }
        let key = Key(method: method, shape: pattern.shape)
        if let other = owners[key] {
            return "is taken already by \(other.name), at \(other.place.line):\(other.place.column)"
        }
        owners[key] = owner
        return nil
    }

    private static let methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
}
