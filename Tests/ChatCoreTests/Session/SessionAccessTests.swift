import NIOCore
import TestSupport
import Testing

@testable import ChatCore

/// What the machine of a connection allows where tokens are needed.
@Suite(.patience) final class SessionAccessTests {
    private let samples: Samples
    private let now = ContinuousClock.now
    private var machine: CommandMachine

    init() throws {
        self.samples = try Samples()
        self.machine = Self.fresh(self.now)
    }

    /// The machine of a connection that needs a token, and has said nothing.
    private static func fresh(_ now: ContinuousClock.Instant, bearer: String? = nil) -> CommandMachine {
        var limits = Limits()
        limits.commands = nil
        return CommandMachine(limits: limits, entry: .token(bearer: bearer), now: now)
    }

    private func grant(_ rights: [String: RoomRights], name: UserName? = nil) throws -> Grant {
        Grant(
            subject: TokenSubject(issuer: "", subject: "mina"),
            name: name,
            expiry: 1,
            rules: try rights.map { .init(try #require(RoomPattern($0.key)), $0.value) }
        )
    }

    private func receive(_ command: Command, id: Int? = 1, after seconds: Int = 0) -> CommandMachine.OnCommand {
        let text = CommandEnvelope(id: id, command).encoded()
        return self.machine.receive(text, limits: Limits(), now: self.now + .seconds(seconds))
    }

    private func open(_ grant: Grant) {
        _ = self.receive(.hello(.init(token: "t")))
        #expect(self.machine.opened(self.samples.mina, access: .granted(grant)).isEmpty)
    }

    private func join(_ room: RoomName) {
        _ = self.receive(.join(.init(room: room)))
        #expect(self.machine.joined(room).isEmpty)
    }

    private func commands(_ room: RoomName) throws -> [(Command, RoomRights)] {
        [
            (.join(.init(room: room)), .live),
            (.send(.init(room: room, text: try MessageText("a", maximumBytes: 9))), .write),
            (.typing(.init(room: room, isActive: true)), .write), (.members(.init(room: room)), .presence),
            (.history(.init(room: room)), .history),
        ]
    }

    private func code(_ action: CommandMachine.OnCommand) -> ProtocolError.Code? {
        if case .refuse(let refusal) = action { refusal.error.code } else { nil }
    }

    // MARK: Coming in

    @Test func `a hello with a token opens the session`() {
        let hello = Command.Hello(token: "t")
        #expect(self.machine.isNew == true)
        #expect(self.receive(.hello(hello), id: 3) == .open(hello, id: 3))
        #expect(self.machine.isNew == false)
    }

    @Test func `anything else ends the connection`() throws {
        let hello = Command.Hello(session: SessionSecret("0123456789abcdef"))
        let commands = [Command.hello(.init()), .hello(hello), .ping(.init()), .refresh(.init(token: "t"))]
        for command in try commands + self.commands(self.samples.lobby).map(\.0) {
            self.machine = Self.fresh(self.now)
            #expect(self.receive(command) == .disconnect(.helloMissing))
            #expect(self.machine.user == nil)
        }
    }

    @Test func `the bearer of the upgrade stands for the token that a hello lacks`() {
        self.machine = Self.fresh(self.now, bearer: "b")
        #expect(self.receive(.hello(.init())) == .open(.init(token: "b"), id: 1))
        self.machine = Self.fresh(self.now, bearer: "b")
        #expect(self.receive(.hello(.init(token: "t"))) == .open(.init(token: "t"), id: 1))
        self.machine = Self.fresh(self.now, bearer: "b")
        #expect(self.receive(.ping(.init())) == .open(.init(token: "b"), id: nil))
        #expect(self.machine.opened(self.samples.mina).map(\.command) == [.ping(.init())])
    }

    // MARK: Rights

    @Test func `each command needs its right, whether the room is joined or not`() throws {
        let (lobby, all) = (self.samples.lobby, [RoomRights.live, .history, .presence, .write, .moderate])
        for (command, right) in try self.commands(lobby) {
            for isMember in [true, false] {
                for rights in [all.filter { $0 != right }, [right], []] {
                    let rights = RoomRights(rights)
                    // Nobody is a member who may not join.
                    guard !isMember || rights.contains(.live) else { continue }
                    var limits = Limits()
                    limits.commands = nil
                    self.machine = CommandMachine(limits: limits, entry: .token(bearer: nil), now: self.now)
                    self.open(try self.grant(["lob*": rights]))
                    if isMember { self.join(lobby) }
                    let code = self.code(self.receive(command))
                    if command.rule == .members, !isMember {
                        #expect(code == .notJoined)
                    } else {
                        #expect(code == (rights.contains(right) ? nil : .forbidden), "\(command) \(rights)")
                    }
                }
            }
        }
    }

    @Test func `a room that no pattern names is forbidden`() throws {
        self.open(try self.grant(["news": .everybody]))
        let room = self.samples.lobby
        for (command, _) in try self.commands(room) where command.rule != .members {
            #expect(self.code(self.receive(command)) == .forbidden)
        }
        #expect(self.code(self.receive(.leave(.init(room: room)))) == .notJoined)
    }

    @Test func `a name in the token is not changed`() throws {
        let rename = Command.Rename(name: self.samples.juno.name)
        self.open(try self.grant([:], name: self.samples.mina.name))
        #expect(self.code(self.receive(.rename(rename))) == .forbidden)
        _ = self.machine.renewed(try self.grant([:]))
        #expect(self.receive(.rename(rename)) == .rename(rename, id: 1))
    }

    // MARK: Another token

    @Test func `a refresh is taken once a second`() throws {
        self.open(try self.grant([:]))
        let refresh = Command.Refresh(token: "u")
        #expect(self.receive(.refresh(refresh), id: 7) == .refresh(refresh, id: 7))
        #expect(self.code(self.receive(.refresh(refresh))) == .rateLimited)
        #expect(self.receive(.refresh(refresh), id: 8, after: 1) == .refresh(refresh, id: 8))
    }

    @Test func `without tokens there is nothing to refresh`() {
        self.machine = CommandMachine(limits: Limits(), now: self.now)
        _ = self.receive(.hello(.init()))
        _ = self.machine.opened(self.samples.mina)
        #expect(self.code(self.receive(.refresh(.init(token: "u")))) == .badCommand)
    }

    @Test func `rooms that are not allowed any more are named, joined or being joined`() throws {
        let rooms = try ["b", "a", "c", "d"].map { try RoomName($0) }
        self.open(try self.grant(["*": .everybody]))
        for room in rooms[..<3] { self.join(room) }
        _ = self.receive(.join(.init(room: rooms[3])))
        let waiting = Command.Members(room: rooms[3])
        #expect(self.receive(.members(waiting), id: 9) == .wait)
        #expect(self.machine.renewed(try self.grant(["c": .read])) == [rooms[1], rooms[0], rooms[3]])
        for room in [rooms[0], rooms[1]] { #expect(self.machine.expelled(room).isEmpty) }
        let resumed = self.machine.expelled(rooms[3])
        #expect(resumed.map(\.id) == [9])
        #expect(self.code(self.machine.resume(resumed[0])) == .forbidden)
        let send = Command.Send(room: rooms[2], text: try MessageText("a", maximumBytes: 9))
        #expect(self.code(self.receive(.send(send))) == .forbidden)
        #expect(self.code(self.receive(.leave(.init(room: rooms[0])))) == .notJoined)
    }

    @Test func `a room that is joined after that has the new rights`() throws {
        let lobby = self.samples.lobby
        self.open(try self.grant(["*": .everybody]))
        _ = self.receive(.join(.init(room: lobby)))
        #expect(self.machine.renewed(try self.grant(["*": .live])).isEmpty)
        _ = self.machine.joined(lobby)
        let send = Command.Send(room: lobby, text: try MessageText("a", maximumBytes: 9))
        #expect(self.code(self.receive(.send(send))) == .forbidden)
    }
}
