import ChatCore
import Testing

@testable import ChatClient

@Suite(.patience) struct ReconnectMachineTests {
    private func waits(_ count: Int, _ generator: some RandomNumberGenerator) -> [Duration] {
        var machine = ReconnectMachine()
        var generator = generator
        return (0..<count).map { _ in
            guard case .retry(let wait) = machine.ended(nil, lifetime: nil, using: &generator) else { return .zero }
            return wait
        }
    }

    @Test func `the range of the wait doubles up to 20 seconds`() {
        #expect(self.waits(7, Highest()) == [1, 2, 4, 8, 16, 20, 20].map { .seconds($0) })
    }

    @Test func `no wait is shorter than half a second, the first included`() {
        #expect(self.waits(7, Lowest()) == Array(repeating: .milliseconds(500), count: 7))
    }

    @Test func `it never gives up by itself`() {
        #expect(self.waits(1000, Highest()).allSatisfy { $0 > .zero })
    }

    @Test(arguments: [1002, 1003, 1007, 1008, 1009, 4500, 4501, 4503, 4504, 4505, 4999])
    func `a final close code ends it`(code: UInt16) {
        var machine = ReconnectMachine()
        var generator = Lowest()
        let end = machine.ended(Disconnect(code: code, reason: ""), lifetime: .seconds(60), using: &generator)
        #expect(end == .stop)
    }

    @Test(arguments: [1000, 1001, 1005, 1006, 1011, 1012, 1013, 4000, 4001, 4499])
    func `after any other close code it comes back`(code: UInt16) {
        var machine = ReconnectMachine()
        var generator = Lowest()
        let end = machine.ended(Disconnect(code: code, reason: ""), lifetime: .seconds(60), using: &generator)
        #expect(end == .retry(after: .milliseconds(500)))
    }

    @Test func `with a fresh token it comes back at once, unless that happens again and again`() {
        var machine = ReconnectMachine()
        var generator = Lowest()
        let waits = (0..<2).map { _ in machine.ended(.tokenExpired, lifetime: nil, using: &generator) }
        #expect(waits == [.retry(after: .zero), .retry(after: .milliseconds(500))])
    }

    @Test func `the server's own word on when to come back is kept`() {
        var machine = ReconnectMachine()
        var lowest = Lowest()
        #expect(
            machine.ended(.draining, lifetime: .seconds(60), hint: 3000, using: &lowest)
                == .retry(after: .milliseconds(3000))
        )
        var highest = Highest()
        #expect(
            machine.ended(.draining, lifetime: .seconds(60), hint: 3000, using: &highest)
                == .retry(after: .milliseconds(3500))
        )
    }

    @Test(arguments: [(Int.max, 3_600_000), (Int.min, 0)])
    func `no server makes a client wait for ever, or not at all`(hint: Int, milliseconds: Int) {
        var machine = ReconnectMachine()
        var lowest = Lowest()
        let end = machine.ended(.draining, lifetime: .seconds(60), hint: hint, using: &lowest)
        #expect(end == .retry(after: .milliseconds(milliseconds)))
    }

    @Test func `only a connection that held makes the waits short again`() {
        var machine = ReconnectMachine()
        var generator = Highest()
        for _ in 0..<4 { _ = machine.ended(nil, lifetime: nil, using: &generator) }
        #expect(machine.ended(nil, lifetime: .seconds(1), using: &generator) == .retry(after: .seconds(16)))
        #expect(machine.ended(nil, lifetime: .seconds(10), using: &generator) == .retry(after: .seconds(1)))
    }
}
