import ChatCore
import Testing

@testable import ChatClient

/// When a client asks for tokens, and when it gives up.
@Suite(.patience) struct TokenMachineTests {
    private let start = ContinuousClock.now
    private let expired = ConnectionFailure("", disconnect: .tokenExpired)

    private func after(_ seconds: Double) -> ContinuousClock.Instant { self.start + .seconds(seconds) }

    private func accepted(for seconds: Int?, fraction: Double = 0) -> TokenMachine {
        var machine = TokenMachine(isFixed: false)
        machine.accepted(for: seconds, now: self.start, fraction: fraction)
        return machine
    }

    @Test(arguments: [
        (3600, 0.0, 3540.0), (3600, 1, 3510), (100, 0, 80), (100, 1, 70), (5, 0, 4), (1, 0, 1), (0, 0, 1),
    ])
    func `a token is renewed some time before its end, by each client at another moment`(
        life: Int,
        fraction: Double,
        renewal: Double
    ) {
        var machine = self.accepted(for: life, fraction: fraction)
        #expect(machine.deadline == self.after(renewal))
        let isDue = [renewal - 0.1, renewal, renewal + 9].map { machine.takeDue(now: self.after($0)) }
        #expect(isDue == [false, true, false] && machine.deadline == nil)
    }

    @Test func `a server without tokens wants none renewed, nor does the only token there is`() {
        #expect(self.accepted(for: nil).deadline == nil)
        var fixed = TokenMachine(isFixed: true)
        fixed.accepted(for: 3600, now: self.start, fraction: 0)
        #expect(fixed.deadline == nil)
    }

    @Test func `a life beyond all bounds does no harm`() {
        #expect(self.accepted(for: .max).deadline != nil)
    }

    @Test func `a renewal that failed is tried again, ever closer to the end, and never without a pause`() {
        var machine = self.accepted(for: 100)
        for (time, next) in [(80.0, 90.0), (90, 95), (95, 97.5), (99.5, 100.5)] {
            let isDue = machine.takeDue(now: self.after(time))
            machine.renewalFailed(now: self.after(time))
            #expect(isDue && machine.deadline == self.after(next))
        }
    }

    @Test func `an expired token of several is no reason to stay away, once the client was welcome`() {
        var machine = self.accepted(for: 100)
        let failure = ConnectionFailure(TokenFailure("no", isFinal: true))
        let ends = (0..<100).map { machine.ended($0 < 50 ? self.expired : failure) }
        #expect(!ends.contains(true))
    }

    @Test func `the only token is refused once`() {
        var machine = TokenMachine(isFixed: true)
        machine.accepted(for: 100, now: self.start, fraction: 0)
        let isEnd = machine.ended(self.expired)
        #expect(isEnd)
    }

    @Test func `the first token is tried for some times, and not again when that is of no use`() {
        var machine = TokenMachine(isFixed: false)
        let ends = (1..<TokenMachine.maximumTries).map { _ in machine.ended(self.expired) }
        let last = machine.ended(ConnectionFailure(TokenFailure("no")))
        #expect(!ends.contains(true) && last)
        var other = TokenMachine(isFixed: false)
        let isEnd = other.ended(ConnectionFailure(TokenFailure("no", isFinal: true)))
        #expect(isEnd)
    }

    @Test func `other failures are not the token's`() {
        var machine = TokenMachine(isFixed: true)
        let ends = (0..<50).map { _ in machine.ended(ConnectionFailure("the connection was lost")) }
        #expect(!ends.contains(true))
    }
}
