import Testing

@testable import Aggregator

@Suite("What the log says of failures")
struct FailureLogTests {
    @Test("the first and each new reason at once, the same again once in ten minutes")
    func flood() {
        var log = FailureLog()
        func told(_ reason: String, _ seconds: Int) -> String? {
            log.failure(reason, pause: .seconds(1), at: .seconds(seconds))
        }
        #expect(told("away", 0) == "failed, and is run again in 1.0 s: away")
        #expect((1..<600).allSatisfy { told("away", $0) == nil })
        #expect(told("away", 600) == "failed, and is run again in 1.0 s: away (as 599 times before)")
        #expect(told("other", 601) == "failed, and is run again in 1.0 s: other")
        #expect(told("exit code 3: pid 17, 12:00:01", 602) != nil && told("exit code 3: pid 18, 12:00:02", 603) == nil)
        #expect(told("other", 604) != nil)
        log.recovery()
        #expect(told("other", 605) == "failed, and is run again in 1.0 s: other")
    }
}
