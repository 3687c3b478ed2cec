import Glibc

/// What everybody has to redact. Where numbers have check digits they are looked at, so that an order number is not taken for
/// a card.
enum RedactPreset: String, OptionChoice {
    /// `name@example.com`
    case email
    /// 13 to 19 digits, in one or in groups, with a right check digit (Luhn, ISO/IEC 7812-1).
    case creditCard = "credit_card"
    /// An international account number with right check digits (ISO 13616).
    case iban
    /// An address of IPv4 or IPv6.
    case ip
    /// A JSON Web Token (RFC 7519).
    case jwt
    /// `Bearer` and a token (RFC 6750).
    case bearer
    /// `password=…`, `api_key: …` and the like, in logs and URLs.
    case secret

    /// What a match looks like; where it has a group, that stays.
    var expression: String {
        switch self {
        case .email: #"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}"#
        case .creditCard: #"\b(?:(?:\d{4}[ -]){3}\d{1,7}|3[47]\d{2}[ -]\d{6}[ -]\d{5}|\d{13,19})\b"#
        case .iban: #"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b"#
        case .ip:
            #"\b(?:\d{1,3}\.){3}\d{1,3}\b|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?::?(?:\d{1,3}\.){3}\d{1,3})?"#
        case .jwt: #"\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*"#
        case .bearer: #"(?i)(\bbearer\s+)[A-Za-z0-9._~+/-]+=*"#
        case .secret:
            #"(?i)(\b(?:password|passwd|pwd|secret|token|access_token|api_?key)["']?\s*[=:]\s*)(?:"[^"]*"|'[^']*'|[^\s"',;&]+)"#
        }
    }

    /// Whether a match is what it seems to be.
    func isMet(by match: String) -> Bool {
        switch self {
        case .creditCard: Self.hasLuhnDigit(match)
        case .iban: Self.hasIBANDigits(match)
        case .ip: Self.isAddress(match)
        case .email, .jwt, .bearer, .secret: true
        }
    }

    /// ISO/IEC 7812-1, annex B.
    private static func hasLuhnDigit(_ text: String) -> Bool {
        let digits = text.utf8.compactMap { $0 >= 0x30 && $0 <= 0x39 ? Int($0 - 0x30) : nil }
        guard (13...19).contains(digits.count) else { return false }
        let sum = digits.reversed().enumerated().reduce(0) { sum, digit in
            let value = digit.offset % 2 == 0 ? digit.element : digit.element * 2
            return sum + (value > 9 ? value - 9 : value)
        }
        return sum % 10 == 0
    }

    /// ISO 7064, MOD 97-10, with the first four characters moved to the end and letters read as 10 to 35.
    private static func hasIBANDigits(_ text: String) -> Bool {
        let characters = text.utf8.filter { $0 != UInt8(ascii: " ") }
        guard (15...34).contains(characters.count) else { return false }
        let remainder = (characters.dropFirst(4) + characters.prefix(4)).reduce(0) { remainder, byte in
            byte >= UInt8(ascii: "A")
                ? (remainder * 100 + Int(byte - UInt8(ascii: "A")) + 10) % 97
                : (remainder * 10 + Int(byte) - 0x30) % 97
        }
        return remainder == 1
    }

    private static func isAddress(_ text: String) -> Bool {
        var address = in6_addr()
        return inet_pton(text.contains(":") ? AF_INET6 : AF_INET, text, &address) == 1
    }
}
