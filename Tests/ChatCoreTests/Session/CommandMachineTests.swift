import TestSupport
import Testing

@testable import ChatCore

@Suite(.patience) final class CommandMachineTests {
    private let samples: Samples
    private let now = ContinuousClock.now
    private var machine: CommandMachine
    private let other: RoomName

    init() throws {
        self.samples = try Samples()
        self.other = try RoomName("래블업")
        var limits = Limits()
        limits.commands = nil
        limits.rooms = 3
        self.machine = CommandMachine(limits: limits, now: self.now)
    }

    private func receive(_ command: Command, id: Int? = 1) -> CommandMachine.OnCommand {
        self.machine.receive(CommandEnvelope(id: id, command), now: self.now)
    }

    private func open() {
        _ = self.receive(.hello(.init()))
        #expect(self.machine.opened(self.samples.mina).isEmpty)
    }

    private func join(_ room: RoomName) {
        #expect(self.receive(.join(.init(room: room))) == .join(.init(room: room), id: 1, isMember: false))
        #expect(self.machine.joined(room).isEmpty)
    }

    private func send(_ text: String, to room: RoomName? = nil) throws -> Command.Send {
        .init(room: room ?? self.samples.lobby, text: try MessageText(text, maximumBytes: 100))
    }

    private func code(_ action: CommandMachine.OnCommand) -> ProtocolError.Code? {
        if case .refuse(let refusal) = action { refusal.error.code } else { nil }
    }

    // MARK: Hello

    @Test func `hello opens the session`() {
        let hello = Command.Hello(name: self.samples.mina.name, token: "t")
        #expect(self.machine.user == nil)
        #expect(self.receive(.hello(hello), id: 4) == .open(hello, id: 4))
        #expect(self.machine.user == nil)
        #expect(self.machine.opened(self.samples.mina).isEmpty)
        #expect(self.machine.user == self.samples.mina)
    }

    @Test func `who says no hello is a guest, and the command waits for that`() {
        #expect(self.receive(.ping(.init()), id: 4) == .open(.init(), id: nil))
        let waiting = self.machine.opened(self.samples.mina)
        #expect(waiting == [CommandEnvelope(id: 4, .ping(.init()))])
        #expect(self.machine.resume(waiting[0]) == .pong(id: 4))
    }

