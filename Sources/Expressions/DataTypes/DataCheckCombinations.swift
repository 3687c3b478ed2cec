// Further rules over a value that was walked over once: references, and JSON Schema's `allOf`, `anyOf`, `oneOf`, `not`, `enum`.

extension DataCheck {
    mutating func check(
        _ combination: DataRule.Combination, _ before: JSONScanner, to end: Int
    ) throws(JSONProblem) {
        // What is about to be walked over again.
        budget -= (end - before.at) >> 4
        var scanner = before
        switch combination {
        case .reference(let place): try check(type.definitions[place], &scanner)
        case .allOf(let rules):
            for rule in rules {
                scanner = before
                try check(rule, &scanner)
            }
        case .values(let values):
            let value = try scanner.read()
            guard values.contains(where: { $0 == value }) else { throw refuse("expected \(values.words)") }
        case .not(let rule):
            if try objection(of: rule, before) == nil { throw refuse("is what the schema's 'not' rules out") }
        case .anyOf(let rules):
            var objections: [String] = []
            for rule in rules {
                guard let objection = try objection(of: rule, before) else { return }
                objections.append(objection)
            }
            throw refuse("fits none of the alternatives (\(objections.summary))")
        case .oneOf(let rules):
            var objections: [String] = []
            for rule in rules {
                if let objection = try objection(of: rule, before) { objections.append(objection) }
            }
            let fitting = rules.count - objections.count
            if fitting == 0 { throw refuse("fits none of the alternatives (\(objections.summary))") }
            if fitting > 1 { throw refuse("fits \(fitting) of the alternatives, and may fit only one") }
        }
    }

    /// Why a rule does not hold; nil if it does.
    private mutating func objection(of rule: DataRule, _ before: JSONScanner) throws(JSONProblem) -> String? {
        // Of an alternative one fault is enough, with the way to it from here.
        let (outer, inner, depth, others) = (way, path, level, wanted)
        (way, path, wanted) = ([], [], 0)
        defer { (way, path, level, wanted) = (outer, inner, depth, others) }
        var scanner = before
        do throws(JSONProblem) {
            try check(rule, &scanner)
            return nil
        } catch {
            // Out of budget: no other alternative may hide it.
            guard error.offset < 0, budget > 0 else { throw error }
            return path.isEmpty ? reason : "at \(pointer): \(reason)"
        }
    }
}
