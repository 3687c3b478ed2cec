import Expressions

/// Reads the common part of JSON Schema, draft 2020-12. What it does not know is a mistake, never passed over: a schema that
/// is checked only in parts is believed in whole.
struct SchemaReader {
    /// Why a schema cannot be used.
    struct Mistake: Error {
        /// Where in the schema, as a JSON Pointer.
        var pointer: String
        var message: String
    }

    private let document: Value
    private let base: Int
    /// What `$ref` leads to: the rule's place among the definitions, by the pointer.
    private var places: [String: Int] = [:]
    /// Those that are found but not read.
    private var pending: [(pointer: String, place: Int)] = []
    private var rules: [Int: DataRule] = [:]

    private static let sizeLimit = 1 << 20
    private static let maxDepth = 64
    private static let maxReferences = 1000

    /// The rule of a schema's file, which a node names.
    ///
    /// - Parameter definitions: what it refers to is added to these.
    /// - Returns: nil after it was reported, at the node, what is wrong with it.
    static func read(_ node: Node, _ definitions: inout [DataRule], _ problems: inout Problems) -> DataRule? {
        guard let file = PathOption.decode(node, &problems) else { return nil }
        do throws(PipelineError) {
            let bytes = try FileContent.read(file.path, limit: sizeLimit, advice: "; relative to the pipeline file")
            guard bytes.count <= sizeLimit else {
                problems.report("\(file.written) has more than 1 MiB, which is no schema", at: node)
                return nil
            }
            return try rule(of: bytes, &definitions) { (mistake: Mistake) in
                let place = mistake.pointer.isEmpty ? "" : " at \(mistake.pointer)"
                problems.report("\(file.written)\(place): \(mistake.message)", at: node)
            }
        } catch {
            problems.report(error.description, at: node)
            return nil
        }
    }

    /// The rule of a schema's text.
    static func rule(
        of bytes: [UInt8], _ definitions: inout [DataRule], report: (Mistake) -> Void
    ) throws(PipelineError) -> DataRule? {
        let document: Value
        do throws(JSONProblem) {
            document = try Value(json: bytes)
        } catch {
            report(Mistake(pointer: "", message: "not JSON: \(error)"))
            return nil
        }
        var schema = SchemaReader(document: document, base: definitions.count)
        do throws(Mistake) {
            let root = try schema.whole()
            definitions += schema.places.values.sorted().map { schema.rules[$0] ?? .any }
            return root
        } catch {
            report(error)
            return nil
        }
    }

    private init(document: Value, base: Int) {
        self.document = document
        self.base = base
    }

    private mutating func whole() throws(Mistake) -> DataRule {
        let root = try rule(document, "", depth: 0)
        while let (pointer, place) = pending.popLast() {
            rules[place] = try rule(try find(pointer), pointer, depth: 0)
        }
        try checkCircles(from: root)
        return root
    }

    // MARK: Schemas

    private mutating func rule(_ schema: Value, _ pointer: String, depth: Int) throws(Mistake) -> DataRule {
        guard depth < Self.maxDepth else {
            throw Mistake(pointer: pointer, message: "nested more than \(Self.maxDepth) deep")
        }
        switch schema {
        case .bool(true): return .any
        case .bool(false): return DataRule([])
        case .map(let members):
            var keywords = SchemaKeywords(members, pointer)
            try keywords.checkNames(isWhole: pointer.isEmpty)
            return try rule(&keywords, depth: depth)
        default: throw Mistake(pointer: pointer, message: "expected a schema: an object, true or false")
        }
    }

    private mutating func rule(_ keywords: inout SchemaKeywords, depth: Int) throws(Mistake) -> DataRule {
        let (types, isWhole) = try keywords.types()
        var number = NumberRule(isWhole ? .whole : .any)
        try keywords.read(&number)
        var string = StringRule()
        let isText = try keywords.read(&string)
        let array = try list(keywords, depth)
        let object = try object(keywords, depth)
        var more: [DataRule.Combination] = []
        var kinds = types
        if let values = try keywords.values() {
            kinds.formIntersection(values.kinds)
            more.append(.values(values))
        }
        if let pointer = try keywords.reference() { more.append(.reference(try place(of: pointer, keywords))) }
        for (name, combine) in Self.combinations {
            guard let (schemas, pointer) = try keywords.list(name) else { continue }
            var parts: [DataRule] = []
            for (index, schema) in schemas.enumerated() {
                parts.append(try rule(schema, "\(pointer)/\(index)", depth: depth + 1))
            }
            more.append(combine(parts))
        }
        if let (schema, pointer) = keywords["not"] { more.append(.not(try rule(schema, pointer, depth: depth + 1))) }
        return DataRule(
            kinds, number: number, string: isText ? string : nil, array: array, object: object, more: more)
    }

    private static let combinations: [(String, @Sendable ([DataRule]) -> DataRule.Combination)] = [
        ("allOf", { .allOf($0) }), ("anyOf", { .anyOf($0) }), ("oneOf", { .oneOf($0) }),
    ]

