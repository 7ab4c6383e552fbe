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

    @Test func `only moderators see their commands in the help`() {
        let plain = HelpCommand.lines(in: .english).joined()
        let all = HelpCommand.lines(mayModerate: true, in: .english).joined()
        #expect(!plain.contains("/kick") && all.contains("/kick"))
    }
}
