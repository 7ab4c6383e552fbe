import ChatCore
import TestSupport
import Testing

@testable import ChatMemory

/// Users as sessions keep them.
@Suite("Packed users", .patience) struct PackedUserTests {
    @Test(arguments: ["", "a", "guest-1a2b", "u0123456789abcdef", "가나다라마바사", "가나다라마바사a", "가나다라마바사ab", "👩‍👩‍👧‍👦", "\u{0}"])
    func `a text comes out as it went in`(text: String) {
        #expect(Array(PackedText(text).text.utf8) == Array(text.utf8))
    }

    @Test(arguments: 0...40) func `so does a text of each length, and short ones are in place`(length: Int) {
        let text = String((0..<length).map { Character(UnicodeScalar(UInt8(0x21 + $0))) })
        let packed = PackedText(text)
        #expect(packed.text == text)
        switch packed {
        case .inPlace: #expect(length <= PackedText.room)
        case .elsewhere: #expect(length > PackedText.room)
        }
    }

    @Test func `a user comes out with the same id and name`() throws {
        var generator = SystemRandom()
        for name in ["Mina", "미나", String(repeating: "가", count: 32)] {
            let user = User(id: UserID(using: &generator), name: try UserName(name))
            #expect(PackedUser(user).user == user)
        }
    }

    @Test func `of guests and others the one that was used least recently is forgotten first`() throws {
        let (mina, limits) = (try Samples().mina, LogLimits())
        var sessions = MemorySessions()
        sessions.save("guest", mina, isGuest: true, now: 0)
        sessions.save("other", mina, now: 0)
        for number in 3..<MemorySessions.maximum { sessions.save("\(number)", mina, isGuest: number % 2 == 0, now: 0) }
        sessions.save("one more", mina, now: 0)
        #expect(sessions.user("guest", now: 0, limits: limits) != nil)
        sessions.save("two more", mina, isGuest: true, now: 0)
        #expect(sessions.user("guest", now: 0, limits: limits) == nil)
        #expect(sessions.user("other", now: 0, limits: limits) != nil)
        sessions.save("three more", mina, now: 0)
        #expect(sessions.user("other", now: 0, limits: limits) == nil)
        #expect(sessions.user("3", now: 0, limits: limits) != nil)
    }
}