    private mutating func list(_ keywords: SchemaKeywords, _ depth: Int) throws(Mistake) -> ArrayRule? {
        var list = ArrayRule()
        var isGiven = try keywords.read(&list)
        if let (schema, pointer) = keywords["items"] {
            isGiven = true
            if case .list = schema {
                throw Mistake(pointer: pointer, message: "a list of schemas is written 'prefixItems'")
            }
            list.items = try rule(schema, pointer, depth: depth + 1)
        }
        if let (schemas, pointer) = try keywords.list("prefixItems") {
            isGiven = true
            for (index, schema) in schemas.enumerated() {
                list.prefix.append(try rule(schema, "\(pointer)/\(index)", depth: depth + 1))
            }
        }
        return isGiven ? list : nil
    }

    private mutating func object(_ keywords: SchemaKeywords, _ depth: Int) throws(Mistake) -> ObjectRule? {
        let members = try keywords.map("properties")
        let required = try keywords.names("required")
        let least = try keywords.count("minProperties")
        let most = try keywords.count("maxProperties")
        let rest = keywords["additionalProperties"]
        guard members != nil || required != nil || least != nil || most != nil || rest != nil else { return nil }
        var properties: [ObjectRule.Property] = []
        for (name, schema) in members?.entries ?? [] {
            let pointer = "\(members?.pointer ?? "")/\(SchemaKeywords.escaped(name))"
            let part = try rule(schema, pointer, depth: depth + 1)
            properties.append(ObjectRule.Property(name, part, isRequired: required?.contains(name) == true))
        }
        var additional: DataRule?
        var isClosed = false
        switch rest {
        case (.bool(let isOpen), _)?: isClosed = !isOpen
        case (let schema, let pointer)?: additional = try rule(schema, pointer, depth: depth + 1)
        case nil: break
        }
        for name in required ?? [] where !properties.contains(where: { $0.name == name }) {
            // A name that nothing else is said of has to be what the others are.
            let part = isClosed ? DataRule([]) : additional ?? .any
            properties.append(ObjectRule.Property(name, part, isRequired: true))
        }
        return ObjectRule(
            properties, additional: additional, isClosed: isClosed, minProperties: least ?? 0,
            maxProperties: most ?? .max)
    }

    // MARK: References

    private mutating func place(of reference: String, _ keywords: SchemaKeywords) throws(Mistake) -> Int {
        let pointer = keywords.pointer + "/$ref"
        guard reference.hasPrefix("#"), reference == "#" || reference.hasPrefix("#/"),
            let target = PercentCoding.decode(reference.dropFirst().utf8, plusIsSpace: false).text
        else {
            throw Mistake(
                pointer: pointer,
                message: "'\(reference)' leads elsewhere; only '#/$defs/NAME' and the like are followed")
        }
        if let place = places[target] { return place }
        do throws(Mistake) { _ = try find(target) } catch {
            throw Mistake(pointer: pointer, message: "'\(reference)' leads to nothing in this schema")
        }
        guard places.count < Self.maxReferences else {
            throw Mistake(pointer: pointer, message: "more than \(Self.maxReferences) different references")
        }
        let place = base + places.count
        places[target] = place
        pending.append((target, place))
        return place
    }

    /// What stands at a JSON Pointer in the document.
    private func find(_ pointer: String) throws(Mistake) -> Value {
        var value = document
        for part in pointer.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).dropFirst() {
            let name = String(Substring(part)).replacing("~1", with: "/").replacing("~0", with: "~")
            let next: Value? =
                switch value {
                case .map(let map): map[name]
                case .list(let list): Int(name).flatMap { list.indices.contains($0) ? list[$0] : nil }
                default: nil
                }
            guard let next else { throw Mistake(pointer: pointer, message: "nothing is there") }
            value = next
        }
        return value
    }

    /// A rule that leads to itself over the same value would never be decided.
    private func checkCircles(from root: DataRule) throws(Mistake) {
        let pointers = Dictionary(uniqueKeysWithValues: places.map { ($0.value, $0.key) })
        var done: Set<Int> = []
        for start in places.values.sorted() where !done.contains(start) {
            var path: [(place: Int, next: [Int])] = [(start, rules[start]?.references ?? [])]
            while let (place, next) = path.last {
                guard let target = next.last else {
                    done.insert(place)
                    path.removeLast()
                    continue
                }
                path[path.count - 1].next.removeLast()
                if path.contains(where: { $0.place == target }) {
                    throw Mistake(
                        pointer: pointers[target] ?? "", message: "refers to itself without going into the value")
                }
                if !done.contains(target) { path.append((target, rules[target]?.references ?? [])) }
            }
        }
    }
}

extension DataRule {
    /// The definitions that the same value is checked against.
    fileprivate var references: [Int] {
        more.flatMap { combination -> [Int] in
            switch combination {
            case .reference(let place): [place]
            case .allOf(let rules), .anyOf(let rules), .oneOf(let rules): rules.flatMap(\.references)
            case .not(let rule): rule.references
            case .values: []
            }
        }
    }
}
