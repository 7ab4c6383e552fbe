package import NIOCore

/// Makes every decision about the commands of one connection, without I/O.
///
/// Commands keep their order where it matters: while the session opens, everything waits; while a room is being joined,
/// commands for that room wait. Sends and requests for other rooms go on. A few rooms are joined at a time (`JoinTurns`).
package struct CommandMachine: ~Copyable, Sendable {
    /// The number of bytes of a message that count as one command.
    ///
    /// The longest text counts as two to four of these, depending on its escapes: a client that keeps to the rate of
    /// sends never reaches the limit of commands.
    package static let bytesPerCommand = 4096

    /// This many frames without a message count as one error.
    private static let idleFramesOfError = 10

    /// What a connection needs before its session opens.
    package enum Entry: Equatable, Sendable {
        /// Nothing.
        case free
        /// A token: that of its `hello`, or the bearer of its upgrade.
        case token(bearer: String?)
    }

    private enum State {
        case new(Entry)
        case opening
        case open(User)
    }

    private enum Membership {
        /// Its join waits for its turn; these are the rights of who is a member already.
        case waiting(RoomRights?)
        case joining
        /// A member with these rights, which are kept so that a send need not look them up.
        case joined(RoomRights)
    }

    // Not all of `Limits`, which takes 300 bytes: every connection has this value.
    private let maximumRooms: Int
    private let commandRate: Limits.Rate?
    private var state: State
    /// What the client may do.
    package private(set) var access = Access.open
    private var rooms = SmallMap<RoomName, Membership>()
    private var turns = JoinTurns()
    private var held = HeldCommands()
    /// The bytes of the commands that wait for a session or a room, about.
    package var heldBytes: Int { self.held.bytes }
    private var commands: TokenBucket.Level?
    private var errors: TokenBucket.Level?
    /// Frames without a message that have not been charged yet.
    private var idleFrames: UInt8 = 0
    /// When the next token is taken.
    private var nextRefresh: ContinuousClock.Instant

    /// Makes the machine of a connection that has just come.
    package init(limits: Limits, entry: Entry = .free, now: ContinuousClock.Instant) {
        self.state = .new(entry)
        self.nextRefresh = now
        self.maximumRooms = limits.rooms
        self.commandRate = limits.commands
        self.commands = limits.commands.map { TokenBucket.Level(fullFor: $0, now: now) }
        self.errors = self.commands
    }

    /// Whether nothing has come that opens its session.
    package var isNew: Bool {
        guard case .new = self.state else { return false }
        return true
    }

    /// The client's user; nil until its session is open.
    package var user: User? {
        guard case .open(let user) = self.state else { return nil }
        return user
    }
}

// MARK: - Commands

extension CommandMachine {
    /// The shell's step for a command.
    package enum OnCommand: Equatable, Sendable {
        /// Open the session, then call ``CommandMachine/opened(_:access:)``. The id is that of the `hello`, if there was one.
        case open(Command.Hello, id: Int?)
        /// Join the room, then call ``CommandMachine/joined(_:)`` or ``CommandMachine/expelled(_:)``.
        case join(Command.Join, id: Int?, isMember: Bool)
        case leave(Command.Leave, id: Int?)
        case send(Command.Send, id: Int?)
        case typing(Command.Typing, id: Int?)
        case members(Command.Members, id: Int?)
        case history(Command.History, id: Int?)
        case rename(Command.Rename, id: Int?)
        /// Take the token, then call ``CommandMachine/renewed(_:)``.
        case refresh(Command.Refresh, id: Int?)
        case delete(Command.Delete, id: Int?)
        case pong(id: Int?)
        /// A moderator asks for something.
        case moderate(Order, id: Int?)
        /// Send the client the error.
        case refuse(CommandRefusal)
        /// Disconnect the client.
        case disconnect(Disconnect)
        /// Nothing now: the command waits for an earlier one.
        case wait
    }

    /// Frames came without a message: pings, pongs and fragments are normal, but a flood of them is not.
    ///
    /// - Parameters:
    ///   - count: The number of frames.
    ///   - now: The time.
    /// - Returns: To disconnect the client, when they were too many.
    package mutating func receiveIdleFrames(_ count: Int, now: ContinuousClock.Instant) -> Disconnect? {
        let frames = count + Int(self.idleFrames)
        self.idleFrames = UInt8(frames % Self.idleFramesOfError)
        let errors = frames / Self.idleFramesOfError
        for _ in 0..<errors where self.isTooMuch(now) { return .tooManyErrors }
        return nil
    }

    /// Counts an error: errors are normal, a flood of them is not.
    private mutating func isTooMuch(_ now: ContinuousClock.Instant) -> Bool {
        guard let commandRate else { return false }
        return self.errors?.take(1, commandRate, now: now) != nil
    }

