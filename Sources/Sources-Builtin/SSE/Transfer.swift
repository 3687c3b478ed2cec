import CCurl
import Synchronization

/// One GET request whose body comes bit by bit, through libcurl. Used by one task on a thread that may block, but for `wake`.
///
/// What has not been taken stays in the kernel: as long as nobody calls `next`, the server has to wait.
final class Transfer {
    /// What is asked for.
    struct Request: Sendable {
        var url: String
        /// `Name: value` each.
        var headers: [String]
        /// A file of certificates to trust in place of the system's.
        var certificates: String?
        var verifiesPeer = true
        /// Whoever it leads to gets `headers`, all but the library's own `Authorization` and `Cookie`.
        var followsRedirects = true
        var connectTime: Duration
    }

    /// Why there was no answer, or no more of it.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private let easy: UnsafeMutableRawPointer
    private let multi: UnsafeMutableRawPointer
    private var headers: UnsafeMutablePointer<curl_slist>?
    private let error: UnsafeMutablePointer<CChar>
    private let received = ReceivedBytes()

    /// Once per process, before any other thread uses the library.
    private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    init(_ request: Request) throws(Failure) {
        guard Self.isReady, let easy = curl_easy_init(), let multi = curl_multi_init() else {
            throw Failure(description: "libcurl cannot be set up")
        }
        self.easy = easy
        self.multi = multi
        error = .allocate(capacity: Int(CURL_ERROR_SIZE))
        error.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        for header in request.headers {
            guard let list = curl_slist_append(headers, header) else { throw Failure(description: "out of memory") }
            headers = list
        }
        try set(request)
        guard curl_multi_add_handle(multi, easy) == CURLM_OK else {
            throw Failure(description: "libcurl takes no request")
        }
    }

    deinit {
        curl_multi_remove_handle(multi, easy)
        curl_easy_cleanup(easy)
        curl_multi_cleanup(multi)
        curl_slist_free_all(headers)
        error.deallocate()
    }

    private func set(_ request: Request) throws(Failure) {
        let milliseconds =
            request.connectTime.components.seconds * 1000
            + request.connectTime.components.attoseconds / 1_000_000_000_000_000
        var codes = [
            ccurl_set_text(easy, CURLOPT_URL, request.url),
            ccurl_set_text(easy, CURLOPT_PROTOCOLS_STR, "http,https"),
            ccurl_set_text(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https"),
            ccurl_set_number(easy, CURLOPT_FOLLOWLOCATION, request.followsRedirects ? 1 : 0),
            ccurl_set_number(easy, CURLOPT_MAXREDIRS, 10),
            ccurl_set_number(easy, CURLOPT_NOSIGNAL, 1),
            ccurl_set_number(easy, CURLOPT_TCP_KEEPALIVE, 1),
            ccurl_set_number(easy, CURLOPT_CONNECTTIMEOUT_MS, Int(milliseconds)),
            ccurl_set_text(easy, CURLOPT_USERAGENT, "aggregator"),
            // gzip and what else the library knows: it is taken apart as it comes.
            ccurl_set_text(easy, CURLOPT_ACCEPT_ENCODING, ""),
            ccurl_set_number(easy, CURLOPT_SSL_VERIFYPEER, request.verifiesPeer ? 1 : 0),
            ccurl_set_number(easy, CURLOPT_SSL_VERIFYHOST, request.verifiesPeer ? 2 : 0),
            ccurl_set_list(easy, CURLOPT_HTTPHEADER, headers),
            ccurl_set_error_buffer(easy, error),
            ccurl_set_writer(easy, receive, Unmanaged.passUnretained(received).toOpaque()),
        ]
        if let file = request.certificates { codes.append(ccurl_set_text(easy, CURLOPT_CAINFO, file)) }
        if let code = codes.first(where: { $0 != CURLE_OK }) { throw failure(code) }
    }

    /// The status of the answer; 0: there is none yet.
    var status: Int { ccurl_status(easy) }

    /// The answer's `Content-Type`, as it came.
    var contentType: String? { ccurl_content_type(easy).map { String(cString: $0) } }

    /// What can make the thread that waits in `next` look up. Valid as long as the transfer is.
    var waker: Waker { Waker(multi: multi) }

    /// Wakes a transfer from another thread.
    struct Waker: @unchecked Sendable {
        // Unchecked: `curl_multi_wakeup` is the one function of the library that any thread may call on such a handle.
        fileprivate let multi: UnsafeMutableRawPointer

        func wake() { curl_multi_wakeup(multi) }
    }

    /// Waits, at most `time`, and returns what has come; empty: nothing. Nil: the body has ended in good order.
    func next(within time: Duration) throws(Failure) -> [UInt8]? {
        var running: CInt = 0
        guard curl_multi_perform(multi, &running) == CURLM_OK else { throw Failure(description: "libcurl has failed") }
        if received.isEmpty, running > 0 {
            let milliseconds = time.components.seconds * 1000 + time.components.attoseconds / 1_000_000_000_000_000
            curl_multi_poll(multi, nil, 0, CInt(clamping: milliseconds), nil)
            curl_multi_perform(multi, &running)
        }
        let bytes = received.take()
        if bytes.isEmpty, running == 0 {
            try check()
            return nil
        }
        return bytes
    }

    /// How it has ended.
    private func check() throws(Failure) {
        var left: CInt = 0
        guard let message = curl_multi_info_read(multi, &left), message.pointee.msg == CURLMSG_DONE else { return }
        let code = ccurl_result(message)
        if code != CURLE_OK { throw failure(code) }
    }

    private func failure(_ code: CURLcode) -> Failure {
        let detail = String(cString: error)
        return Failure(description: detail.isEmpty ? String(cString: curl_easy_strerror(code)) : detail)
    }
}

/// What the library has handed over and nobody has taken: at most what one call reads from the socket.
private final class ReceivedBytes {
    private var bytes: [UInt8] = []

    var isEmpty: Bool { bytes.isEmpty }

    func append(_ buffer: UnsafeRawBufferPointer) { bytes += buffer }

    func take() -> [UInt8] {
        defer { bytes = [] }
        return bytes
    }
}

/// libcurl's `CURLOPT_WRITEFUNCTION`.
private func receive(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let bytes, let context else { return 0 }
    let received = Unmanaged<ReceivedBytes>.fromOpaque(context).takeUnretainedValue()
    received.append(UnsafeRawBufferPointer(start: bytes, count: size * count))
    return size * count
}
