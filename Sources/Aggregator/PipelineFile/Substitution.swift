/// Fills in `${NAME}` and `${NAME:-default}` from the environment; `$${` is a `${` that stays. What comes in is text: it is
/// not looked at again.
struct Substitution {
    /// What is wrong, and where in the text, in characters.
    struct Mistake {
        var message: String
        var offset: Int
        var length: Int
    }

    private(set) var result = ""
    private(set) var mistakes: [Mistake] = []
    /// Something came from the environment, or from a default.
    private(set) var hasSubstituted = false

    private let scalars: [Unicode.Scalar]
    private let environment: [String: String]

    init(_ text: String, environment: [String: String]) {
        scalars = Array(text.unicodeScalars)
        self.environment = environment
    }

    mutating func run() {
        var index = 0
        while index < scalars.count {
            if scalars[index...].starts(with: "$${".unicodeScalars) {
                result += "${"
                index += 3
            } else if scalars[index...].starts(with: "${".unicodeScalars) {
                index = variable(at: index)
            } else {
                result.unicodeScalars.append(scalars[index])
                index += 1
            }
        }
    }

    /// Fills in the variable whose `${` stands there; returns where its `}` ends.
    private mutating func variable(at start: Int) -> Int {
        guard let end = scalars[start...].firstIndex(of: "}") else {
            note("this '${' has no '}'; a '${' that is meant is written '$${'", start, 2)
            return scalars.count
        }
        let inner = scalars[(start + 2)..<end]
        let name = inner.prefix(while: Self.isNamePart)
        let rest = inner[name.endIndex...]
        hasSubstituted = true
        if name.isEmpty || ("0"..."9").contains(name.first ?? "0")
            || !(rest.isEmpty || rest.starts(with: ":-".unicodeScalars))
        {
            note("expected ${NAME} or ${NAME:-default}; a '${' that is meant is written '$${'", start, end + 1 - start)
        } else if rest.dropFirst(2).contains("{"), Self.text(rest).contains("${") {
            note("a default is plain text, and cannot have a '${' in it", start, end + 1 - start)
        } else if let value = environment[Self.text(name)], !(value.isEmpty && !rest.isEmpty) {
            result += value
        } else if !rest.isEmpty {
            result += Self.text(rest.dropFirst(2))
        } else {
            note(
                "the environment variable \(Self.text(name)) is not set; ${\(Self.text(name)):-…} would give it a default",
                start, end + 1 - start)
        }
        return end + 1
    }

    private mutating func note(_ message: String, _ offset: Int, _ length: Int) {
        mistakes.append(Mistake(message: message, offset: offset, length: length))
    }

    private static func isNamePart(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_": true
        default: false
        }
    }

    private static func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars)
        return String(text)
    }
}
