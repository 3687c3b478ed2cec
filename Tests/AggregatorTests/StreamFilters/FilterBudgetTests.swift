import Testing

@testable import Aggregator

struct FilterBudgetTests {
    @Test("Within the limit nobody is too dear, and nobody looks at the clock")
    func within() {
        var budget = FilterBudget(limit: 100)
        for _ in 0..<10 { budget.spend(10, slot: 3) }
        let dearest = budget.dearest {
            Issue.record("asked for the time")
            return .zero
        }
        #expect(dearest == nil)
    }

    @Test("Over the limit within a second it is the one that cost most")
    func over() {
        var budget = FilterBudget(limit: 100)
        budget.spend(101, slot: 0)
        #expect(budget.dearest { .seconds(5) } == nil, "a second that began long ago is over")
        budget.spend(20, slot: 0)
        budget.spend(50, slot: 1)
        budget.spend(40, slot: 2)
        #expect(budget.dearest { .seconds(5.9) } == 1)
        budget.forget(slot: 1)
        #expect(budget.dearest { .seconds(5.9) } == nil)
        budget.spend(50, slot: 2)
        #expect(budget.dearest { .seconds(5.95) } == 2)
    }

    @Test("What is spread over more than a second is not too much")
    func spread() {
        var budget = FilterBudget(limit: 100)
        for tick in 0..<50 {
            budget.spend(60, slot: tick % 3)
            #expect(budget.dearest { .seconds(tick) } == nil)
        }
    }
}
