import ChatCore
import NIOCore
import Testing

@testable import ChatClient

/// What a client does about what it hears, without a connection and without time passing.
@Suite(.patience) struct ClientMachineTests {
    private let lobby: RoomName
    private let epoch: Epoch
    private let mina: User
    private let start = ContinuousClock.now

    init() throws {
        self.lobby = try RoomName("lobby")
        self.epoch = try Epoch("aaaaaaaa")
        self.mina = User(id: UserID("u1"), name: try UserName("Mina"))
    }

    private func after(_ seconds: Double) -> ContinuousClock.Instant { self.start + .seconds(seconds) }

    private func welcome(_ user: User? = nil, resumed: Bool = false) throws -> ServerMessage {
        let session = try #require(SessionSecret("0123456789abcdef"))
        return .event(
            .welcome(
                Welcome(
                    user: user ?? self.mina,
                    session: session,
                    resumed: resumed,
                    node: "n1",
                    server: "test",
                    limits: .init(Limits()),
                    pingSeconds: 25
                )
            )
        )
    }

    private func ok(_ reply: Reply, id: Int) throws -> ServerMessage {
        try ServerMessage(decoding: reply.encoded(id: id))
    }

    private func joined(id: Int, head: Int) throws -> ServerMessage {
        let members = MemberPage(members: [self.mina], count: 1, cursor: nil, version: 5)
        let head = LogPosition(epoch: self.epoch, seq: head)
        let reply = JoinReply(room: self.lobby, head: head, recovered: true, replay: 0, members: members)
        return try self.ok(.joined(reply), id: id)
    }

    private func send(_ text: String) throws -> Command.Send {
        .init(room: self.lobby, text: try MessageText(text, maximumBytes: 99), key: try IdempotencyKey(text))
    }

    private func transmitted(_ actions: [ClientMachine.Action]) -> [CommandEnvelope] {
        actions.compactMap { if case .transmit(let envelope) = $0 { envelope } else { nil } }
    }

    /// The connection breaks.
    private func lose(
        _ machine: inout ClientMachine,
        _ failure: ConnectionFailure = ConnectionFailure("the connection was lost"),
        now: ContinuousClock.Instant
    ) -> (actions: [ClientMachine.Action], next: ReconnectMachine.OnEnd) {
        var lowest = Lowest()
        return machine.disconnected(failure, now: now, using: &lowest)
    }

    @Test func `what removes messages is not asked for a second time when the answer was lost`() throws {
        var machine = self.makeMachine()
        _ = machine.connected(now: self.start)
        _ = machine.received(try self.welcome(), now: self.start)
        let clear = machine.request(.clear(.init(room: self.lobby)), now: self.start)
        let delete = machine.request(.delete(.init(room: self.lobby, seq: 7)), now: self.start)
        let ping = machine.request(.ping(.init()), now: self.start)
        // This one names one message, whatever log there is now.
        let epoch = try Epoch("epoch0001")
        let again = machine.request(.delete(.init(room: self.lobby, seq: 7, epoch: epoch)), now: self.start)
        let lost = self.lose(&machine, now: self.after(1))
        let failures = lost.actions.compactMap { if case .answer(let id, .failed) = $0 { id } else { nil } }
        #expect(failures == [clear.id, delete.id])
        #expect(machine.requests.map(\.id) == [ping.id, again.id])
    }

    private func makeMachine(capacity: Int = 10) -> ClientMachine {
        ClientMachine(name: self.mina.name, session: nil, capacity: capacity, jitter: .seconds(1))
    }

    /// A machine that is connected and in the lobby.
    private func makeJoined() throws -> ClientMachine {
        var machine = self.makeMachine()
        _ = machine.connected(now: self.start)
        _ = machine.received(try self.welcome(), now: self.start)
        let actions = machine.join(self.lobby, .live, now: self.start).actions
        let id = try #require(self.transmitted(actions).first?.id)
        _ = machine.received(try self.joined(id: id, head: 3), now: self.start)
        return machine
    }

