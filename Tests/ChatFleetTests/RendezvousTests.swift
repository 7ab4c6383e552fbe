import Testing

@testable import ChatFleet

/// Rooms are spread evenly, and stay where they are when servers come and go.
@Suite struct RendezvousTests {
    private let rooms = (0..<9000).map { "room-\($0)" }

    private func homes(_ servers: [String]) -> [String?] {
        let rendezvous = Rendezvous(servers)
        return self.rooms.map { rendezvous.homeName(of: $0) }
    }

    @Test func `each server has about as many rooms as the others`() {
        let counts = Dictionary(grouping: self.homes(["a", "b", "c"])) { $0 }.mapValues(\.count)
        #expect(counts.count == 3)
        // Within six standard deviations of 3000: the names are always the same, so this never changes.
        for count in counts.values { #expect((2730...3270).contains(count)) }
    }

    @Test func `another server takes its part from all, and nothing moves between the others`() {
        let (before, after) = (self.homes(["a", "b", "c"]), self.homes(["a", "b", "c", "d"]))
        let moved = zip(before, after).filter { $0 != $1 }
        #expect(moved.allSatisfy { $0.1 == "d" })
        #expect((2000...2500).contains(moved.count))
        #expect(Set(moved.map(\.0)).count == 3)
    }

    @Test func `the order in which servers are given does not count`() {
        #expect(self.homes(["c", "a", "b"]) == self.homes(["a", "b", "c"]))
        #expect(Rendezvous(["b:10", "b:9", "a"]).servers == ["a", "b:10", "b:9"])
    }

    @Test func `the next server of an order is the home without the first`() {
        let (all, names) = (Rendezvous(["a", "b", "c"]), ["a", "b", "c"])
        for room in self.rooms.prefix(100) {
            let order = all.order(of: room)
            #expect(order.first == all.home(of: room))
            #expect(order.sorted() == [0, 1, 2])
            let rest = names.filter { $0 != names[order[0]] }
            #expect(Rendezvous(rest).homeName(of: room) == names[order[1]])
        }
    }

    @Test func `nothing has no home`() { #expect(Rendezvous([String]()).homeName(of: "lobby") == nil) }
}