    /// A message came.
    ///
    /// Its length counts against the limits before it is read: a message that comes too fast is refused unread, except
    /// for the fields that its answer needs.
    ///
    /// - Parameters:
    ///   - text: UTF-8.
    ///   - limits: The limits that its fields must keep.
    ///   - now: The time when it came.
    /// - Returns: The shell's step.
    package mutating func receive(_ text: ByteBuffer, limits: Limits, now: ContinuousClock.Instant) -> OnCommand {
        if let error = self.charge(text.readableBytes, now) {
            return self.refuse(CommandRefusal(text, error), now: now)
        }
        do throws(CommandRefusal) {
            let action = self.decide(try self.chargeRefresh(try CommandEnvelope(decoding: text, limits: limits), now))
            guard case .refuse(let refusal) = action else { return action }
            return self.refuse(refusal, now: now)
        } catch {
            return self.refuse(error, now: now)
        }
    }

    /// Counts a message as one command for each ``bytesPerCommand`` that it has, begun ones included.
    ///
    /// - Returns: The error for the client when it was too much.
    private mutating func charge(_ bytes: Int, _ now: ContinuousClock.Instant) -> ProtocolError? {
        guard let rate = self.commandRate else { return nil }
        // A message that costs more than the burst would never pass.
        let count = min(max(1, (bytes + Self.bytesPerCommand - 1) / Self.bytesPerCommand), rate.burst)
        guard let wait = self.commands?.take(count, rate, now: now) else { return nil }
        return .rateLimited("a connection gives", rate, "commands", after: wait)
    }

    /// The client has given commands in its URL: they count like others, and are carried out even where they are more
    /// than the burst, which leaves none for what follows.
    package mutating func chargeShorthand(_ commands: Int, now: ContinuousClock.Instant) {
        guard let commandRate else { return }
        self.commands?.charge(commands, commandRate, now: now, debt: 0)
    }

    /// Counts a command that makes the server verify a signature, which costs more than any other.
    ///
    /// - Returns: The command, when it is not too soon for it.
    private mutating func chargeRefresh(
        _ envelope: CommandEnvelope,
        _ now: ContinuousClock.Instant
    ) throws(CommandRefusal) -> CommandEnvelope {
        guard case .refresh = envelope.command else { return envelope }
        guard now >= self.nextRefresh else {
            let wait = (self.nextRefresh - now).inMilliseconds
            let error = ProtocolError(.rateLimited, "one refresh a second", retryMilliseconds: wait, limit: 1)
            throw CommandRefusal(id: envelope.id, error)
        }
        self.nextRefresh = now + .seconds(1)
        return envelope
    }

    /// A waiting command goes on; it was counted when it came.
    package mutating func resume(_ envelope: CommandEnvelope) -> OnCommand { self.decide(envelope) }

    private mutating func refuse(_ refusal: CommandRefusal, now: ContinuousClock.Instant) -> OnCommand {
        self.isTooMuch(now) ? .disconnect(.tooManyErrors) : .refuse(refusal)
    }

    private mutating func decide(_ envelope: CommandEnvelope) -> OnCommand {
        switch self.state {
        case .new(let entry): return self.open(envelope, entry)
        case .opening: return self.hold(envelope)
        case .open:
            let membership = envelope.command.room.flatMap { self.rooms[$0] }
            switch membership {
            case .waiting, .joining: return self.hold(envelope)
            case .joined, nil: break
            }
            if let breach = self.breach(of: envelope.command, membership) { return Self.refuse(envelope, breach) }
            return self.obey(envelope)
        }
    }

    /// The first command opens the session, whatever it is.
    private mutating func open(_ envelope: CommandEnvelope, _ entry: Entry) -> OnCommand {
        var (hello, id) = (Command.Hello(), Int?.none)
        if case .hello(let given) = envelope.command { (hello, id) = (given, envelope.id) }
        if case .token(let bearer) = entry {
            hello.token = hello.token ?? bearer
            guard hello.token != nil else { return .disconnect(.helloMissing) }
        }
        self.state = .opening
        // Nothing waits before it, so that it has its place whatever its length.
        if case .hello = envelope.command {} else { _ = self.held.hold(envelope) }
        return .open(hello, id: id)
    }

    private mutating func hold(_ envelope: CommandEnvelope) -> OnCommand {
        if let error = self.held.hold(envelope) { return Self.refuse(envelope, error) }
        return .wait
    }

    /// The reason why a command is not allowed now; nil when it is.
    private func breach(of command: Command, _ membership: Membership?) -> ProtocolError? {
        guard let room = command.room else {
            return command.rule == .first ? .badCommand("hello is the first command or none") : nil
        }
        switch (command.rule, membership) {
        case (.members, nil): return .notJoined(room)
        case (.first, _), (.anybody, _), (.members, _?):
            let rights = self.rights(of: membership, in: room)
            return rights.isSuperset(of: command.needs) ? nil : command.needs.refusal(in: room)
        }
    }

    private func rights(of membership: Membership?, in room: RoomName) -> RoomRights {
        guard case .joined(let rights) = membership else { return self.access.rights(in: room) }
        return rights
    }

