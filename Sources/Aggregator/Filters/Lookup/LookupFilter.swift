import Expressions

/// `lookup: {file: users.csv, key: data.user_id, into: data.user}`
struct LookupFilter: Filter {
    static let name = "lookup"
    static let summary = "Adds fields from a table (CSV or JSON) to an event's data."

    @Option(
        """
        The table: CSV (RFC 4180) whose first line names the columns; or JSON, an object of objects by their keys, or a list \
        of objects. It is read again when it changes; a file with a mistake is told of in the log, and the table before it \
        stays in use.
        """, .example("users.csv"))
    var file: PathOption
    @Option("Whether the file is CSV or JSON; without it, its name says so.")
    var format: Format?
    @Option(
        "What is looked up: this expression's value, a text, a number or a truth value. What is absent is not in the table.",
        .example("data.user_id"))
    var key: AnyExpression
    @Option(
        "The column, or member, that it is compared with. In CSV without it the first; in a JSON list it is needed.")
    var by: String?
    @Option("The columns, or members, that are added; without it all but the key.", .example("[name, team]"))
    var fields: [String]?
    @Option("Where they go: data (beside its other fields, replacing those of the same name), or data.FIELD.")
    var into = NewField(path: [])
    @Option("What becomes of an event whose key is not in the table: it passes as it is, ends here, or gets `default`.")
    var missing: Missing?
    @Option("What is added where the key is not in the table.", .example("{team: unknown}"))
    var `default`: OrderedOptions<PlainValue>?
    @Option("How large the file may be.")
    var limit = ByteSize.mebibytes(64)

    enum Format: String, OptionChoice { case csv, json }
    enum Missing: String, OptionChoice { case pass, drop, `default` }

    private var lookup: EventExpression?
    private var path: [String] = []
    private var policy = Missing.pass
    private var standIn: [LookupTable.Field] = []
    private var table: LookupFile?

    func validate(_ options: OptionPlaces, _ problems: inout Problems) {
        if isCSV == nil {
            problems.report(
                "is it CSV or JSON? Its name does not end in .csv or .json: say so with 'format'", at: options["file"])
        }
        if missing == .default, `default` == nil {
            problems.report("'missing: default' needs the option 'default': what is added", at: options["missing"])
        }
        if let missing, missing != .default, `default` != nil {
            problems.report(
                "with 'missing: \(missing.rawValue)' nothing is added, so this has no use", at: options["default"])
        }
        // Read once for its mistakes, so that a file with them starts nothing.
        guard let plan = tablePlan else { return }
        do throws(LookupTable.Problem) {
            _ = try LookupTable(reading: plan)
        } catch {
            problems.report(error.description, at: options[error.option])
        }
    }

    /// How the table is read; nil where it is not known as what.
    private var tablePlan: LookupTable.Plan? {
        isCSV.map { .init(path: file.path, isCSV: $0, by: by, fields: fields, sizeLimit: limit.bytes) }
    }

    private var isCSV: Bool? {
        if let format { return format == .csv }
        let name = file.path.lowercased()
        return name.hasSuffix(".csv") ? true : name.hasSuffix(".json") ? false : nil
    }

    func shape(of input: EventShape) -> EventShape {
        input.changing { kind in
            guard let fields else {
                kind.data = into.path.isEmpty ? .dyn : kind.data.setting(into.path, to: .dyn)
                return
            }
            for name in fields { kind.data = kind.data.setting(into.path + [name], to: .dyn) }
        }
    }

    mutating func start(_ context: FilterContext) throws {
        lookup = key.expression
        path = into.path
        policy = missing ?? (`default` == nil ? .pass : .default)
        standIn = (`default`?.entries ?? []).map { .init(name: $0.name, value: $0.value.value.jsonBytes) }
        table = try tablePlan.map { try LookupFile($0, context) }
    }

    mutating func apply(_ event: inout Event) throws -> FilterResult {
        guard let table = table?.table, let key = try keyText(&event), let row = table[key] else {
            switch policy {
            case .pass: return .pass
            case .drop: return .drop
            case .default:
                try add(standIn, to: &event)
                return .pass
            }
        }
        try add(row, to: &event)
        return .pass
    }

    private func keyText(_ event: inout Event) throws -> String? {
        guard let value = try keyValue(&event), value.kind != .null else { return nil }
        guard let text = value.keyText else {
            throw FieldProblem(
                description: "a key is a text, a number or a truth value; this is a value of type \(value.kind.word)")
        }
        return text
    }

    private func keyValue(_ event: inout Event) throws(EvaluationError) -> Value? {
        do {
            return try lookup?.value(for: &event).present
        } catch  where error.isAbsence {
            return nil
        }
    }

    private func add(_ fields: [LookupTable.Field], to event: inout Event) throws {
        var bytes: [UInt8]
        switch event.data {
        case .json(let json): bytes = json
        case .none: bytes = Array("{}".utf8)
        case .text, .bytes: throw FieldProblem(description: "fields cannot be added: the data is no JSON object")
        }
        for field in fields { bytes = try JSONPatch.set(path + [field.name], to: field.value, in: bytes) }
        event.data = .json(bytes)
    }
}
