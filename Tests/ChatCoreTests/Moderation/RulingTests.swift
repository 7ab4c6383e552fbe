import Testing

@testable import ChatCore

@Suite("Rulings that take the place of others", .patience) struct RulingTests {
    private let mina = UserID("u1")

    @Test func `of revoked tokens none becomes valid again by another revocation`() {
        let late = Ruling(.revocation(.user(self.mina, before: 2000)), issuedAt: 10, expiresAt: 90)
        let early = Ruling(.revocation(.user(self.mina, before: 1000)), issuedAt: 20, expiresAt: 50, reason: "again")
        let both = early.including(late)
        #expect(both.matter == .revocation(.user(self.mina, before: 2000)) && both.id == early.id)
        #expect(both.expiresAt == 90 && both.issuedAt == 20 && both.reason == "again")
        #expect(late.including(early).matter == late.matter)
        let all = Ruling(.revocation(.all(before: 1)), issuedAt: 20)
        #expect(all.including(Ruling(.revocation(.all(before: 5)), issuedAt: 1)).matter == .revocation(.all(before: 5)))
        #expect(early.including(Ruling(late.matter, issuedAt: 1)).expiresAt == nil)
    }

    @Test func `what has ended counts no more, and other rulings are just replaced`() {
        let ended = Ruling(.revocation(.user(self.mina, before: 2000)), issuedAt: 10, expiresAt: 15)
        let early = Ruling(.revocation(.user(self.mina, before: 1000)), issuedAt: 20, expiresAt: 50)
        #expect(early.including(ended) == early)
        #expect(early.including(nil) == early)
        let ban = Ruling(.ban(.user(self.mina), room: nil), issuedAt: 20, expiresAt: 50)
        #expect(ban.including(Ruling(ban.matter, issuedAt: 10)) == ban)
        let tokens = Ruling(.revocation(.token("j1")), issuedAt: 20, expiresAt: 50)
        #expect(tokens.including(Ruling(tokens.matter, issuedAt: 10)) == tokens)
    }
}
