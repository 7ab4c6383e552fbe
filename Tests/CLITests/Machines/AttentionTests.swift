import ChatCore
import Testing

@testable import ChatTerminal
@testable import ChatWords

@Suite(.patience) struct AttentionTests {
    private let now = ContinuousClock.now
    private let lobby: RoomName
    private let den: RoomName

    init() throws {
        self.lobby = try RoomName("lobby")
        self.den = try RoomName("den")
    }

    private func user(_ id: String, _ name: String) throws -> User { User(id: UserID(id), name: try UserName(name)) }

    @Test(
        arguments: [
            ("Mina", "hi mina!", true), ("Mina", "Mina: look", true), ("Mina", "Minaret", false),
            ("Mina", "amina", false),
            ("Mina", "x@mina", true), ("Mina", "@minas", false), ("민아", "민아야 안녕", true), ("민아", "김민아", false),
            ("민아", "안녕 민아는?", true), ("민아", "mina", false), ("a", "a", true), ("x", "", false),
            ("Jo-e", "hey jo-e.", true), ("é", "e\u{301}!", true),
        ]
    )
    func `a text names somebody or it does not`(name: String, text: String, isNamed: Bool) {
        #expect(Mention.names(name, in: text) == isNamed)
    }

    @Test func `the bell rings once in a while, however often it is called`() {
        var bell = Bell()
        let rung = (0..<12).filter { bell.ring(now: self.now + .seconds($0)) }
        #expect(rung == [0, 5, 10])
    }

    @Test func `who is ignored is ignored under every name, until it is taken back`() throws {
        var ignored = Ignored()
        let isIgnored = ignored.toggle("Troll", [UserID("u1")])
        #expect(isIgnored)
        #expect(ignored.contains(try self.user("u1", "Angel")))
        #expect(ignored.contains(try self.user("u9", "TROLL")))
        #expect(!ignored.contains(try self.user("u2", "Angel")))
        #expect(ignored.names == ["Troll"])
        let isStillIgnored = ignored.toggle("troll", [])
        #expect(!isStillIgnored)
        #expect(!ignored.contains(try self.user("u1", "Troll")))
    }

    // MARK: - Typing

    @Test func `others are told every three seconds while something is written, and when it is given up`() {
        var typing = TypingNotifier()
        #expect(typing.edited("h", in: self.lobby, now: self.now) == .active(self.lobby))
        #expect(typing.edited("he", in: self.lobby, now: self.now + .seconds(2)) == .nothing)
        #expect(typing.edited("hel", in: self.lobby, now: self.now + .seconds(3)) == .active(self.lobby))
        #expect(typing.edited("", in: self.lobby, now: self.now + .seconds(4)) == .inactive(self.lobby))
        #expect(typing.edited("", in: self.lobby, now: self.now + .seconds(5)) == .nothing)
    }

    @Test func `a message ends the typing by itself, and the next line begins it anew`() {
        var typing = TypingNotifier()
        _ = typing.edited("h", in: self.lobby, now: self.now)
        typing.sent()
        #expect(typing.edited("", in: self.lobby, now: self.now) == .nothing)
        #expect(typing.edited("x", in: self.lobby, now: self.now) == .active(self.lobby))
    }

    @Test(arguments: ["/nick x", "/", " "]) func `a command is nobody's business`(line: String) {
        var typing = TypingNotifier()
        #expect(typing.edited(line, in: self.lobby, now: self.now) == .nothing)
        #expect(typing.edited("//x", in: self.lobby, now: self.now) == .active(self.lobby))
    }

    @Test func `who takes a line to another room is seen there`() {
        var typing = TypingNotifier()
        _ = typing.edited("h", in: self.lobby, now: self.now)
        #expect(typing.edited("h", in: self.den, now: self.now) == .moved(from: self.lobby, to: self.den))
    }

    @Test func `a typist is forgotten after six seconds, after a message, and when it is taken back`() throws {
        let (mina, jun) = (try self.user("u1", "Mina"), try self.user("u2", "Jun"))
        var typists = Typists()
        typists.heard(mina, in: self.lobby, active: true, now: self.now)
        typists.heard(jun, in: self.lobby, active: true, now: self.now + .seconds(3))
        #expect(typists.users(in: self.lobby, now: self.now + .seconds(5)).map(\.name.rawValue) == ["Mina", "Jun"])
        #expect(typists.users(in: self.den, now: self.now).map(\.name.rawValue) == [])
        #expect(typists.users(in: self.lobby, now: self.now + .seconds(6)).map(\.name.rawValue) == ["Jun"])
        typists.spoke(jun.id, in: self.lobby)
        #expect(typists.users(in: self.lobby, now: self.now).map(\.name.rawValue) == ["Mina"])
        typists.heard(mina, in: self.lobby, active: false, now: self.now)
        #expect(typists.users(in: self.lobby, now: self.now).map(\.name.rawValue) == [])
    }

    @Test func `however many type, few are remembered`() throws {
        var typists = Typists()
        for number in 0..<200 {
            typists.heard(try self.user("u\(number)", "n\(number)"), in: self.lobby, active: true, now: self.now)
        }
        #expect(typists.users(in: self.lobby, now: self.now).count == Typists.capacity)
    }

    // MARK: - Lines that wait

    @Test func `a line without an answer is shown after a second, and at once without a connection`() {
        var pending = LinesAwaitingAnswer()
        let first = pending.begin("one", now: self.now)
        #expect(pending.shown(now: self.now, isOffline: false) == [])
        #expect(pending.shown(now: self.now + .seconds(1), isOffline: false) == ["one"])
        for number in 2...5 { _ = pending.begin("\(number)", now: self.now) }
        #expect(pending.shown(now: self.now, isOffline: true) == ["one", "2", "+3"])
        pending.settle(first)
        #expect(pending.count == 4)
        #expect(pending.shown(now: self.now, isOffline: true) == ["2", "3", "+2"])
    }

    // MARK: - The status line

    private func status(_ link: StatusLine.Link = .connected(node: "n1", latency: .milliseconds(12))) -> StatusLine {
        StatusLine(
            room: "lobby",
            members: 3,
            unread: [.init(number: 2, room: "래블업", unread: .init(messages: 4, mentions: 1))],
            typists: ["민아"],
            link: link
        )
    }

    @Test func `the status line says where, with whom, and how the connection stands`() {
        #expect(
            self.status().text(columns: 80) == " lobby · 3 here · 민아 is typing · 2:래블업 +4 @1 · n1 · 12 ms "
        )
        #expect(self.status(.offline).text(columns: 80).hasPrefix(" lobby · not connected · 3 here"))
    }

    @Test(arguments: 1...60) func `what matters least goes first, and nothing goes beyond the row`(columns: Int) {
        let text = self.status().text(columns: columns)
        #expect(CellWidth.of(text) <= columns)
        if columns >= 8 { #expect(text.hasPrefix(" lobby")) }
        if columns < 53 { #expect(!text.contains("n1")) }
        #expect(self.status(.offline).text(columns: 24) == " lobby · not connected ")
    }
}
