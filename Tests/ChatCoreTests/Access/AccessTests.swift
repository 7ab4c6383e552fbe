import TestSupport
import Testing

@testable import ChatCore

@Suite(.patience) struct AccessTests {
    private let subject = TokenSubject(issuer: "https://login.example", subject: "mina@example.com")

    private func grant(_ rules: [(String, RoomRights)]) throws -> Grant {
        Grant(subject: self.subject, expiry: 1, rules: try rules.map { .init(try #require(RoomPattern($0)), $1) })
    }

    @Test func `words give rights, and unknown ones none`() {
        #expect(RoomRights(word: "read") == [.live, .history, .presence])
        #expect(RoomRights(word: "live") == .live)
        #expect(RoomRights(word: "history") == .history)
        #expect(RoomRights(word: "presence") == .presence)
        #expect(RoomRights(word: "write") == .write)
        #expect(RoomRights(word: "moderate") == .moderate)
        for word in ["", "Read", "read ", "admin", "*"] { #expect(RoomRights(word: ByteString(word)) == []) }
    }

    @Test func `without tokens everybody reads and writes, and nobody moderates`() throws {
        let rights = Access.open.rights(in: try RoomName("lobby"))
        #expect(rights == [.live, .history, .presence, .write])
        #expect(Access.open.rightsEverywhere == rights)
        #expect(Access.open.grant == nil)
    }

    @Test func `the rights of all patterns that match are added, and nothing else is allowed`() throws {
        let access = Access.granted(
            try self.grant([("team-*", .read), ("*-1", .write), ("news", .live), ("team-1", .moderate)])
        )
        #expect(access.rights(in: try RoomName("team-1")) == [.read, .write, .moderate])
        #expect(access.rights(in: try RoomName("team-2")) == .read)
        #expect(access.rights(in: try RoomName("other-1")) == .write)
        #expect(access.rights(in: try RoomName("news")) == .live)
        #expect(access.rights(in: try RoomName("lobby")) == [])
        #expect(access.rightsEverywhere == [])
        #expect(Access.granted(try self.grant([])).rights(in: try RoomName("news")) == [])
    }

    @Test func `a right that is missing is forbidden by name`() throws {
        let access = Access.granted(try self.grant([("news", .read)]))
        let news = try RoomName("news")
        try access.require(.live, in: news)
        #expect(throws: ProtocolError(.forbidden, "your token does not allow write in news")) {
            try access.require(.write, in: news)
        }
        #expect(throws: RoomRights.live.refusal(in: try RoomName("lobby"))) {
            try access.require(.live, in: try RoomName("lobby"))
        }
    }

    @Test func `what is allowed in every room is known`() throws {
        let rules = [("*", RoomRights.live), ("**", .history), ("a*", .write)]
        #expect(Access.granted(try self.grant(rules)).rightsEverywhere == [.live, .history])
    }

    @Test func `an id follows from issuer and subject, and does not show them`() {
        let id = UserID(of: self.subject)
        #expect(id == UserID(of: TokenSubject(issuer: "https://login.example", subject: "mina@example.com")))
        #expect(id.isOfToken)
        #expect(IdempotencyKey.isShortASCII(id.rawValue))
        #expect(!id.rawValue.contains("mina") && !self.subject.rawValue.contains("mina"))
        // Neither another issuer nor another division of the same text gives the same id.
        for (issuer, subject) in [
            ("", "mina@example.com"), ("https://login.exampl", "emina@example.com"), ("1", "2:x"), ("12", ":x"),
            ("https://login.example", "Mina@example.com"),
        ] {
            #expect(UserID(of: TokenSubject(issuer: issuer, subject: subject)) != id)
        }
        #expect(TokenSubject(issuer: "1", subject: "2:x") != TokenSubject(issuer: "12", subject: ":x"))
        var generator = SeededGenerator(1)
        #expect(!UserID(using: &generator).isOfToken)
    }

    @Test func `a digest is read back, and nothing else`() {
        #expect(TokenSubject(self.subject.rawValue) == self.subject)
        for raw in ["", "mina@example.com", self.subject.rawValue.uppercased(), self.subject.rawValue + "0"] {
            #expect(TokenSubject(raw) == nil)
        }
    }
}
