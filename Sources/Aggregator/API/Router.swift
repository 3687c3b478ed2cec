/// The one router over all owners: paths are compared part by part, a literal before a `{name}`.
///
/// A tree of parts; a branch that leads nowhere, or to nothing that answers the method, is left again for the next best.
/// So `POST /notes/all` and `GET /notes/{subject}` may live side by side, and both answer for `/notes/all`.
struct Router<Endpoint: Sendable>: Sendable {
    /// What a request's path and method lead to.
    enum Match {
        /// The endpoint, and what stood in the places of its `{name}` parts.
        case found(Endpoint, parameters: [String: String])
        /// Something answers here, but not to this method: all methods that are answered, for `Allow`.
        case otherMethods([String])
        case nothing
    }

    private struct Leaf {
        var endpoint: Endpoint
        /// The names of the `{name}` parts, in their order.
        var names: [String]
    }

    private struct Branch {
        var literals: [String: Int] = [:]
        var parameter: Int?
        var leaves: [String: Leaf] = [:]
        /// All that is left of the path, at least one part.
        var rest: [String: Leaf] = [:]
    }

    // Branches by index: a tree of values.
    private var branches = [Branch()]

    /// Adds a route.
    mutating func add(_ method: String, _ pattern: PathPattern, _ endpoint: Endpoint) {
        let leaf = Leaf(endpoint: endpoint, names: pattern.parameters)
        var at = 0
        // A request for `/` has one part, which is empty.
        for part in pattern.parts.isEmpty ? [.literal("")] : pattern.parts {
            switch part {
            case .literal(let text): at = step(from: at, \.literals[text])
            case .parameter: at = step(from: at, \.parameter)
            case .rest:
                branches[at].rest[method] = leaf
                return
            }
        }
        branches[at].leaves[method] = leaf
    }

    private mutating func step(from index: Int, _ way: WritableKeyPath<Branch, Int?>) -> Int {
        if let next = branches[index][keyPath: way] { return next }
        branches.append(Branch())
        branches[index][keyPath: way] = branches.count - 1
        return branches.count - 1
    }

    /// All methods that are answered at a path, for `Allow`; none: nothing is there.
    func methods(at parts: [String]) -> [String] {
        // No route has that one.
        if case .otherMethods(let methods) = match("", parts) { methods } else { [] }
    }

    /// Finds the endpoint. HEAD goes with GET; OPTIONS has an endpoint only where somebody has added one: see
    /// `Match.otherMethods`.
    func match(_ method: String, _ parts: [String]) -> Match {
        var search = Search(method: method == "HEAD" ? "GET" : method, parts: parts)
        if let leaf = find(from: 0, at: 0, &search) {
            let parameters = zip(leaf.names, search.values).map { ($0, $1) }
            return .found(leaf.endpoint, parameters: Dictionary(parameters) { first, _ in first })
        }
        if search.methods.isEmpty { return .nothing }
        if search.methods.contains("GET") { search.methods.insert("HEAD") }
        search.methods.insert("OPTIONS")
        return .otherMethods(search.methods.sorted())
    }

    private struct Search {
        let method: String
        let parts: [String]
        var values: [String] = []
        /// Of every path that fits.
        var methods: Set<String> = []
    }

    private func find(from index: Int, at depth: Int, _ search: inout Search) -> Leaf? {
        let branch = branches[index]
        if depth == search.parts.count {
            if let leaf = branch.leaves[search.method] { return leaf }
            search.methods.formUnion(branch.leaves.keys)
            return nil
        }
        let part = search.parts[depth]
        if let next = branch.literals[part], let leaf = find(from: next, at: depth + 1, &search) { return leaf }
        if let next = branch.parameter, !part.isEmpty {
            search.values.append(part)
            if let leaf = find(from: next, at: depth + 1, &search) { return leaf }
            search.values.removeLast()
        }
        if !branch.rest.isEmpty {
            if let leaf = branch.rest[search.method] {
                search.values.append(search.parts[depth...].joined(separator: "/"))
                return leaf
            }
            search.methods.formUnion(branch.rest.keys)
        }
        return nil
    }
}
