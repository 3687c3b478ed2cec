import Expressions

/// Rewrites a JSON text along a tree of fields: what is kept keeps its order, its numbers and its strings byte for byte.
/// The result is compact, on one line.
enum JSONRewriting {
    /// What becomes of a field.
    enum Action: Sendable {
        /// It is left out, with its key.
        case remove
        /// It stays as it is.
        case keep
        /// It is written anew: gets the bytes of its value, gives those of another.
        case replace(@Sendable (ArraySlice<UInt8>) -> [UInt8])
    }

    /// What becomes of all that no way of the tree leads to.
    enum Rest { case kept, removed }

    /// The text after all that the tree says. A text that is no object and no list has no fields, and stays.
    ///
    /// - Throws: `JSONProblem` when it is not valid JSON.
    static func apply(
        _ tree: FieldTree<Action>, to text: [UInt8], others: Rest
    ) throws(JSONProblem) -> [UInt8] {
        var writer = Writer(text: text, others: others)
        writer.result.reserveCapacity(text.count)
        if let action = tree.action {
            writer.write(action, text[...])
        } else {
            try writer.write(JSON.trimmed(text).indices, tree)
        }
        return writer.result
    }

    private struct Writer {
        let text: [UInt8]
        let others: Rest
        var result: [UInt8] = []

        /// A value to which a way leads, or in which it ends.
        mutating func write(_ range: Range<Int>, _ tree: FieldTree<Action>) throws(JSONProblem) {
            guard let first = range.first else {
                throw JSONProblem(message: "expected a value", offset: range.lowerBound)
            }
            switch text[first] {
            case UInt8(ascii: "{"): try object(range, tree)
            case UInt8(ascii: "["): try list(range, tree)
            default: JSONPatch.copy(text[range], to: &result)
            }
        }

        private mutating func object(_ range: Range<Int>, _ tree: FieldTree<Action>) throws(JSONProblem) {
            result.append(UInt8(ascii: "{"))
            var isFirst = true
            for part in try JSONObject(text, in: range).parts {
                let way = way(tree.member(part.name), part.value)
                if case .nowhere = way { continue }
                separate(&isFirst)
                result += text[part.key]
                result.append(UInt8(ascii: ":"))
                try write(part.value, along: way)
            }
            result.append(UInt8(ascii: "}"))
        }

        private mutating func list(_ range: Range<Int>, _ tree: FieldTree<Action>) throws(JSONProblem) {
            result.append(UInt8(ascii: "["))
            var isFirst = true
            for element in try JSON.elements(of: text, in: range) ?? [] {
                let way = way(tree.element, element)
                if case .nowhere = way { continue }
                separate(&isFirst)
                try write(element, along: way)
            }
            result.append(UInt8(ascii: "]"))
        }

        /// How it goes on with a member or an element.
        private enum Way {
            case nowhere
            case asItIs
            case action(Action)
            case deeper(FieldTree<Action>)
        }

        private func way(_ tree: FieldTree<Action>?, _ value: Range<Int>) -> Way {
            guard let tree else { return others == .kept ? .asItIs : .nowhere }
            switch tree.action {
            case .remove: return .nowhere
            case .keep: return .asItIs
            case .some(let action): return .action(action)
            case nil:
                // What has no fields is not what a way to a field leads through.
                return others == .kept || isContainer(value) ? .deeper(tree) : .nowhere
            }
        }

        private mutating func write(_ value: Range<Int>, along way: Way) throws(JSONProblem) {
            switch way {
            case .nowhere: break
            case .asItIs: JSONPatch.copy(text[value], to: &result)
            case .action(let action): write(action, text[value])
            case .deeper(let tree): try write(value, tree)
            }
        }

        mutating func write(_ action: Action, _ value: ArraySlice<UInt8>) {
            if case .replace(let make) = action {
                result += make(value)
            } else {
                JSONPatch.copy(value, to: &result)
            }
        }

        private func isContainer(_ value: Range<Int>) -> Bool {
            text[value.lowerBound] == UInt8(ascii: "{") || text[value.lowerBound] == UInt8(ascii: "[")
        }

        private mutating func separate(_ isFirst: inout Bool) {
            if !isFirst { result.append(UInt8(ascii: ",")) }
            isFirst = false
        }
    }
}
