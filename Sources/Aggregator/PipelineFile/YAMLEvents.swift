internal import CLibyaml

/// What libyaml reports, one after the other. This is the only file that knows it.
enum YAMLEvent {
    case documentStart(isExplicit: Bool)
    case alias(String)
    case scalar(YAMLScalar)
    case listStart(YAMLProperties)
    case mappingStart(YAMLProperties)
    /// Of a list or a mapping.
    case collectionEnd
    /// The beginning and the end of the stream, the end of a document.
    case other
    case streamEnd
}

/// An anchor and a tag (YAML 1.1, section 9.1).
struct YAMLProperties {
    var anchor: String?
    var hasTag: Bool
}

struct YAMLScalar {
    var properties: YAMLProperties
    var text: String
    var style: Node.Style
}

/// Why a text is not YAML.
struct YAMLMistake: Error {
    /// In libyaml's words.
    var message: String
    var place: FilePlace
    /// Where that began which it could not finish, if it says so.
    var beginning: FilePlace?
}

/// libyaml's parser over one text, for one thread.
final class YAMLEvents {
    // On the heap, because libyaml keeps pointers into both from call to call.
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let input: UnsafeMutableBufferPointer<UInt8>

    /// A parser; nil when there is no memory for it.
    init?(_ text: String) {
        parser = .allocate(capacity: 1)
        input = .allocate(capacity: max(1, text.utf8.count))
        guard yaml_parser_initialize(parser) == 1 else {
            parser.deallocate()
            input.deallocate()
            return nil
        }
        _ = input.initialize(from: text.utf8)
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, input.baseAddress, text.utf8.count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
        input.deallocate()
    }

    /// The next event, where it begins, and where it ends. Not to be called again after `streamEnd` or an error.
    func next() throws(YAMLMistake) -> (event: YAMLEvent, start: FilePlace, end: FilePlace) {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw mistake }
        defer { yaml_event_delete(&event) }
        return (Self.meaning(of: event), FilePlace(event.start_mark), FilePlace(event.end_mark))
    }

    private static func meaning(of event: yaml_event_t) -> YAMLEvent {
        switch event.type {
        case YAML_DOCUMENT_START_EVENT: return .documentStart(isExplicit: event.data.document_start.implicit == 0)
        case YAML_ALIAS_EVENT: return .alias(text(event.data.alias.anchor) ?? "")
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            // The length counts: a text may have a NUL, written as an escape.
            let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            return .scalar(
                YAMLScalar(
                    properties: YAMLProperties(anchor: text(scalar.anchor), hasTag: scalar.tag != nil),
                    text: String(decoding: bytes, as: UTF8.self), style: style(scalar.style)))
        case YAML_SEQUENCE_START_EVENT:
            let start = event.data.sequence_start
            return .listStart(YAMLProperties(anchor: text(start.anchor), hasTag: start.tag != nil))
        case YAML_MAPPING_START_EVENT:
            let start = event.data.mapping_start
            return .mappingStart(YAMLProperties(anchor: text(start.anchor), hasTag: start.tag != nil))
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: return .collectionEnd
        case YAML_STREAM_END_EVENT, YAML_NO_EVENT: return .streamEnd
        default: return .other
        }
    }

    private static func style(_ style: yaml_scalar_style_t) -> Node.Style {
        switch style {
        case YAML_SINGLE_QUOTED_SCALAR_STYLE: .singleQuoted
        case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .doubleQuoted
        case YAML_LITERAL_SCALAR_STYLE, YAML_FOLDED_SCALAR_STYLE: .block
        default: .plain
        }
    }

    private static func text(_ bytes: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        bytes.map { String(cString: $0) }
    }

    private var mistake: YAMLMistake {
        let problem = parser.pointee.problem.map { String(cString: $0) } ?? "out of memory"
        let context = parser.pointee.context.map { " " + String(cString: $0) } ?? ""
        return YAMLMistake(
            message: problem + context, place: FilePlace(parser.pointee.problem_mark),
            beginning: parser.pointee.context == nil ? nil : FilePlace(parser.pointee.context_mark))
    }
}

extension FilePlace {
    /// libyaml counts from 0.
    fileprivate init(_ mark: yaml_mark_t) {
        self.init(line: Int(clamping: mark.line) + 1, column: Int(clamping: mark.column) + 1)
    }
}