    @Test func `everything waits while the session opens, and goes on in order`() throws {
        let (hello, send) = (Command.Hello(), try self.send("a"))
        let (join, after) = (Command.Join(room: self.samples.lobby), CommandEnvelope(id: 4, .send(try self.send("b"))))
        #expect(self.receive(.hello(hello), id: 1) == .open(hello, id: 1))
        #expect(self.receive(.join(join), id: 2) == .wait)
        #expect(self.receive(.send(send), id: nil) == .wait)
        #expect(self.receive(.ping(.init()), id: 3) == .wait)
        let waiting = self.machine.opened(self.samples.mina)
        #expect(
            waiting == [
                CommandEnvelope(id: 2, .join(join)), CommandEnvelope(id: nil, .send(send)),
                CommandEnvelope(id: 3, .ping(.init())),
            ]
        )
        // The join goes on, what it concerns waits once more, the rest does not.
        #expect(self.machine.resume(waiting[0]) == .join(join, id: 2, isMember: false))
        #expect(self.machine.resume(waiting[1]) == .wait)
        #expect(self.machine.resume(waiting[2]) == .pong(id: 3))
        #expect(self.machine.receive(after, now: self.now) == .wait)
        #expect(self.machine.joined(self.samples.lobby) == [waiting[1], after])
    }

    @Test func `a hello after any other command is refused`() throws {
        _ = self.receive(.ping(.init()))
        #expect(self.receive(.hello(.init()), id: 2) == .wait)
        let waiting = self.machine.opened(self.samples.mina)
        #expect(self.code(self.machine.resume(try #require(waiting.last))) == .badCommand)
        #expect(self.code(self.receive(.hello(.init()))) == .badCommand)
    }

    @Test func `a second hello is refused`() throws {
        #expect(self.receive(.hello(.init()), id: 1) == .open(.init(), id: 1))
        #expect(self.receive(.hello(.init()), id: 2) == .wait)
        let waiting = self.machine.opened(self.samples.mina)
        let refusal = CommandRefusal(id: 2, .badCommand("hello is the first command or none"))
        #expect(self.machine.resume(try #require(waiting.first)) == .refuse(refusal))
        #expect(self.machine.user == self.samples.mina)
    }

    // MARK: Rooms

    @Test func `what concerns no room is done at once`() {
        self.open()
        let name = self.samples.juno.name
        #expect(self.receive(.ping(.init()), id: nil) == .pong(id: nil))
        #expect(self.receive(.rename(.init(name: name)), id: 2) == .rename(.init(name: name), id: 2))
        self.machine.renamed(User(id: self.samples.mina.id, name: name))
        #expect(self.machine.user?.name == name)
    }

    @Test func `a member may do what members do`() throws {
        self.open()
        self.join(self.samples.lobby)
        let (lobby, send) = (self.samples.lobby, try self.send("a"))
        #expect(self.receive(.send(send), id: 2) == .send(send, id: 2))
        #expect(
            self.receive(.typing(.init(room: lobby, isActive: true)), id: 3)
                == .typing(.init(room: lobby, isActive: true), id: 3)
        )
        #expect(self.receive(.leave(.init(room: lobby)), id: 4) == .leave(.init(room: lobby), id: 4))
        #expect(self.code(self.receive(.send(send), id: 5)) == .notJoined)
    }

    @Test func `who is no member is told so`() throws {
        self.open()
        self.join(self.other)
        let lobby = self.samples.lobby
        for command in [
            Command.send(try self.send("a")), .typing(.init(room: lobby, isActive: false)), .leave(.init(room: lobby)),
        ] {
            #expect(self.receive(command, id: 9) == .refuse(CommandRefusal(id: 9, room: "lobby", .notJoined(lobby))))
        }
    }

    @Test func `a room may be asked about by anybody`() {
        self.open()
        let (lobby, history) = (self.samples.lobby, Command.History(room: self.samples.lobby, limit: 3))
        #expect(
            self.receive(.members(.init(room: lobby, cursor: "u1")), id: 2)
                == .members(.init(room: lobby, cursor: "u1"), id: 2)
        )
        #expect(self.receive(.history(history), id: 3) == .history(history, id: 3))
    }

    @Test func `what concerns a room waits while it is joined, and the rest goes on`() throws {
        self.open()
        self.join(self.other)
        let (lobby, join) = (self.samples.lobby, Command.Join(room: self.samples.lobby, start: .last(5)))
        #expect(self.receive(.join(join), id: 1) == .join(join, id: 1, isMember: false))
        let commands: [Command] = [
            .send(try self.send("a")), .typing(.init(room: lobby, isActive: true)), .members(.init(room: lobby)),
            .history(.init(room: lobby)),
            .leave(.init(room: lobby)), .join(.init(room: lobby)), .send(try self.send("b")),
        ]
        for (index, command) in commands.enumerated() { #expect(self.receive(command, id: 10 + index) == .wait) }
        let elsewhere = try self.send("c", to: self.other)
        #expect(self.receive(.send(elsewhere), id: 2) == .send(elsewhere, id: 2))
        #expect(self.receive(.ping(.init()), id: 3) == .pong(id: 3))
        #expect(self.machine.joined(self.other).isEmpty)
        let waiting = self.machine.joined(lobby)
        #expect(waiting == commands.enumerated().map { CommandEnvelope(id: 10 + $0, $1) })
        // To leave and to join again makes the last one wait once more.
        let actions = waiting.map { self.machine.resume($0) }
        #expect(actions[0] == .send(try self.send("a"), id: 10))
        #expect(actions[4] == .leave(.init(room: lobby), id: 14))
        #expect(actions[5] == .join(.init(room: lobby), id: 15, isMember: false))
        #expect(actions[6] == .wait)
        #expect(self.machine.joined(lobby).map(\.id) == [16])
    }

    @Test func `a join that was refused leaves no member behind`() throws {
        self.open()
        let lobby = self.samples.lobby
        #expect(self.receive(.join(.init(room: lobby))) == .join(.init(room: lobby), id: 1, isMember: false))
        #expect(self.receive(.send(try self.send("a")), id: 2) == .wait)
        let waiting = self.machine.expelled(lobby)
        #expect(waiting.map(\.id) == [2])
        #expect(self.code(self.machine.resume(waiting[0])) == .notJoined)
        self.join(lobby)
    }

    @Test func `who is a member already joins as one`() {
        self.open()
        self.join(self.samples.lobby)
        let again = Command.Join(room: self.samples.lobby, start: .after(self.samples.position(3)))
        #expect(self.receive(.join(again), id: 5) == .join(again, id: 5, isMember: true))
        #expect(self.receive(.leave(.init(room: self.samples.lobby)), id: 6) == .wait)
        #expect(self.machine.joined(self.samples.lobby).map(\.id) == [6])
    }

    @Test func `a room that was left counts no more`() throws {
        self.open()
        let rooms = try (1...4).map { try RoomName("r\($0)") }
        for room in rooms[..<3] { self.join(room) }
        let refusal = CommandRefusal(id: 1, room: "r4", .tooManyRooms(3))
        #expect(self.receive(.join(.init(room: rooms[3]))) == .refuse(refusal))
        // Who is a member may join once more.
        #expect(self.receive(.join(.init(room: rooms[0]))) == .join(.init(room: rooms[0]), id: 1, isMember: true))
        _ = self.machine.joined(rooms[0])
        #expect(self.receive(.leave(.init(room: rooms[1]))) == .leave(.init(room: rooms[1]), id: 1))
        self.join(rooms[3])
        #expect(self.code(self.receive(.join(.init(room: rooms[1])))) == .tooManyRooms)
    }

    @Test func `rooms that are being joined count`() throws {
        self.open()
        let rooms = try (1...4).map { try RoomName("r\($0)") }
        for room in rooms[..<3] {
            #expect(self.receive(.join(.init(room: room))) == .join(.init(room: room), id: 1, isMember: false))
        }
        #expect(self.code(self.receive(.join(.init(room: rooms[3])))) == .tooManyRooms)
        #expect(self.machine.expelled(rooms[0]).isEmpty)
        self.join(rooms[3])
    }

    @Test func `an answer for a room that nobody joined is nothing`() {
        self.open()
        #expect(self.machine.joined(self.samples.lobby).isEmpty)
        #expect(self.code(self.receive(.leave(.init(room: self.samples.lobby)))) == .notJoined)
    }

    @Test func `what waits has a bound`() {
        _ = self.receive(.hello(.init()))
        for id in 1...HeldCommands.maximumCount { #expect(self.receive(.ping(.init()), id: id) == .wait) }
        let refused = self.receive(.ping(.init()), id: 1000)
        guard case .refuse(let refusal) = refused else {
            Issue.record("\(refused)")
            return
        }
        #expect(refusal.id == 1000)
        #expect(refusal.error.code == .rateLimited)
        #expect(refusal.error.retryMilliseconds == 1000 && refusal.error.limit == HeldCommands.maximumCount)
        #expect(self.machine.opened(self.samples.mina).map(\.id) == (1...HeldCommands.maximumCount).map(Optional.some))
        #expect(self.receive(.ping(.init()), id: 2) == .pong(id: 2))
    }
}