    @Test func `what waits in a room fails when the client is removed from it`() throws {
        var machine = try self.makeJoined()
        let send = machine.send(try self.send("a"), now: self.start)
        let removal = Removal(room: self.lobby, code: .forbidden, message: "not any more")
        let error = ProtocolError(.forbidden, "not any more")
        #expect(
            machine.received(.event(.removed(removal)), now: self.start) == [
                .answer(send.id, .failed(.refused(error))), .emit(.received(.removed(removal))),
            ]
        )
        #expect(machine.received(.event(.removed(removal)), now: self.start).isEmpty)
    }

    @Test func `what is asked before there is a connection goes out after the welcome, rooms before sends`() throws {
        var machine = self.makeMachine()
        let question = machine.request(.members(.init(room: self.lobby)), now: self.start)
        #expect(machine.join(self.lobby, .last(3), now: self.start).actions.isEmpty)
        #expect(machine.send(try self.send("hi"), now: self.start).actions.isEmpty)
        let hello = self.transmitted(machine.connected(now: self.start))
        #expect(hello.map(\.command) == [.hello(.init(name: self.mina.name))])

        let asked = self.transmitted(machine.received(try self.welcome(), now: self.start))
        #expect(
            asked.map(\.command)
                == [.members(.init(room: self.lobby)), .join(.init(room: self.lobby, start: .last(3)))]
        )
        #expect(asked.first?.id == question.id)
        let joinID = try #require(asked.last?.id)
        let sent = self.transmitted(machine.received(try self.joined(id: joinID, head: 0), now: self.start))
        #expect(sent.map(\.command) == [.send(try self.send("hi"))])
    }

    @Test func `a room that is unavailable is tried again when the server says so`() throws {
        var machine = self.makeMachine()
        _ = machine.connected(now: self.start)
        _ = machine.received(try self.welcome(), now: self.start)
        let join = self.transmitted(machine.join(self.lobby, .live, now: self.start).actions)
        let error = ProtocolError(.unavailable, "no broker", retryMilliseconds: 700)
        let refused = machine.received(.error(CommandRefusal(id: join.first?.id, error)), now: self.start)
        #expect(refused == [.emit(.refused(self.lobby, error))])
        #expect(machine.deadline == self.after(0.7))
        #expect(machine.tick(now: self.after(0.6)).isEmpty)
        #expect(self.transmitted(machine.tick(now: self.after(0.7))).map(\.command) == join.map(\.command))
    }

    @Test func `a message that this client has is not told again`() throws {
        var machine = try self.makeJoined()
        let message = Message(
            room: self.lobby,
            position: LogPosition(epoch: self.epoch, seq: 4),
            time: 1,
            sender: self.mina,
            text: "x",
            kind: .text,
            key: nil
        )
        let first = machine.received(.event(.message(message)), now: self.start)
        let second = machine.received(.event(.message(message)), now: self.start)
        #expect(first == [.emit(.received(.message(message)))] && second.isEmpty)
    }

    @Test func `changes of members that are known are not told again`() throws {
        var machine = try self.makeJoined()
        let old = Event.joined(.init(room: self.lobby, user: self.mina, memberCount: 1, version: 5))
        let new = Event.left(.init(room: self.lobby, user: self.mina, memberCount: 0, version: 6))
        let actions = [old, new, new].flatMap { machine.received(.event($0), now: self.start) }
        #expect(actions == [.emit(.received(new))])
    }

    @Test func `a client that comes back does not say its name, which may have been changed elsewhere`() throws {
        var machine = try self.makeJoined()
        let jun = try UserName("Jun")
        let rename = machine.request(.rename(.init(name: jun)), now: self.start)
        _ = machine.received(try self.ok(.renamed(User(id: self.mina.id, name: jun)), id: rename.id), now: self.start)
        _ = self.lose(&machine, now: self.start)
        let hello = self.transmitted(machine.connected(now: self.start))
        let session = SessionSecret("0123456789abcdef")
        #expect(hello.map(\.command) == [.hello(.init(session: session))])
    }

    @Test func `a name that was changed while there was no connection is a command that waits`() throws {
        var machine = try self.makeJoined()
        _ = self.lose(&machine, now: self.start)
        let jun = try UserName("Jun")
        _ = machine.request(.rename(.init(name: jun)), now: self.start)
        _ = machine.connected(now: self.start)
        let asked = self.transmitted(machine.received(try self.welcome(resumed: true), now: self.start))
        #expect(asked.first?.command == .rename(.init(name: jun)))
    }

    @Test func `whose session was forgotten takes the name along, unless it was a guest's`() throws {
        var machine = try self.makeJoined()
        _ = self.lose(&machine, now: self.start)
        _ = machine.connected(now: self.start)
        let stranger = User(id: UserID("u9"), name: .guest(UserID("u9")))
        let asked = self.transmitted(machine.received(try self.welcome(stranger), now: self.start))
        #expect(asked.first?.command == .rename(.init(name: self.mina.name)))
        _ = self.lose(&machine, now: self.start)
        var guest = self.makeMachine()
        _ = guest.connected(now: self.start)
        _ = guest.received(try self.welcome(stranger), now: self.start)
        _ = self.lose(&guest, now: self.start)
        _ = guest.connected(now: self.start)
        let other = User(id: UserID("u8"), name: .guest(UserID("u8")))
        #expect(self.transmitted(guest.received(try self.welcome(other), now: self.start)).isEmpty)
    }

    @Test func `a room that is left takes its sends with it`() throws {
        var machine = try self.makeJoined()
        let sent = machine.send(try self.send("hi"), now: self.start)
        let left = machine.leave(self.lobby, now: self.start)
        #expect(left.actions.first == .answer(sent.id, .failed(.refused(.notJoined(self.lobby)))))
        #expect(self.transmitted(left.actions).map(\.command) == [.leave(.init(room: self.lobby))])
        #expect(self.lose(&machine, now: self.start).actions == [.answer(left.id, .done)])
    }

    @Test func `too many sends are told at once`() throws {
        var machine = self.makeMachine(capacity: 1)
        _ = machine.join(self.lobby, .live, now: self.start)
        _ = machine.send(try self.send("1"), now: self.start)
        let second = machine.send(try self.send("2"), now: self.start)
        #expect(second.actions == [.answer(second.id, .failed(.overflow(1)))])
    }

    @Test func `a server that does not say welcome is left`() {
        var machine = self.makeMachine()
        _ = machine.connected(now: self.start)
        #expect(machine.tick(now: self.after(9)).isEmpty)
        let failure = ConnectionFailure("the server did not say welcome in time")
        #expect(machine.tick(now: self.after(10)) == [.disconnect(failure)])
    }

    @Test func `a hello that is refused for good ends the client`() {
        var machine = self.makeMachine()
        let hello = self.transmitted(machine.connected(now: self.start))
        let error = ProtocolError(.nameInvalid, "no")
        let actions = machine.received(.error(CommandRefusal(id: hello.first?.id, error)), now: self.start)
        guard case .disconnect(let failure) = actions.first else {
            Issue.record("the connection goes on")
            return
        }
        #expect(failure.isFinal && failure.refusal == error)
    }

    @Test func `an error that belongs to no command is told`() throws {
        var machine = try self.makeJoined()
        let error = ProtocolError(.nameReserved, "no")
        #expect(machine.received(.error(CommandRefusal(id: nil, error)), now: self.start) == [.emit(.objected(error))])
        // Somebody who is muted and types is not told so at every key.
        let muted = CommandRefusal(id: nil, room: self.lobby.rawValue, ProtocolError(.muted, "no"))
        #expect(machine.received(.error(muted), now: self.start).isEmpty)
    }

    @Test func `what the server said about coming back holds for one wait`() throws {
        var machine = try self.makeJoined()
        _ = machine.received(.event(.closing(.draining, reconnectMilliseconds: 7000)), now: self.start)
        #expect(self.lose(&machine, now: self.start).next == .retry(after: .milliseconds(7000)))
        #expect(self.lose(&machine, now: self.start).next == .retry(after: .milliseconds(500)))
    }

    @Test func `a connection that was broken on purpose makes no later wait longer`() {
        func wait(_ machine: inout ClientMachine) -> ReconnectMachine.OnEnd {
            var highest = Highest()
            return machine.disconnected(ConnectionFailure("lost"), now: self.start, using: &highest).next
        }
        var machine = self.makeMachine()
        #expect([wait(&machine), wait(&machine)] == [.retry(after: .seconds(1)), .retry(after: .seconds(2))])
        machine.interrupted()
        #expect(wait(&machine) == .retry(after: .seconds(1)))
    }

    @Test func `a failure that lasts is the last`() throws {
        var machine = try self.makeJoined()
        let failure = ConnectionFailure("no", refusal: ProtocolError(.nameInvalid, "no"))
        #expect(self.lose(&machine, failure, now: self.start).next == .stop)
    }

    @Test func `two joins of one room with one start are one command, and both get its answer`() throws {
        var machine = self.makeMachine()
        _ = machine.connected(now: self.start)
        _ = machine.received(try self.welcome(), now: self.start)
        let first = machine.join(self.lobby, .last(3), now: self.start)
        let second = machine.join(self.lobby, .live, now: self.start)
        #expect(self.transmitted(second.actions).isEmpty)
        let id = try #require(self.transmitted(first.actions).first?.id)
        let answered = machine.received(try self.joined(id: id, head: 3), now: self.start).compactMap {
            if case .answer(let id, .ok) = $0 { id } else { nil }
        }
        #expect(answered == [first.id, second.id])
    }

    @Test func `a dead connection is asked, then left`() throws {
        var machine = try self.makeJoined()
        #expect(self.transmitted(machine.tick(now: self.after(30))).map(\.command) == [.ping(.init())])
        let failure = ConnectionFailure("the server does not answer")
        #expect(machine.tick(now: self.after(38)) == [.disconnect(failure)])
    }

    @Test func `a list of members with a hole is asked for once, and told`() throws {
        var machine = try self.makeJoined()
        let jonas = User(id: UserID("u2"), name: try UserName("Jonas"))
        let change = PresenceChange(room: self.lobby, user: jonas, memberCount: 3, version: 7)
        let told = machine.received(.event(.joined(change)), now: self.start)
        #expect(told == [.emit(.received(.joined(change)))])
        #expect(machine.deadline == self.after(6))
        let asked = self.transmitted(machine.tick(now: self.after(6)))
        #expect(asked.map(\.command) == [.members(.init(room: self.lobby))])
        // Once: an answer that does not come is no reason to ask again.
        #expect(self.transmitted(machine.tick(now: self.after(7))).isEmpty)

        let page = MemberPage(members: [self.mina, jonas], count: 2, cursor: nil, version: 9)
        let id = try #require(asked.first?.id)
        let answered = machine.received(try self.ok(.members(self.lobby, page), id: id), now: self.after(7))
        #expect(answered == [.emit(.members(self.lobby, page))])
        // What the list knows is not told again.
        let again = machine.received(.event(.joined(change)), now: self.after(8))
        #expect(again.isEmpty)
    }

    @Test func `a hole that a reconnect has mended is not asked about`() throws {
        var machine = try self.makeJoined()
        let change = PresenceChange(room: self.lobby, user: self.mina, memberCount: 3, version: 7)
        _ = machine.received(.event(.joined(change)), now: self.start)
        _ = self.lose(&machine, now: self.after(1))
        _ = machine.connected(now: self.after(2))
        let join = self.transmitted(machine.received(try self.welcome(resumed: true), now: self.after(2)))
        _ = machine.received(try self.joined(id: try #require(join.first?.id), head: 3), now: self.after(2))
        #expect(self.transmitted(machine.tick(now: self.after(7))).isEmpty)
    }
}
