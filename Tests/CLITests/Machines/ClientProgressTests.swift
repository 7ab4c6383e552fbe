import ChatCore
import Testing

@testable import ChatVerify

/// When a run may be judged: when every client has what any of them knows of.
@Suite(.patience) struct ClientProgressTests {
    private let log = Script("aaaaaaaa")
    private let next = Script("bbbbbbbb")

    private func standing(_ log: Script, at seq: Int, knows: [(Script, Int)] = []) -> ClientProgress {
        let known = Dictionary(uniqueKeysWithValues: knows.map { ($0.0.epoch, $0.1) })
        return ClientProgress(positions: [log.room: log.position(seq)], known: [log.room: known])
    }

    @Test func `clients that have what all know are even`() {
        #expect(ClientProgress.areEven([]))
        let first = self.standing(self.log, at: 5, knows: [(self.log, 5)])
        #expect(ClientProgress.areEven([first, self.standing(self.log, at: 5)]))
    }

    @Test func `a client that lacks what another has, or was told to be stored, is behind`() {
        let first = self.standing(self.log, at: 5, knows: [(self.log, 6)])
        #expect(!ClientProgress.areEven([first, self.standing(self.log, at: 6)]))
        #expect(!ClientProgress.areEven([first]))
    }

    @Test func `clients in different epochs are not even, and an old epoch owes nothing`() {
        let old = self.standing(self.log, at: 5, knows: [(self.log, 5)])
        let new = self.standing(self.next, at: 2, knows: [(self.log, 9), (self.next, 2)])
        #expect(!ClientProgress.areEven([old, new]))
        #expect(ClientProgress.areEven([new, self.standing(self.next, at: 2)]))
    }

    @Test func `who is not in a room is owed nothing of it`() {
        let first = self.standing(self.log, at: 5, knows: [(self.log, 5)])
        #expect(ClientProgress.areEven([first, ClientProgress(positions: [:], known: [:])]))
    }
}
