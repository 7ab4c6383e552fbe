import Testing

@testable import ChatNode

@Suite(.patience) struct RefreshOrderTests {
    private var order = RefreshOrder()

    @Test mutating func `an older refresh that is slower is not applied`() {
        let (first, second) = (self.order.begin(), self.order.begin())
        let outcomes = [self.order.take(second), self.order.take(first)]
        #expect(outcomes == [.apply, .overtaken])
        #expect(self.order.isInForce(second) && !self.order.isInForce(first))
    }

    @Test mutating func `each refresh that comes in its turn is applied`() {
        let (first, second) = (self.order.begin(), self.order.begin())
        let earlier = self.order.take(first)
        #expect(earlier == .apply && self.order.isInForce(first))
        let later = self.order.take(second)
        #expect(later == .apply && !self.order.isInForce(first))
    }

    @Test mutating func `a later refresh whose token is not good stops nothing`() {
        let (first, _) = (self.order.begin(), self.order.begin())
        let outcome = self.order.take(first)
        #expect(outcome == .apply)
    }
}
