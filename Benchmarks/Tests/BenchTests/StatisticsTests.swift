import Testing

@testable import Bench

@Suite("Statistics")
struct StatisticsTests {
    @Test("take the middle of an odd number of values, and the mean of the two middle ones of an even number")
    func medians() {
        #expect([3.0, 1, 2].percentile(50) == 2)
        #expect([4.0, 1, 2, 3].percentile(50) == 2.5)
    }

    @Test("know the ends, the quartiles between ranks, and that of nothing there is none")
    func ranks() {
        let values = [10.0, 20, 30, 40, 50]
        #expect(values.percentile(0) == 10)
        #expect(values.percentile(25) == 20)
        #expect(values.percentile(75) == 40)
        #expect(values.percentile(100) == 50)
        #expect(values.percentile(90) == 46)
        #expect([Double]().percentile(50) == nil)
        #expect(Summary([]) == nil)
    }
}
