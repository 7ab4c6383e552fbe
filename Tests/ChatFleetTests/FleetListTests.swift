import ChatCore
import Testing

@testable import ChatFleet

/// A list of servers holds when all of them know it, and rooms are served where the lists agree.
@Suite struct FleetListTests {
    private var list = FleetList(["a", "b", "c"])
    private let own = ["a", "b", "c"]
    private let old = ["a", "b"]

    private var holding: RollState { RollState(newest: self.own, held: self.own) }
    private var raised: RollState { RollState(newest: self.own, held: self.old) }

    /// A room that goes from the first to the second server, or stays at the first.
    private func room(from first: [String], to second: [String], _ homes: (String, String)) throws -> RoomName {
        let (before, after) = (Rendezvous(first), Rendezvous(second))
        let name = (0...).lazy.map { "room-\($0)" }
            .first { before.homeName(of: $0) == homes.0 && after.homeName(of: $0) == homes.1 }
        return try RoomName(try #require(name))
    }

    @Test mutating func `new servers are told of the list, asked twice, and told that it holds`() {
        #expect(self.list.asked([RollState(), RollState(), RollState()]) == .raise([0, 1, 2]))
        let told = RollState(newest: self.own)
        #expect(self.list.asked([told, told, told]) == .askAgain)
        #expect(!self.list.isOpen)
        #expect(self.list.asked([told, told, told]) == .settle([0, 1, 2]))
        #expect(self.list.asked([self.holding, self.holding, self.holding]) == .rest)
        #expect(self.list.holds)
        #expect(self.list.isOpen)
    }

    @Test mutating func `a list does not begin while a server is out of reach`() {
        let before = RollState(newest: self.old, held: self.old)
        #expect(self.list.asked([before, before, nil]) == .rest)
        #expect(self.list.asked([before, nil, RollState()]) == .rest)
        #expect(self.list.asked([before, before, RollState()]) == .raise([0, 1, 2]))
    }

    @Test mutating func `a server that is lost between two rounds ends the proof`() {
        let told = RollState(newest: self.own)
        #expect(self.list.asked([told, told, told]) == .askAgain)
        #expect(self.list.asked([told, nil, told]) == .rest)
        #expect(self.list.asked([told, told, told]) == .askAgain)
    }

    @Test mutating func `a list that holds goes on while a server is away, which is told when it comes back empty`() {
        #expect(self.list.asked([self.holding, nil, self.holding]) == .rest)
        #expect(self.list.asked([self.holding, RollState(), self.holding]) == .raise([1]))
        #expect(self.list.asked([self.holding, RollState(newest: self.own), self.holding]) == .settle([1]))
        #expect(self.list.hasRooms(at: 0) && !self.list.hasRooms(at: 1))
        self.list.told(self.holding, by: 1)
        #expect(self.list.hasRooms(at: 1))
    }

    @Test mutating func `a list waits for nodes that know of none`() {
        var first = self.raised
        first.hasLoners = true
        #expect(self.list.asked([first, self.raised, self.raised]) == .rest)
        #expect(self.list.asked([self.raised, self.raised, self.raised]) == .settle([0, 1, 2]))
    }

    @Test mutating func `a node with an older list changes nothing`() {
        let newer = RollState(newest: ["a", "b", "c", "d"], held: self.own, isOutdated: true)
        #expect(self.list.asked([newer, RollState(), RollState()]) == .rest)
        #expect(self.list.asked([newer, newer, newer]) == .rest)
    }

    @Test mutating func `a room that moves is served again when the list holds`() throws {
        let (moves, stays) = (
            try self.room(from: self.old, to: self.own, ("a", "c")),
            try self.room(from: self.old, to: self.own, ("a", "a"))
        )
        #expect(self.list.verdict(on: stays, at: 0) == .unknown)
        _ = self.list.asked([self.raised, self.raised, RollState(newest: self.own)])
        #expect(self.list.verdict(on: stays, at: 0) == .served)
        #expect(self.list.verdict(on: moves, at: 2) == .moving)
        #expect(self.list.conflicts == [.init(servers: self.old, isNewer: false)])
        _ = self.list.asked([self.holding, self.holding, self.holding])
        #expect(self.list.verdict(on: moves, at: 2) == .served)
        #expect(self.list.conflicts.isEmpty)
    }

    @Test mutating func `rooms of a server that left the list are not served, though it does not know that`() throws {
        let leaves = try self.room(from: self.own, to: self.old, ("c", "b"))
        let newer = RollState(newest: self.old, held: self.own, isOutdated: true)
        _ = self.list.asked([self.holding, self.holding, self.holding])
        #expect(self.list.verdict(on: leaves, at: 2) == .served)
        _ = self.list.asked([newer, nil, self.holding])
        #expect(self.list.verdict(on: leaves, at: 2) == .moved)
    }

    @Test mutating func `servers that a newer list leaves out are told of it, once its own servers know it`() {
        let newer = RollState(newest: self.old, held: self.own, isOutdated: true)
        #expect(self.list.asked([newer, self.holding, self.holding]) == .rest)
        let dismissal = FleetList.Dismissal(leavers: [2], list: self.old, heirs: [0, 1])
        #expect(self.list.asked([newer, newer, self.holding]) == .dismiss(dismissal))
        #expect(!self.list.knows(self.old, at: 2))
        self.list.told(newer, by: 2)
        #expect(self.list.knows(self.old, at: 2))
        #expect(self.list.asked([newer, newer, newer]) == .rest)
    }

    @Test mutating func `a server that is out of reach is told of nothing, and holds nothing up`() {
        let newer = RollState(newest: self.old, held: self.own, isOutdated: true)
        #expect(self.list.asked([newer, newer, nil]) == .rest)
        let dismissal = FleetList.Dismissal(leavers: [2], list: self.old, heirs: [1])
        #expect(self.list.asked([nil, newer, self.holding]) == .dismiss(dismissal))
    }

    @Test mutating func `a list waits for the servers that it leaves out`() {
        var waiting = self.raised
        waiting.awaitsLeavers = true
        #expect(self.list.asked([self.raised, waiting, self.raised]) == .rest)
        #expect(self.list.asked([self.raised, self.raised, self.raised]) == .settle([0, 1, 2]))
    }

    @Test mutating func `a node with an older list serves what has not moved`() throws {
        let new = ["a", "b", "c", "d"]
        let (moves, stays) = (
            try self.room(from: self.own, to: new, ("a", "d")), try self.room(from: self.own, to: new, ("a", "a"))
        )
        for held in [self.own, new] {
            let newer = RollState(newest: new, held: held, isOutdated: true)
            _ = self.list.asked([newer, newer, newer])
            #expect(self.list.verdict(on: moves, at: 0) == .moved)
            #expect(self.list.verdict(on: stays, at: 0) == .served)
            #expect(self.list.conflicts == [.init(servers: new, isNewer: true)])
        }
    }
}
