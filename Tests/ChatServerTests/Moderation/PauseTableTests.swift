import ChatCore
import Testing

@testable import ChatNode

@Suite(.patience) struct PauseTableTests {
    private let room: RoomName
    private let user = UserID("u1")
    private let table = PauseTable()

    init() throws { self.room = try RoomName("lobby") }

    private func take(_ now: Int, seconds: Int = 10, user: String = "u1") -> Int? {
        self.table.take(UserID(user), in: self.room, seconds: seconds, now: now).map { $0.retryMilliseconds ?? -1 }
    }

    @Test func `a user waits for the rest of the pause`() {
        #expect(self.take(0) == nil)
        #expect(self.take(4000) == 6000)
        #expect(self.take(4000, user: "u2") == nil)
        #expect(self.take(10_000) == nil)
        #expect(self.take(10_001) == 9999)
    }

    @Test func `a shorter pause counts at once, and what was not said costs none`() {
        #expect(self.take(0, seconds: 3600) == nil)
        #expect(self.take(1000, seconds: 2) == 2000)
        self.table.giveBack(self.user, in: self.room)
        #expect(self.take(1000, seconds: 2) == nil)
    }

    @Test func `pauses that are over are forgotten, and their number is bounded`() {
        for number in 0..<PauseTable.maximum { #expect(self.take(0, user: "u\(number)") == nil) }
        #expect(self.take(0, user: "late") == 1000)
        #expect(self.table.count == PauseTable.maximum)
        self.table.forget(10_000)
        #expect(self.table.count == 0)
        #expect(self.take(10_000, user: "late") == nil)
    }

    @Test func `what was not said leaves nothing behind, however often`() {
        #expect(self.take(0, seconds: 3600, user: "other") == nil)
        for number in 0...PauseTable.maximum {
            #expect(self.take(0, seconds: 3600, user: "u\(number % 1000)") == nil)
            self.table.giveBack(UserID("u\(number % 1000)"), in: self.room)
        }
        #expect(self.table.count == 1 && self.table.timeCount < 100)
        #expect(self.take(0, seconds: 3600, user: "late") == nil)
        // The pause that was not given back holds, and ends.
        #expect(self.take(1, seconds: 3600, user: "other") == 3_599_999)
        self.table.forget(3_600_000)
        #expect(self.table.count == 0 && self.table.timeCount == 0)
    }
}