    private mutating func obey(_ envelope: CommandEnvelope) -> OnCommand {
        let id = envelope.id
        switch envelope.command {
        // Its rule has refused all but the first one.
        case .hello: return .wait
        case .join(let join): return self.join(join, envelope)
        case .leave(let leave):
            self.set(nil, leave.room)
            return .leave(leave, id: id)
        case .send(let send): return .send(send, id: id)
        case .typing(let typing): return .typing(typing, id: id)
        case .members(let members): return .members(members, id: id)
        case .history(let history): return .history(history, id: id)
        case .rename(let rename):
            guard self.access.grant?.name == nil else { return Self.refuse(envelope, .nameOfToken) }
            return .rename(rename, id: id)
        case .refresh(let refresh):
            guard self.access != .open else { return Self.refuse(envelope, .noTokens) }
            return .refresh(refresh, id: id)
        case .ping: return .pong(id: id)
        case .delete(let delete): return .delete(delete, id: id)
        case .kick, .mute, .unmute, .ban, .unban, .clear, .close, .open, .slow:
            return envelope.command.order.map { .moderate($0, id: id) } ?? .wait
        }
    }

    private mutating func join(_ join: Command.Join, _ envelope: CommandEnvelope) -> OnCommand {
        let isMember = self.rooms[join.room] != nil
        guard isMember || self.rooms.count < self.maximumRooms else {
            return Self.refuse(envelope, .tooManyRooms(self.maximumRooms))
        }
        guard self.turns.isFree else { return self.wait(join, envelope) }
        self.set(.joining, join.room)
        return .join(join, id: envelope.id, isMember: isMember)
    }

    /// A room has one waiting join at most: further commands for it are held.
    private mutating func wait(_ join: Command.Join, _ envelope: CommandEnvelope) -> OnCommand {
        var rights: RoomRights?
        if case .joined(let held) = self.rooms[join.room] { rights = held }
        self.set(.waiting(rights), join.room)
        self.turns.wait(envelope)
        return .wait
    }

    /// Changes what the client is in a room, and counts the joins under way by that.
    private mutating func set(_ membership: Membership?, _ room: RoomName) {
        if case .joining = self.rooms[room] { self.turns.ended() }
        if case .joining = membership { self.turns.began() }
        self.rooms[room] = membership
    }

    private static func refuse(_ envelope: CommandEnvelope, _ error: ProtocolError) -> OnCommand {
        .refuse(CommandRefusal(id: envelope.id, room: envelope.command.room?.rawValue, error))
    }
}

// MARK: - Results from the shell

extension CommandMachine {
    /// The session is open.
    ///
    /// - Parameters:
    ///   - user: Its user.
    ///   - access: What the user may do.
    /// - Returns: The commands that waited for it, for ``resume(_:)`` in this order.
    package mutating func opened(_ user: User, access: Access = .open) -> [CommandEnvelope] {
        self.state = .open(user)
        self.access = access
        return self.held.take { _ in true }
    }

    /// The room is joined, and its member live.
    ///
    /// - Returns: The commands that waited for it, for ``resume(_:)`` in this order; ``takeJoin()`` comes before them.
    package mutating func joined(_ room: RoomName) -> [CommandEnvelope] {
        if self.rooms[room] != nil { self.set(.joined(self.access.rights(in: room)), room) }
        return self.held.take { $0.command.room == room }
    }

    /// The next join whose turn has come, for ``resume(_:)``; there may be more, also when it is refused.
    package mutating func takeJoin() -> CommandEnvelope? {
        guard let envelope = self.turns.next() else { return nil }
        if let room = envelope.command.room, case .waiting(let rights) = self.rooms[room] {
            self.set(rights.map { .joined($0) }, room)
        }
        return envelope
    }

    /// The room could not be joined, or the client was taken out of it.
    ///
    /// - Returns: The commands that waited for it, for ``resume(_:)`` in this order; ``takeJoin()`` comes before them.
    package mutating func expelled(_ room: RoomName) -> [CommandEnvelope] {
        // A join that waits for its turn asks as anybody then, and what waits for it goes on waiting.
        if case .waiting = self.rooms[room] {
            self.set(.waiting(nil), room)
            return []
        }
        self.set(nil, room)
        return self.held.take { $0.command.room == room }
    }

    /// The client goes on with another token.
    ///
    /// - Returns: The rooms that it may not be in any more: take it out of each, and call ``expelled(_:)``.
    package mutating func renewed(_ grant: Grant) -> [RoomName] {
        self.access = .granted(grant)
        var lost: [RoomName] = []
        for (room, membership) in self.rooms {
            let rights = grant.rights(in: room)
            // A join that waits is judged by these when its turn comes.
            if case .waiting(nil) = membership { continue }
            if !rights.contains(.live) { lost.append(room) }
            switch membership {
            case .waiting: self.rooms[room] = .waiting(rights)
            case .joining: break
            case .joined: self.rooms[room] = .joined(rights)
            }
        }
        return lost.sorted()
    }

    /// The user has another name now.
    package mutating func renamed(_ user: User) {
        if case .open = self.state { self.state = .open(user) }
    }
}

extension ProtocolError {
    package static func notJoined(_ room: RoomName) -> Self { .init(.notJoined, "join \(room) first") }
    fileprivate static let noTokens = Self.badCommand("this server needs no tokens")
    package static let nameOfToken = Self(.forbidden, "your name is that of your token")
}
