import Foundation
import Testing

@testable import Expressions

@Suite("Time zones") struct TimeZoneTests {
    @Test("getters in a zone show what the clocks there show")
    func getters() throws {
        try expectAll([
            "timestamp('2009-02-13T23:31:30Z').getDate('Australia/Sydney')": "14",
            "timestamp('2009-02-13T23:31:30Z').getDayOfMonth('US/Central')": "12",
            "timestamp('2009-02-13T23:31:30Z').getDayOfMonth('+11:00')": "13",
            "timestamp('2009-02-13T02:00:00Z').getDayOfMonth('-02:30')": "11",
            "timestamp('2009-02-13T02:00:00Z').getDayOfMonth('America/St_Johns')": "11",
            "timestamp('2009-02-13T23:31:30Z').getDayOfWeek('UTC')": "5",
            "timestamp('2009-02-13T23:31:30Z').getHours('02:00')": "1",
            "timestamp('2009-02-13T23:31:30Z').getMinutes('Asia/Kathmandu')": "16",
            "timestamp('2009-02-13T23:31:30Z').getMinutes(dyn('Asia/' + 'Kathmandu'))": "16",
            "timestamp('2009-02-13T23:31:30Z').getSeconds('-00:00')": "30",
        ])
    }

    @Test("a zone that there is not is a problem when the expression is loaded, and an error where it is computed")
    func unknown() throws {
        let message = "the time zone 'Europe/Pari' is unknown"
        #expect(problem("event.time.getHours('Europe/Pari')")?.message.hasPrefix(message) == true)
        #expect(try failure("timestamp(0).getHours('Europe/' + 'Pari')")?.hasPrefix(message) == true)
        for name in ["../../etc/passwd", "/etc/passwd", "Europe", "Europe/../UTC", "", "zone.tab"] where !name.isEmpty {
            #expect(TimeZoneRules(name: name) == nil, "\(name)")
        }
    }

    @Test(
        "offsets are the same as another reader of the system's files finds",
        arguments: [
            "Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Tehran", "America/Sao_Paulo",
            "Africa/Casablanca",
            "Europe/Dublin", "Pacific/Apia", "Antarctica/Troll", "Asia/Kolkata", "America/Nuuk", "Asia/Gaza", "EST5EDT",
            "Etc/GMT+5",
        ])
    func offsets(name: String) throws {
        let rules = try #require(TimeZoneRules(name: name))
        let reference = try #require(TimeZone(identifier: name))
        // From 1970 to 2037, every 11 days and some hours; beyond that the readers' rules of the future differ.
        for moment in stride(from: Int64(0), to: 2_140_000_000, by: 977_617) {
            let expected = reference.secondsFromGMT(for: Date(timeIntervalSince1970: Double(moment)))
            #expect(rules.offset(at: moment) == Int64(expected), "\(moment)")
        }
    }

    @Test("rules go on for ever: the last Sundays of March and October, the south, half hours")
    func rules() throws {
        let paris = try #require(YearlyRule("CET-1CEST,M3.5.0,M10.5.0/3"))
        func at(_ text: String) throws -> Int64 { try #require(Timestamp(rfc3339: text)).seconds }
        #expect(paris.offset(at: try at("2050-03-27T00:59:59Z")) == 3600)
        #expect(paris.offset(at: try at("2050-03-27T01:00:00Z")) == 7200)
        #expect(paris.offset(at: try at("2050-10-30T00:59:59Z")) == 7200)
        #expect(paris.offset(at: try at("2050-10-30T01:00:00Z")) == 3600)
        let lordHowe = try #require(YearlyRule("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0"))
        #expect(lordHowe.offset(at: try at("2050-01-01T00:00:00Z")) == 39_600)
        #expect(lordHowe.offset(at: try at("2050-07-01T00:00:00Z")) == 37_800)
        let julian = try #require(YearlyRule("AAA0BBB,J60/0,300/-1"))
        #expect(julian.offset(at: try at("2048-02-29T23:59:59Z")) == 0)
        #expect(julian.offset(at: try at("2048-03-01T00:00:00Z")) == 3600)
        for text in [
            "", "C", "CET", "CET-1CEST", "CET-1CEST,M3", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M1.1.1", "<CET",
        ] {
            #expect(YearlyRule(text[...]) == nil, "\(text)")
        }
    }

    @Test("a file that is cut or spoilt is refused, never read beyond its end")
    func spoilt() throws {
        let file = try [UInt8](Data(contentsOf: URL(fileURLWithPath: "/usr/share/zoneinfo/Europe/Paris")))
        #expect(TimeZoneRules(file: file) != nil)
        for count in stride(from: 0, to: file.count - 40, by: 7) {
            let rules = TimeZoneRules(file: Array(file.prefix(count)))
            _ = rules?.offset(at: 1_700_000_000)
        }
        var random = SystemRandomNumberGenerator()
        for _ in 0..<500 {
            var spoilt = file
            for _ in 0..<8 {
                spoilt[Int.random(in: 0..<spoilt.count, using: &random)] = .random(in: 0...255, using: &random)
            }
            _ = TimeZoneRules(file: spoilt)?.offset(at: .random(in: -5_000_000_000...9_000_000_000, using: &random))
        }
    }
}
