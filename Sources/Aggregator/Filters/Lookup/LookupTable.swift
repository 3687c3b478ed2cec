import Expressions

/// A table as it was read from a file: by key, the fields that an event gets. Immutable.
final class LookupTable: Sendable {
    /// A field and its value, as JSON.
    struct Field: Sendable {
        let name: String
        let value: [UInt8]
    }

    /// How the file is read.
    struct Plan: Sendable {
        var path: String
        var isCSV: Bool
        /// The column, or member, that is the key; nil: the first column, or the names of a JSON object.
        var by: String?
        /// Those that events get; nil: all but the key.
        var fields: [String]?
        var sizeLimit: Int
    }

    /// Why there is no table.
    struct Problem: Error, CustomStringConvertible {
        let path: String
        let message: String
        /// The option that is to blame.
        var option = "file"
        var description: String { "the table \(path) cannot be used: \(message)" }
    }

    private let rows: [String: [Field]]
    static let rowLimit = 1_000_000

    var count: Int { rows.count }

    /// The fields of a key; nil: it is not in the table.
    subscript(key: String) -> [Field]? { rows[key] }

    /// Reads a file. Blocks.
    ///
    /// - Throws: `Problem`, with the line or the key that is wrong.
    init(reading plan: Plan) throws(Problem) {
        let bytes: [UInt8]
        do {
            bytes = try FileContent.read(plan.path, limit: plan.sizeLimit, advice: "; relative to the pipeline file")
        } catch {
            throw Problem(path: plan.path, message: error.description.replacing("\(plan.path): ", with: ""))
        }
        guard bytes.count <= plan.sizeLimit else {
            let limit = ByteSize(bytes: plan.sizeLimit).optionText ?? "\(plan.sizeLimit)"
            throw Problem(path: plan.path, message: "it has more than \(limit); raise 'limit' if the memory is there")
        }
        do {
            rows = plan.isCSV ? try Self.csv(bytes, plan) : try Self.json(bytes, plan)
        } catch let problem as Shape {
            throw Problem(path: plan.path, message: problem.message, option: problem.option)
        } catch {
            throw Problem(path: plan.path, message: "\(error)")
        }
    }

    // MARK: CSV

    private static func csv(_ bytes: [UInt8], _ plan: Plan) throws -> [String: [Field]] {
        let rows = try CSV.rows(of: bytes)
        guard let header = rows.first else {
            throw CSV.Problem(line: 1, message: "the file is empty; expected a line with the names of the columns")
        }
        let names = header.fields
        for (index, name) in names.enumerated() where names[..<index].contains(name) {
            throw CSV.Problem(line: header.line, message: "the column '\(name)' is there twice")
        }
        let key = try column(plan.by ?? names[0], of: names, for: "by")
        let wanted =
            try plan.fields?.map { try column($0, of: names, for: "fields") } ?? names.indices.filter { $0 != key }
        var table: [String: [Field]] = [:]
        var lines: [String: Int] = [:]
        for row in rows.dropFirst() {
            guard row.fields.count == names.count else {
                throw CSV.Problem(
                    line: row.line, message: "\(row.fields.count) fields; the first line names \(names.count) columns")
            }
            let name = row.fields[key]
            if let other = lines.updateValue(row.line, forKey: name) {
                throw CSV.Problem(line: row.line, message: "the key '\(name)' stands on line \(other) already")
            }
            try checkCount(table.count)
            table[name] = wanted.map { Field(name: names[$0], value: Value.string(row.fields[$0]).jsonBytes) }
        }
        return table
    }

    private static func column(_ name: String, of names: [String], for option: String) throws -> Int {
        if let index = names.firstIndex(of: name) { return index }
        let hint = nearestName(to: name, among: names).map { "did you mean '\($0)'?" }
        throw Shape(
            message: "line 1: there is no column '\(name)'; \(hint ?? "there are \(OptionShape.alternatives(names))")",
            option: option)
    }

    // MARK: JSON

    /// An object of objects, by their names; or a list of objects, by one of their members.
    private static func json(_ bytes: [UInt8], _ plan: Plan) throws -> [String: [Field]] {
        if let problem = JSON.validate(bytes) { throw problem }
        var table: [String: [Field]] = [:]
        if let elements = try JSON.elements(of: bytes) {
            guard let by = plan.by else {
                throw Shape(message: "it is a list; say with 'by' which member is the key", option: "by")
            }
            for (index, range) in elements.enumerated() {
                let object = try row(bytes, range, "element \(index + 1)")
                guard let key = object.field(by).flatMap(\.keyText) else {
                    throw Shape(
                        message: "element \(index + 1) has no '\(by)' that is a text, a number or a truth value")
                }
                try add(object, key, plan, to: &table)
            }
        } else {
            guard plan.by == nil else {
                throw Shape(message: "it is an object, whose names are the keys; 'by' is for lists", option: "by")
            }
            for part in try row(bytes, bytes.indices, "it").parts {
                try add(try row(bytes, part.value, "the value of '\(part.name)'"), part.name, plan, to: &table)
            }
        }
        return table
    }

    private static func row(_ bytes: [UInt8], _ range: Range<Int>, _ what: String) throws -> JSONObject {
        do {
            return try JSONObject(bytes, in: range)
        } catch {
            throw Shape(message: "\(what) is no object; expected {…}")
        }
    }

    private static func add(
        _ object: JSONObject, _ key: String, _ plan: Plan, to table: inout [String: [Field]]
    ) throws {
        try checkCount(table.count)
        let fields = object.parts.compactMap { part -> Field? in
            guard plan.fields?.contains(part.name) ?? (part.name != plan.by) else { return nil }
            var value: [UInt8] = []
            JSONPatch.copy(object.bytes[part.value], to: &value)
            return Field(name: part.name, value: value)
        }
        guard table.updateValue(fields, forKey: key) == nil else {
            throw Shape(message: "the key '\(key)' is there twice")
        }
    }

    private static func checkCount(_ count: Int) throws {
        if count >= rowLimit { throw Shape(message: "it has more than \(rowLimit) rows") }
    }

    /// What is wrong with a table as such.
    private struct Shape: Error, CustomStringConvertible {
        let message: String
        var option = "file"
        var description: String { message }
    }
}
