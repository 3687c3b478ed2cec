import Aggregator

/// What a type or a subject may be (see `Event`), for options that hold one: so that what would be refused event by event
/// is a mistake of the file.
enum EventWord {
    /// What is wrong with a type; nil if nothing is.
    static func mistake(inType text: String) -> String? {
        text == "gap" ? "the type 'gap' is the hub's own; choose another" : mistake(in: text, called: "a type")
    }

    /// What is wrong with a subject; nil if nothing is.
    static func mistake(inSubject text: String) -> String? { mistake(in: text, called: "a subject") }

    private static func mistake(in text: String, called name: String) -> String? {
        let isPlain = text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
        if (1...256).contains(text.utf8.count) && isPlain { return nil }
        return "\(name) is 1 to 256 bytes long, without control characters"
    }
}

extension Problems {
    /// Reports what is wrong with a type that stands at this option.
    mutating func checkType(_ type: String, at node: Node) {
        if let mistake = EventWord.mistake(inType: type) { report(mistake, at: node) }
    }
}
