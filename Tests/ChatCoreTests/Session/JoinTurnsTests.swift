import TestSupport
import Testing

@testable import ChatCore

/// A connection joins a few rooms at a time.
@Suite(.patience) struct JoinTurnsTests {
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

    private func join(_ room: RoomName) -> CommandEnvelope { CommandEnvelope(id: 1, .join(.init(room: room))) }

    private mutating func asks(for room: RoomName) -> CommandMachine.OnCommand {
        self.machine.receive(self.join(room), now: self.now)
    }

    private var first: [RoomName] { Array(self.rooms.prefix(Int(JoinTurns.atATime))) }
    private var others: [RoomName] { Array(self.rooms.dropFirst(Int(JoinTurns.atATime))) }

    private mutating func askForAll() {
        for room in self.first { #expect(self.asks(for: room) == .join(.init(room: room), id: 1, isMember: false)) }
        for room in self.others { #expect(self.asks(for: room) == .wait) }
    }

    /// Takes the commands that go on with a result, and carries them out.
    private mutating func goesOn(_ envelopes: [CommandEnvelope]) -> [CommandMachine.OnCommand] {
        envelopes.map { self.machine.resume($0) }
    }

    @Test mutating func `the next room has its turn when one is joined, or could not be`() {
        self.askForAll()
        var underWay = self.first[...]
        for (index, next) in self.others.enumerated() {
            let ended = underWay.removeFirst()
            let waiting = index.isMultiple(of: 2) ? self.machine.joined(ended) : self.machine.expelled(ended)
            #expect(waiting == [self.join(next)])
            #expect(self.goesOn(waiting) == [.join(.init(room: next), id: 1, isMember: false)])
            underWay.append(next)
        }
        for room in underWay { #expect(self.machine.joined(room).isEmpty) }
        // All of the turns are free again.
        for room in self.first { #expect(self.asks(for: room) != .wait) }
    }

    @Test mutating func `what is said to a room waits for its turn, and comes after it`() throws {
        self.askForAll()
        let room = self.others[0]
        let send = CommandEnvelope(id: 2, .send(.init(room: room, text: try MessageText("a", maximumBytes: 10))))
        let leave = CommandEnvelope(id: 3, .leave(.init(room: room)))
        #expect(self.machine.receive(send, now: self.now) == .wait)
        #expect(self.machine.receive(leave, now: self.now) == .wait)
        #expect(self.goesOn(self.machine.joined(self.first[0])) == [.join(.init(room: room), id: 1, isMember: false)])
        #expect(self.machine.joined(room) == [self.join(self.others[1]), send, leave])
        // Commands that concern no room, and those of joined ones, do not wait.
        #expect(self.machine.receive(CommandEnvelope(id: 4, .ping(.init())), now: self.now) == .pong(id: 4))
    }

    @Test mutating func `a member that asks for another replay waits, and stays a member`() throws {
        let lobby = self.samples.lobby
        _ = self.asks(for: lobby)
        #expect(self.machine.joined(lobby).isEmpty)
        self.askForAll()
        #expect(self.asks(for: lobby) == .wait)
        var underWay = self.first + self.others
        while let room = underWay.first {
            underWay.removeFirst()
            let actions = self.goesOn(self.machine.joined(room))
            if actions.contains(.join(.init(room: lobby), id: 1, isMember: true)) { return }
        }
        Issue.record("the member's join never had its turn")
    }

    @Test mutating func `a member that is taken out while it waits asks as anybody`() throws {
        let lobby = self.samples.lobby
        _ = self.asks(for: lobby)
        #expect(self.machine.joined(lobby).isEmpty)
        for room in self.first { _ = self.asks(for: room) }
        #expect(self.asks(for: lobby) == .wait)
        #expect(self.machine.expelled(lobby).isEmpty)
        let actions = self.goesOn(self.machine.joined(self.first[0]))
        #expect(actions == [.join(.init(room: lobby), id: 1, isMember: false)])
    }

    @Test mutating func `rooms whose turn has not come count as rooms`() throws {
        var limits = Limits()
        limits.commands = nil
        limits.rooms = self.first.count + 1
        self.machine = CommandMachine(limits: limits, now: self.now)
        _ = self.machine.receive(CommandEnvelope(id: nil, .hello(.init())), now: self.now)
        #expect(self.machine.opened(self.samples.mina).isEmpty)
        for room in self.first { #expect(self.asks(for: room) != .wait) }
        #expect(self.asks(for: self.others[0]) == .wait)
        guard case .refuse(let refusal) = self.asks(for: self.others[1]) else {
            return { Issue.record("one room too many is let in") }()
        }
        #expect(refusal.error.code == .tooManyRooms)
    }
}
