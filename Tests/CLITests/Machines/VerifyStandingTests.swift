import ChatCore
import Testing

@testable import chat_cli

/// When a run may be judged: when every client has what any of them knows of.
@Suite(.patience) struct VerifyStandingTests {
    private let log = Script("aaaaaaaa")
    private let next = Script("bbbbbbbb")

    private func standing(_ log: Script, at seq: Int, knows: [(Script, Int)] = []) -> VerifyStanding {
        let known = Dictionary(uniqueKeysWithValues: knows.map { ($0.0.epoch, $0.1) })
        return VerifyStanding(positions: [log.room: log.position(seq)], known: [log.room: known])
    }

    @Test func `clients that have what all know are even`() {
        #expect(VerifyStanding.areEven([]))
        let first = self.standing(self.log, at: 5, knows: [(self.log, 5)])
        #expect(VerifyStanding.areEven([first, self.standing(self.log, at: 5)]))
    }

    @Test func `a client that lacks what another has, or was told to be stored, is behind`() {
        let first = self.standing(self.log, at: 5, knows: [(self.log, 6)])
        #expect(!VerifyStanding.areEven([first, self.standing(self.log, at: 6)]))
        #expect(!VerifyStanding.areEven([first]))
    }

    @Test func `clients in different epochs are not even, and an old epoch owes nothing`() {
        let old = self.standing(self.log, at: 5, knows: [(self.log, 5)])
        let new = self.standing(self.next, at: 2, knows: [(self.log, 9), (self.next, 2)])
        #expect(!VerifyStanding.areEven([old, new]))
        #expect(VerifyStanding.areEven([new, self.standing(self.next, at: 2)]))
    }

    @Test func `who is not in a room is owed nothing of it`() {
        let first = self.standing(self.log, at: 5, knows: [(self.log, 5)])
        #expect(VerifyStanding.areEven([first, VerifyStanding(positions: [:], known: [:])]))
    }
}
