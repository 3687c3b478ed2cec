import Expressions

/// Extension attributes as members of a JSON object, each with a comma before it, in the order of their names: written once,
/// when the frame is made.
enum ExtensionText {
    /// What the envelope says itself.
    private static let reserved: Set<String> = [
        "specversion", "id", "source", "type", "subject", "time", "datacontenttype", "data", "channel",
    ]

    /// How they begin where the producer had a word of its own for the data.
    static let contentTypeMark = ",\"datacontenttype\":"

    /// Leaves out what no attribute can be.
    static func members(of event: Event) -> [UInt8] {
        var text: [UInt8] = []
        if let type = event.dataContentType, type != event.data.contentType {
            text += Array(contentTypeMark.utf8)
            JSON.append(string: type, to: &text)
        }
        for (name, value) in event.extensions.sorted(by: { $0.key < $1.key }) where isName(name) {
            switch value {
            case .string, .bool, .int: break
            default: continue
            }
            text += Array(",".utf8)
            JSON.append(string: name, to: &text)
            text.append(UInt8(ascii: ":"))
            text += value.jsonBytes
        }
        return text
    }

    private static func isName(_ name: String) -> Bool {
        !name.isEmpty && !reserved.contains(name)
            && name.utf8.allSatisfy {
                UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0
            }
    }
}
