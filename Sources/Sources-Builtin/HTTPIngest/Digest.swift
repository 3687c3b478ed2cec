import Aggregator
import COpenSSL

/// Hash functions a signature may be made with.
enum DigestAlgorithm: String, OptionChoice {
    case sha256
    case sha512
    /// For senders that have nothing better: as an HMAC it is still not broken.
    case sha1

    // Constants of libcrypto's, which live as long as the process.
    fileprivate var method: OpaquePointer? {
        switch self {
        case .sha256: EVP_sha256()
        case .sha512: EVP_sha512()
        case .sha1: EVP_sha1()
        }
    }
}

/// What is needed of libcrypto: keyed and plain hashes, and comparing that takes the same time whatever the bytes are.
enum Digest {
    /// The HMAC (RFC 2104) of a message; nil when libcrypto refuses: out of memory, or an algorithm that the system's
    /// policy forbids.
    static func hmac(_ algorithm: DigestAlgorithm, key: [UInt8], _ message: [UInt8]) -> [UInt8]? {
        var code = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var length: UInt32 = 0
        let done = HMAC(algorithm.method, key, Int32(clamping: key.count), message, message.count, &code, &length)
        guard done != nil else { return nil }
        return Array(code.prefix(Int(length)))
    }

    /// SHA-256 (FIPS 180-4).
    static func sha256(_ message: some Sequence<UInt8>) -> [UInt8] {
        let message = Array(message)
        var hash = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
        _ = SHA256(message, message.count, &hash)
        return hash
    }

    /// Whether they are the same, in a time that depends on nothing but their lengths.
    static func areSame(_ some: [UInt8], _ others: [UInt8]) -> Bool {
        some.count == others.count && CRYPTO_memcmp(some, others, some.count) == 0
    }
}

/// A secret that is compared as a whole. Only its hash is kept, so that not even its length shows in the time it takes.
struct SecretHash: Sendable {
    private let hash: [UInt8]

    init(_ secret: String) { hash = Digest.sha256(secret.utf8) }

    func matches(_ given: String) -> Bool { Digest.areSame(hash, Digest.sha256(given.utf8)) }
}
