import TestSupport
import Testing

@testable import ChatCore

/// A connection joins a few rooms at a time.
@Suite(.patience) final class JoinTurnsTests {
    private let samples: Samples
    private let now = ContinuousClock.now
    private var machine: CommandMachine
    private let rooms: [RoomName]

    init() throws {
        self.samples = try Samples()
        self.rooms = try (0..<50).map { try RoomName("room-\($0)") }
        var limits = Limits()
        limits.commands = nil
        self.machine = CommandMachine(limits: limits, now: self.now)
        _ = self.machine.receive(CommandEnvelope(id: nil, .hello(.init())), now: self.now)
        #expect(self.machine.opened(self.samples.mina).isEmpty)
    }

    private func grant(_ pattern: String) throws -> Grant {
        let rule = Grant.Rule(try #require(RoomPattern(pattern)), .live)
        return Grant(subject: TokenSubject(issuer: "", subject: "mina"), expiry: 1, rules: [rule])
    }

    private func code(_ action: CommandMachine.OnCommand) -> ProtocolError.Code? {
        if case .refuse(let refusal) = action { refusal.error.code } else { nil }
    }

    private func join(_ room: RoomName) -> CommandEnvelope { CommandEnvelope(id: 1, .join(.init(room: room))) }

    private func asks(for room: RoomName) -> CommandMachine.OnCommand {
        self.machine.receive(self.join(room), now: self.now)
    }

    private var first: [RoomName] { Array(self.rooms.prefix(Int(JoinTurns.atATime))) }
    private var others: [RoomName] { Array(self.rooms.dropFirst(Int(JoinTurns.atATime))) }

    private func askForAll() {
        for room in self.first { #expect(self.asks(for: room) == .join(.init(room: room), id: 1, isMember: false)) }
        for room in self.others { #expect(self.asks(for: room) == .wait) }
    }

    /// A room is joined, or the client was taken out of it; gives what follows from that, as the shell does it.
    private func ends(_ room: RoomName, isJoined: Bool = true) -> [CommandMachine.OnCommand] {
        let held = isJoined ? self.machine.joined(room) : self.machine.expelled(room)
        let joins = self.takeJoins()
        return joins + held.map { self.machine.resume($0) }
    }

    private func takeJoins() -> [CommandMachine.OnCommand] {
        var actions: [CommandMachine.OnCommand] = []
        while let join = self.machine.takeJoin() { actions.append(self.machine.resume(join)) }
        return actions
    }

    private func joining(_ room: RoomName, isMember: Bool = false) -> CommandMachine.OnCommand {
        .join(.init(room: room), id: 1, isMember: isMember)
    }

    @Test func `the next room has its turn when one is joined, or could not be`() {
        self.askForAll()
        var underWay = self.first[...]
        for (index, next) in self.others.enumerated() {
            let ended = underWay.removeFirst()
            #expect(self.ends(ended, isJoined: index.isMultiple(of: 2)) == [self.joining(next)])
            underWay.append(next)
        }
        for room in underWay { #expect(self.ends(room).isEmpty) }
        // All of the turns are free again.
        for room in self.first { #expect(self.asks(for: room) != .wait) }
    }

    @Test func `what is said to a room waits for its turn, and comes after it`() throws {
        self.askForAll()
        let room = self.others[0]
        let send = Command.Send(room: room, text: try MessageText("a", maximumBytes: 10))
        let leave = Command.Leave(room: room)
        #expect(self.machine.receive(CommandEnvelope(id: 2, .send(send)), now: self.now) == .wait)
        #expect(self.machine.receive(CommandEnvelope(id: 3, .leave(leave)), now: self.now) == .wait)
        #expect(self.ends(self.first[0]) == [self.joining(room)])
        #expect(self.ends(room) == [self.joining(self.others[1]), .send(send, id: 2), .leave(leave, id: 3)])
        // Commands that concern no room, and those of joined ones, do not wait.
        #expect(self.machine.receive(CommandEnvelope(id: 4, .ping(.init())), now: self.now) == .pong(id: 4))
    }

    @Test func `a member that asks for another replay waits, and stays a member`() throws {
        let lobby = self.samples.lobby
        _ = self.asks(for: lobby)
        #expect(self.machine.joined(lobby).isEmpty)
        self.askForAll()
        #expect(self.asks(for: lobby) == .wait)
        let actions = (self.first + self.others).flatMap { self.ends($0) }
        #expect(actions.contains(self.joining(lobby, isMember: true)))
    }

    @Test func `a member that is taken out while it waits asks as anybody, before what it said since`() throws {
        let lobby = self.samples.lobby
        _ = self.asks(for: lobby)
        #expect(self.machine.joined(lobby).isEmpty)
        for room in self.first { _ = self.asks(for: room) }
        #expect(self.asks(for: lobby) == .wait)
        let leave = Command.Leave(room: lobby)
        #expect(self.machine.receive(CommandEnvelope(id: 2, .leave(leave)), now: self.now) == .wait)
        #expect(self.ends(lobby, isJoined: false).isEmpty)
        #expect(self.asks(for: lobby) == .wait)
        #expect(self.ends(self.first[0]) == [self.joining(lobby)])
        #expect(self.ends(lobby) == [.leave(leave, id: 2), self.joining(lobby)])
    }

    @Test func `joins that are refused when their turn comes hold nobody up`() throws {
        let access = Access.granted(try self.grant("room-*"))
        var limits = Limits()
        limits.commands = nil
        self.machine = CommandMachine(limits: limits, now: self.now)
        _ = self.machine.receive(CommandEnvelope(id: nil, .hello(.init())), now: self.now)
        #expect(self.machine.opened(self.samples.mina, access: access).isEmpty)
        self.askForAll()
        let lost = self.machine.renewed(try self.grant("elsewhere"))
        #expect(Set(lost) == Set(self.first))
        let answers = lost.flatMap { self.ends($0, isJoined: false) }
        #expect(answers.count { self.code($0) == .forbidden } == self.others.count)
    }

    @Test func `commands that wait have a bound in bytes, and are counted until they go on`() throws {
        let lobby = self.samples.lobby
        _ = self.asks(for: lobby)
        let text = try MessageText(String(repeating: "a", count: 8000), maximumBytes: 8192)
        let send = CommandEnvelope(id: 2, .send(.init(room: lobby, text: text)))
        var limits = Limits()
        limits.textBytes = 8192
        var waiting = 0
        while case .wait = self.machine.receive(send.encoded(), limits: limits, now: self.now) { waiting += 1 }
        #expect((10...17).contains(waiting))
        #expect((waiting * 8000...HeldCommands.maximumBytes).contains(self.machine.heldBytes))
        #expect(self.machine.joined(lobby).count == waiting)
        #expect(self.machine.heldBytes == 0)
    }

    @Test func `rooms whose turn has not come count as rooms`() throws {
        var limits = Limits()
        limits.commands = nil
        limits.rooms = self.first.count + 1
        self.machine = CommandMachine(limits: limits, now: self.now)
        _ = self.machine.receive(CommandEnvelope(id: nil, .hello(.init())), now: self.now)
        #expect(self.machine.opened(self.samples.mina).isEmpty)
        for room in self.first { #expect(self.asks(for: room) != .wait) }
        #expect(self.asks(for: self.others[0]) == .wait)
        let tooMany = self.asks(for: self.others[1])
        #expect(self.code(tooMany) == .tooManyRooms)
    }
}
