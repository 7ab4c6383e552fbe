internal import DequeModule
package import NIOCore

/// What one connection may do and what comes next: every decision about a command, and no I/O.
///
/// Commands are obeyed in the order in which they came as far as it matters: while the session opens, everything waits;
/// while a room is being joined, what concerns that room waits. Sends, and questions about other rooms, go on.
package struct SessionMachine: Sendable {
    /// The most commands that wait for a session to open or a room to be joined.
    package static let maximumHeld = 256
    /// How many bytes of a message count as one command.
    ///
    /// The longest text that may be sent is two to four of these, whichever way it is escaped: who sends as fast as sends
    /// are allowed never gets there.
    package static let bytesPerCommand = 4096

    /// So many frames without a message count as one error.
    private static let idleFramesOfError = 10

    private enum State {
        case new
        case opening
        case open(User)
    }

    private enum Membership {
        case joining
        case joined
    }

    // Not all of `Limits`, which are 300 bytes: this stands in every connection.
    private let maximumRooms: Int
    private let commandRate: Limits.Rate?
    private var state = State.new
    private var rooms: [RoomName: Membership] = [:]
    private var held: Deque<CommandEnvelope> = []
    private var commands: TokenBucket?
    private var errors: TokenBucket?
    /// Frames without a message that have not been charged yet.
    private var idleFrames: UInt8 = 0

    /// Makes the machine of a connection that has just come.
    package init(limits: Limits, now: ContinuousClock.Instant) {
        self.maximumRooms = limits.rooms
        self.commandRate = limits.commands
        self.commands = limits.commands.map { TokenBucket($0, now: now) }
        self.errors = limits.commands.map { TokenBucket($0, now: now) }
    }

    /// Who the client is; nil until its session is open.
    package var user: User? {
        guard case .open(let user) = self.state else { return nil }
        return user
    }
}

// MARK: - Commands

extension SessionMachine {
    /// What the shell does for a command.
    package enum OnCommand: Equatable, Sendable {
        /// Open the session, then call ``SessionMachine/opened(_:)``. The id is that of the `hello`, if there was one.
        case open(Command.Hello, id: Int?)
        /// Join the room, then call ``SessionMachine/joined(_:)`` or ``SessionMachine/refusedJoin(_:)``.
        case join(Command.Join, id: Int?, isMember: Bool)
        case leave(Command.Leave, id: Int?)
        case send(Command.Send, id: Int?)
        case typing(Command.Typing, id: Int?)
        case members(Command.Members, id: Int?)
        case history(Command.History, id: Int?)
        case rename(Command.Rename, id: Int?)
        case pong(id: Int?)
        /// Tell the client why not.
        case refuse(CommandRefusal)
        /// Part from the client.
        case disconnect(Disconnect)
        /// Nothing now: the command waits for one before it.
        case wait
    }

    /// Frames came that brought no message: pings, pongs and fragments are part of the conversation, a flood of them is not.
    ///
    /// - Parameters:
    ///   - count: How many.
    ///   - now: The time.
    /// - Returns: That the client is parted from, when they were too many.
    package mutating func receiveIdleFrames(_ count: Int, now: ContinuousClock.Instant) -> Disconnect? {
        let frames = count + Int(self.idleFrames)
        self.idleFrames = UInt8(frames % Self.idleFramesOfError)
        let errors = frames / Self.idleFramesOfError
        for _ in 0..<errors where self.errors?.take(now: now) != nil { return .tooManyErrors }
        return nil
    }

    /// A message came.
    ///
    /// It is paid for by its length before anything is read of it: one that comes too fast is refused unread, but for the
    /// fields that its answer bears.
    ///
    /// - Parameters:
    ///   - text: UTF-8.
    ///   - limits: The limits that its fields must keep.
    ///   - now: When it came.
    /// - Returns: What is to be done.
    package mutating func receive(_ text: ByteBuffer, limits: Limits, now: ContinuousClock.Instant) -> OnCommand {
        if let error = self.charge(text.readableBytes, now) {
            return self.refuse(CommandRefusal(text, error), now: now)
        }
        do throws(CommandRefusal) {
            let action = self.decide(try CommandEnvelope(decoding: text, limits: limits))
            guard case .refuse(let refusal) = action else { return action }
            return self.refuse(refusal, now: now)
        } catch {
            return self.refuse(error, now: now)
        }
    }

    /// Counts a message as one command for each ``bytesPerCommand`` that it has, begun ones included.
    ///
    /// - Returns: What the client is told when it was too much.
    private mutating func charge(_ bytes: Int, _ now: ContinuousClock.Instant) -> ProtocolError? {
        guard let rate = self.commandRate else { return nil }
        // One that costs more than a bucket holds would never pass.
        let count = min(max(1, (bytes + Self.bytesPerCommand - 1) / Self.bytesPerCommand), rate.burst)
        guard let wait = self.commands?.take(count, now: now) else { return nil }
        return ProtocolError(
            .rateLimited,
            "a connection gives at most \(rate.perSecond) commands a second",
            retryMilliseconds: wait.inMilliseconds,
            limit: rate.perSecond
        )
    }

