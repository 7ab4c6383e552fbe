import ChatCore
import ChatWords
import Testing

@testable import ChatTerminal

/// Whom a moderator means, how long, and why; as on the page (Tests/Browser/unit/targets.test.mjs).
@Suite(.patience) struct ModeratorTests {
    private static let people: [(id: UserID, name: String)] = [
        (UserID("u111aaaa1111"), "Mina"), (UserID("u222bbbb2222"), "M\u{456}na"), (UserID("u333cccc3333"), "Mina Kim"),
        (UserID("u444dddd4444"), "민아"), (UserID("u555eeee5555"), "Jun"), (UserID("u666ffff6666"), "jun"),
    ]

    private static func target(_ argument: String) -> ModeratorTarget {
        ModeratorTarget(argument) { name in
            let exact = Self.people.filter { $0.name.lowercased() == name.lowercased() }
            return exact.isEmpty ? Self.people.filter { Namesakes.names(name, $0.name, $0.id) } : exact
        }
    }

    @Test(
        arguments: [
            ("Mina 10m rude", "1111", "10m rude"), ("@mina", "1111", ""), ("Mina Kim rude", "3333", "rude"),
            ("Mina·2222 rude", "2222", "rude"), ("민아 10m", "4444", "10m"), ("u999zzzz9999 why", "9999", "why"),
        ]
    )
    func `a user is named`(argument: String, id: String, rest: String) {
        guard case .user(let user, name: _, let left) = Self.target(argument) else {
            Issue.record("\(Self.target(argument))")
            return
        }
        #expect(user.rawValue.hasSuffix(id) && left == rest)
    }

    @Test(arguments: [("M1na", ["1111", "2222"]), ("JUN off", ["5555", "6666"])])
    func `when several are meant, none is taken`(argument: String, ids: [String]) {
        guard case .several(let users) = Self.target(argument) else {
            Issue.record("\(Self.target(argument))")
            return
        }
        #expect(users.map { String($0.id.rawValue.suffix(4)) } == ids)
    }

    @Test(arguments: ["", " ", "nobody", "u12", "@"]) func `nobody is meant`(argument: String) {
        #expect(Self.target(argument) == .nobody)
    }

    @Test(
        arguments: [
            ("10m being rude", 600, "being rude"), ("being rude", nil, "being rude"), ("1d", 86_400, ""), ("", nil, ""),
            ("2026 was long", nil, "2026 was long"), ("0s", 1, ""),
        ] as [(String, Int?, String)]
    )
    func `how long and why`(text: String, seconds: Int?, reason: String) {
        #expect(RulingTerms(text).seconds == seconds && RulingTerms(text).reason == reason)
    }

    private static func messages() throws -> [Message] {
        let (room, epoch) = (try RoomName("lobby"), try Epoch("epoch0001"))
        let said = [(7, 0), (8, 4), (9, 2), (10, 0)]
        return try said.map { seq, person in
            let (id, name) = Self.people[person]
            return Message(
                room: room,
                position: LogPosition(epoch: epoch, seq: seq),
                time: 0,
                sender: User(id: id, name: try UserName(name)),
                text: "hi",
                kind: .text,
                key: nil
            )
        }
    }

    private static func deletion(_ argument: String) throws -> DeletionTarget {
        DeletionTarget(argument, try self.messages()) { name in
            self.people.filter { $0.name == name }
        }
    }

    @Test(
        arguments: [
            ("8", 8, ""), ("9 spam again", 9, "spam again"), ("Mina", 10, ""), ("@Mina rude", 10, "rude"),
            ("Mina Kim rude", 9, "rude"), ("Jun", 8, ""), ("u111aaaa1111", 10, ""),
        ]
    )
    func `a message is named by its number, or by who wrote it last`(argument: String, seq: Int, why: String) throws {
        let message = try Self.messages().first { $0.position?.seq == seq }
        #expect(try Self.deletion(argument) == .message(seq, try Epoch("epoch0001"), message, reason: why))
    }

    @Test func `the number of an older message is meant in the log that is seen`() throws {
        #expect(try Self.deletion("3") == .message(3, try Epoch("epoch0001"), nil, reason: ""))
        #expect(DeletionTarget("3", []) { _ in [] } == .message(3, nil, nil, reason: ""))
    }

    @Test(
        arguments: [
            ("", .unnamed), ("^2", .unnamed), ("^2 rude", .unnamed), ("0", .nobody), ("-1", .nobody),
            ("99999999999999999999", .nobody), ("nobody", .nobody), ("민아", .silent("민아")),
            ("u999zzzz9999", .silent("u999zzzz9999")),
        ] as [(String, DeletionTarget)]
    )
    func `no message is named`(argument: String, target: DeletionTarget) throws {
        #expect(try Self.deletion(argument) == target)
    }

    @Test func `only moderators see their commands in the help`() {
        let plain = HelpCommand.lines(in: .english).joined()
        let all = HelpCommand.lines(mayModerate: true, in: .english).joined()
        #expect(!plain.contains("/kick") && all.contains("/kick"))
    }
}
