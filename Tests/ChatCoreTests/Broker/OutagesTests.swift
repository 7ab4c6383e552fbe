import Testing

@testable import ChatCore

/// Which rooms the broker is away for, and what clients are told of it.
@Suite struct OutagesTests {
    private var outages = Outages()

    private func scope(_ name: String) -> RoomScope { RoomScope(named: name) { $0.rawValue.hasPrefix(name) } }

    @Test mutating func `a loss is told once, and the return always`() throws {
        let room = try RoomName("lobby")
        #expect(self.outages.isEmpty)
        let first = self.outages.apply(.degraded, detail: "away", of: .all)
        let second = self.outages.apply(.degraded, detail: "away still", of: .all)
        #expect(first && !second)
        #expect(self.outages.wholeDetail == "away still")
        #expect(self.outages.concern(room) && !self.outages.arePartial)
        #expect(self.outages.apply(.ok, detail: "", of: .all) == true)
        #expect(self.outages.apply(.ok, detail: "", of: .all) == true)
        #expect(self.outages.isEmpty && self.outages.detail == nil)
    }

    @Test mutating func `one server's loss concerns its rooms`() throws {
        let (here, there) = (try RoomName("a-room"), try RoomName("b-room"))
        _ = self.outages.apply(.degraded, detail: "a is away", of: self.scope("a"))
        #expect(self.outages.concern(here) && !self.outages.concern(there))
        #expect(self.outages.arePartial && self.outages.wholeDetail == nil && self.outages.detail == "a is away")
        _ = self.outages.apply(.degraded, detail: "b is away", of: self.scope("b"))
        _ = self.outages.apply(.ok, detail: "", of: self.scope("a"))
        #expect(!self.outages.concern(here) && self.outages.concern(there))
    }
}