    /// A command whose turn has come goes on; it was counted when it came.
    package mutating func resume(_ envelope: CommandEnvelope) -> OnCommand { self.decide(envelope) }

    /// Errors are part of the conversation; a flood of them is not.
    private mutating func refuse(_ refusal: CommandRefusal, now: ContinuousClock.Instant) -> OnCommand {
        self.errors?.take(now: now) == nil ? .refuse(refusal) : .disconnect(.tooManyErrors)
    }

    private mutating func decide(_ envelope: CommandEnvelope) -> OnCommand {
        switch self.state {
        case .new:
            self.state = .opening
            if case .hello(let hello) = envelope.command { return .open(hello, id: envelope.id) }
            self.held.append(envelope)
            return .open(Command.Hello(), id: nil)
        case .opening:
            return self.hold(envelope)
        case .open:
            if let room = envelope.command.room, self.rooms[room] == .joining { return self.hold(envelope) }
            if let breach = self.breach(of: envelope.command.rule, envelope.command) {
                return Self.refuse(envelope, breach)
            }
            return self.obey(envelope)
        }
    }

    private mutating func hold(_ envelope: CommandEnvelope) -> OnCommand {
        guard self.held.count < Self.maximumHeld else {
            return .refuse(
                CommandRefusal(
                    id: envelope.id,
                    room: envelope.command.room?.rawValue,
                    ProtocolError(
                        .rateLimited,
                        "at most \(Self.maximumHeld) commands wait for a room to be joined",
                        retryMilliseconds: 1000,
                        limit: Self.maximumHeld
                    )
                )
            )
        }
        self.held.append(envelope)
        return .wait
    }

    /// Why a command may not be given now; nil when it may.
    private func breach(of rule: CommandRule, _ command: Command) -> ProtocolError? {
        switch rule {
        case .anybody: return nil
        case .first: return .badCommand("hello is the first command or none")
        case .members:
            guard let room = command.room, self.rooms[room] != .joined else { return nil }
            return .notJoined(room)
        }
    }

    private mutating func obey(_ envelope: CommandEnvelope) -> OnCommand {
        let id = envelope.id
        switch envelope.command {
        // Its rule has refused every one but the first.
        case .hello: return .wait
        case .join(let join): return self.join(join, envelope)
        case .leave(let leave):
            self.rooms[leave.room] = nil
            return .leave(leave, id: id)
        case .send(let send): return .send(send, id: id)
        case .typing(let typing): return .typing(typing, id: id)
        case .members(let members): return .members(members, id: id)
        case .history(let history): return .history(history, id: id)
        case .rename(let rename): return .rename(rename, id: id)
        case .ping: return .pong(id: id)
        }
    }

    private mutating func join(_ join: Command.Join, _ envelope: CommandEnvelope) -> OnCommand {
        let isMember = self.rooms[join.room] == .joined
        guard isMember || self.rooms.count < self.maximumRooms else {
            return Self.refuse(envelope, .tooManyRooms(self.maximumRooms))
        }
        self.rooms[join.room] = .joining
        return .join(join, id: envelope.id, isMember: isMember)
    }

    private static func refuse(_ envelope: CommandEnvelope, _ error: ProtocolError) -> OnCommand {
        .refuse(CommandRefusal(id: envelope.id, room: envelope.command.room?.rawValue, error))
    }
}

// MARK: - What the shell has done

extension SessionMachine {
    /// The session is open.
    ///
    /// - Returns: What waited for it, to be given to ``resume(_:)`` in this order.
    package mutating func opened(_ user: User) -> [CommandEnvelope] {
        self.state = .open(user)
        return self.takeHeld { _ in true }
    }

    /// The room is joined, and its member live.
    ///
    /// - Returns: What waited for it, to be given to ``resume(_:)`` in this order.
    package mutating func joined(_ room: RoomName) -> [CommandEnvelope] {
        if self.rooms[room] != nil { self.rooms[room] = .joined }
        return self.takeHeld { $0.command.room == room }
    }

    /// The room could not be joined.
    ///
    /// - Returns: What waited for it, to be given to ``resume(_:)`` in this order.
    package mutating func refusedJoin(_ room: RoomName) -> [CommandEnvelope] {
        self.rooms[room] = nil
        return self.takeHeld { $0.command.room == room }
    }

    /// The user has another name now.
    package mutating func renamed(_ user: User) {
        if case .open = self.state { self.state = .open(user) }
    }

    private mutating func takeHeld(_ isReady: (CommandEnvelope) -> Bool) -> [CommandEnvelope] {
        guard !self.held.isEmpty else { return [] }
        let ready = self.held.filter(isReady)
        self.held.removeAll(where: isReady)
        if self.held.isEmpty { self.held = [] }
        return Array(ready)
    }
}

extension ProtocolError {
    package static func notJoined(_ room: RoomName) -> Self { .init(.notJoined, "join \(room) first") }
}
