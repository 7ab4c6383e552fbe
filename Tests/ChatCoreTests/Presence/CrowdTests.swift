import TestSupport
import Testing

@testable import ChatCore

@Suite(.patience) struct CrowdTests {
    private let samples: Samples
    private var crowd: Crowd

    init() throws {
        self.samples = try Samples()
        self.crowd = Crowd(room: self.samples.lobby, limit: 10)
    }

    private mutating func change(_ count: Int, version: Int) -> Crowd.OnChange {
        self.crowd.receive(
            .joined,
            PresenceChange(room: self.samples.lobby, user: self.samples.mina, memberCount: count, version: version)
        )
    }

    private func page(_ count: Int, version: Int) -> MemberPage {
        MemberPage(members: [], count: count, cursor: nil, version: version)
    }

    @Test mutating func `in a small room each change is told, once`() {
        #expect(self.change(1, version: 1) == .tell)
        #expect(self.change(1, version: 1) == .known)
        #expect(self.change(2, version: 2) == .tell)
        #expect(self.change(1, version: 1) == .known)
        #expect(self.crowd.count == 2 && self.crowd.version == 2)
        #expect(self.crowd.takeStale() == nil)
    }

    @Test mutating func `a room is large above the limit, and small again below 80 percent of it`() {
        #expect(self.change(10, version: 1) == .tell)
        #expect(!self.crowd.isLarge)
        #expect(self.change(11, version: 2) == .tellCountSoon)
        #expect(self.crowd.isLarge)
        #expect(self.change(8, version: 3) == .tellCountSoon)
        #expect(!self.crowd.needsReading)
        #expect(self.change(7, version: 4) == .tell)
        #expect(!self.crowd.isLarge)
        // To tell names from now on, it has to know them.
        #expect(self.crowd.needsReading)
        #expect(self.change(10, version: 5) == .tell)
    }

    @Test(arguments: 1...40)
    func `80 percent are 80 percent for every limit`(limit: Int) throws {
        for count in 0...limit {
            var crowd = Crowd(room: self.samples.lobby, limit: limit)
            _ = crowd.receive(self.page(limit + 1, version: 1))
            #expect(crowd.isLarge)
            _ = crowd.receive(self.page(count, version: 2))
            #expect(crowd.isLarge == (Double(count) >= 0.8 * Double(limit) - 1e-9))
        }
    }

    @Test mutating func `the count of a large room is told once for many changes`() throws {
        for version in 1...5 { #expect(self.change(20 + version, version: version) == .tellCountSoon) }
        let told = self.crowd.takeStale()
        #expect(try #require(told) == (25, 5))
        #expect(self.crowd.takeStale() == nil)
        #expect(self.change(26, version: 5) == .known)
        #expect(self.crowd.takeStale() == nil)
        #expect(self.change(24, version: 6) == .tellCountSoon)
        let next = self.crowd.takeStale()
        #expect(try #require(next) == (24, 6))
    }

    @Test mutating func `changes lost in a large room leave no hole in a count`() throws {
        #expect(self.change(20, version: 1) == .tellCountSoon)
        #expect(self.change(25, version: 9) == .tellCountSoon)
        #expect(!self.crowd.needsReading)
        #expect(self.crowd.receive(self.page(27, version: 12)).isEmpty)
        let told = self.crowd.takeStale()
        #expect(try #require(told) == (27, 12))
    }

    @Test mutating func `a list that is older than what came changes nothing`() {
        #expect(self.change(5, version: 5) == .tell)
        #expect(self.crowd.receive(self.page(11, version: 4)).isEmpty)
        #expect(self.crowd.count == 5 && !self.crowd.isLarge)
    }

    @Test mutating func `who joins gets the list that the others have been told, once it contains that`() {
        let (mina, juno) = (self.samples.mina, self.samples.juno)
        #expect(self.crowd.page(with: mina, since: 1) == nil)
        _ = self.crowd.receive(MemberPage(members: [mina], count: 1, cursor: nil, version: 4))
        #expect(self.crowd.page(with: mina, since: 4)?.members == [mina])
        // The event that makes Juno a member has not come yet.
        #expect(self.crowd.page(with: juno, since: 5) == nil)
        let joined = PresenceChange(room: self.samples.lobby, user: juno, memberCount: 2, version: 5)
        #expect(self.crowd.receive(.joined, joined) == .tell)
        let page = self.crowd.page(with: juno, since: 5)
        #expect(page.map { Set($0.members) } == [mina, juno])
        #expect(page?.count == 2 && page?.version == 5 && page?.cursor == nil)
        #expect(self.crowd.page(with: User(id: juno.id, name: mina.name), since: 5) == nil)
    }

    @Test mutating func `a list that may be wrong, or is being read, is given to nobody`() {
        let mina = self.samples.mina
        _ = self.crowd.receive(MemberPage(members: [mina], count: 1, cursor: nil, version: 4))
        self.crowd.doubt()
        #expect(self.crowd.page(with: mina, since: 4) == nil)
        self.crowd.beginReading()
        #expect(self.crowd.page(with: mina, since: 4) == nil)
        _ = self.crowd.receive(MemberPage(members: [mina], count: 1, cursor: nil, version: 4))
        #expect(self.crowd.page(with: mina, since: 4) != nil)
    }

    @Test mutating func `a large room has no list to give`() {
        _ = self.crowd.receive(self.page(11, version: 1))
        #expect(self.crowd.page(with: self.samples.mina, since: 1) == nil)
    }

    @Test mutating func `a new log begins with nobody, and with a look at who is there`() {
        _ = self.change(20, version: 9)
        self.crowd.reset()
        #expect(self.crowd.count == 0 && self.crowd.version == 0 && !self.crowd.isLarge)
        #expect(self.crowd.needsReading)
        #expect(self.change(1, version: 1) == .tell)
    }
}
