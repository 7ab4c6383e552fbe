internal import ChatCore
internal import NIOCore

/// Decides how a client does by streams of events and requests what it does by a WebSocket elsewhere
/// (docs/PROTOCOL.md, section 8), without I/O.
///
/// Rooms are joined and left by another stream, which has all of them. Its events count together with those of the one
/// before until it has answered for every room; the client itself passes over what it has got already.
struct StreamLinkMachine {
    /// One stream, in the order in which they were asked for.
    struct StreamNumber: Hashable, Comparable, Sendable {
        fileprivate let rawValue: Int

        static func < (one: Self, other: Self) -> Bool { one.rawValue < other.rawValue }
    }

    /// A stream to ask for.
    struct Request: Equatable, Sendable {
        let number: StreamNumber
        /// Its parameters, as in a query.
        let parameters: String
        let bearer: String?
    }

    private struct Room {
        var place: LogPosition?
        var history: Int?
        /// The first stream whose events count: those of earlier ones are from before the place.
        var first: StreamNumber
        /// The join that waits for its answer.
        var join: Int?
    }

    private struct Stream {
        var isWelcome = false
        /// The rooms for which it has not answered.
        var waiting: Set<RoomName>
    }

    private var hello = Command.Hello()
    private(set) var bearer: String?
    private var rooms: [RoomName: Room] = [:]
    private var streams: [StreamNumber: Stream] = [:]
    private var lastNumber = 0
    private var wasWelcome = false
    /// The token that is to be taken, by its command.
    private var refresh: Int?
    /// The server's last words.
    private(set) var closing: Disconnect?
}

// MARK: - Commands

extension StreamLinkMachine {
    /// The shell's step for a command.
    enum OnCommand: Equatable, Sendable {
        /// Ask for another stream (``nextRequest()``), and let it take the place of those before.
        case open
        /// The same, and this is the answer to the command.
        case openAnswering(ServerMessage)
        /// Send it by a request.
        case post
    }

    /// The client gives a command.
    mutating func command(_ envelope: CommandEnvelope) -> OnCommand {
        switch envelope.command {
        case .hello(let hello):
            self.hello = hello
            self.bearer = hello.token ?? hello.session?.rawValue
            return .open
        case .join(let join):
            var room = Room(first: StreamNumber(rawValue: self.lastNumber + 1), join: envelope.id)
            switch join.start {
            case .live: break
            case .last(let count): room.history = count
            case .after(let position): room.place = position
            }
            self.rooms[join.room] = room
            return .open
        case .leave(let leave):
            self.rooms[leave.room] = nil
            return envelope.id.flatMap { Self.ok($0) }.map { .openAnswering($0) } ?? .open
        case .refresh(let refresh):
            self.bearer = refresh.token
            self.refresh = envelope.id
            return .open
        case .send, .typing, .members, .history, .rename, .ping, .kick, .mute, .unmute, .ban, .unban, .delete, .clear,
            .close, .open, .slow:
            return .post
        }
    }

    /// The next stream, with what the client wants by now.
    mutating func nextRequest() -> Request {
        self.lastNumber += 1
        let number = StreamNumber(rawValue: self.lastNumber)
        self.streams[number] = Stream(waiting: Set(self.rooms.keys))
        var fields: [String] = []
        if !self.wasWelcome, let name = self.hello.name {
            fields.append("name=" + PercentEncoding.encode(name.rawValue))
        }
        var history = 0
        for (name, room) in self.rooms.sorted(by: { $0.key < $1.key }) {
            fields.append("room=" + PercentEncoding.encode(name.rawValue))
            if let place = room.place {
                fields.append("after=" + place.eventID)
            } else {
                history = max(history, room.history ?? 0)
            }
        }
        if history > 0 { fields.append("history=\(history)") }
        return Request(number: number, parameters: fields.joined(separator: "&"), bearer: self.bearer)
    }

    private static func ok(_ id: Int, _ more: String = "") -> ServerMessage? {
        try? ServerMessage(decoding: ByteBuffer(string: #"{"type":"ok","id":\#(id)\#(more)}"#))
    }
}

// MARK: - Events

extension StreamLinkMachine {
    /// Whether a stream has taken the place of those before: it has answered for every room.
    func isSettled(_ number: StreamNumber) -> Bool {
        guard let stream = self.streams[number] else { return true }
        return stream.isWelcome && stream.waiting.isEmpty
    }

    /// A stream has taken the place of those before.
    ///
    /// - Returns: Those, which are to be ended.
    mutating func settled(_ number: StreamNumber) -> [StreamNumber] {
        let old = self.streams.keys.filter { $0 < number }
        for stream in old { self.streams[stream] = nil }
        return old
    }

    /// Whether the end of a stream is the end of the connection.
    func isNeeded(_ number: StreamNumber) -> Bool { self.streams[number] != nil }

    /// What becomes of an event.
    enum OnEvent: Equatable, Sendable {
        /// It is for the client.
        case deliver(ServerMessage)
        /// The client knows it, or need not.
        case drop
        /// A room could not be joined again: the connection ends, and the next one asks anew.
        case fail(ProtocolError)
    }

    /// An event came.
    mutating func received(_ message: ServerMessage, from number: StreamNumber) -> OnEvent {
        guard self.streams[number] != nil else { return .drop }
        switch message {
        case .event(.welcome(let welcome)): return self.welcomed(welcome, number)
        case .ok(let fields):
            guard let reply = try? fields.joined() else { return .drop }
            return self.answered(reply, fields, number)
        case .error(let refusal):
            guard refusal.id == 0 else { return .deliver(message) }
            return self.refused(refusal, number)
        case .event(let event): return self.happened(event, number)
        case .unknown: return .deliver(message)
        }
    }

    private mutating func welcomed(_ welcome: Welcome, _ number: StreamNumber) -> OnEvent {
        self.streams[number]?.isWelcome = true
        if welcome.tokenSeconds == nil { self.bearer = welcome.session.rawValue }
        guard self.wasWelcome else {
            self.wasWelcome = true
            return .deliver(.event(.welcome(welcome)))
        }
        guard let id = self.refresh.take() else { return .drop }
        return Self.ok(id, #","token_seconds":\#(welcome.tokenSeconds ?? 0)"#).map { .deliver($0) } ?? .drop
    }

    private mutating func answered(_ reply: JoinReply, _ fields: ReplyFields, _ number: StreamNumber) -> OnEvent {
        self.streams[number]?.waiting.remove(reply.room)
        guard let room = self.rooms[reply.room], number >= room.first else { return .drop }
        if room.place == nil {
            let isHead = reply.replay == 0
            let seq = max(0, reply.head.seq - reply.replay)
            let place = LogPosition(epoch: reply.head.epoch, seq: seq, time: isHead ? reply.head.time : nil)
            self.rooms[reply.room]?.place = place
        }
        self.rooms[reply.room]?.join = nil
        guard let id = room.join else { return .drop }
        var fields = fields
        fields.id = id
        return .deliver(.ok(fields))
    }

    private mutating func refused(_ refusal: CommandRefusal, _ number: StreamNumber) -> OnEvent {
        guard let name = refusal.room.flatMap({ try? RoomName($0) }) else {
            // There are more rooms than a client may have: for some no answer comes.
            self.streams[number]?.waiting = []
            return .deliver(.error(CommandRefusal(refusal.error)))
        }
        self.streams[number]?.waiting.remove(name)
        guard let room = self.rooms[name], number >= room.first else { return .drop }
        self.rooms[name] = nil
        guard let id = room.join else { return .fail(refusal.error) }
        return .deliver(.error(CommandRefusal(id: id, room: refusal.room, refusal.error)))
    }

    private mutating func happened(_ event: Event, _ number: StreamNumber) -> OnEvent {
        switch event {
        case .closing(let disconnect, reconnectMilliseconds: _): self.closing = disconnect
        case .removed(let removal): self.rooms[removal.room] = nil
        case .message(let message):
            guard self.counts(message.room, number) else { return .drop }
            if let position = message.position { self.move(message.room, to: position) }
        case .gap(let room, let epoch, from: _, let last):
            guard self.counts(room, number) else { return .drop }
            self.move(room, to: LogPosition(epoch: epoch, seq: last))
        case .reset(let room, let head):
            guard self.counts(room, number) else { return .drop }
            self.rooms[room]?.place = LogPosition(epoch: head.epoch, seq: 0)
        case .welcome, .joined, .left, .renamed, .presence, .typing, .status: break
        }
        return .deliver(.event(event))
    }

    private func counts(_ room: RoomName, _ number: StreamNumber) -> Bool {
        guard let known = self.rooms[room] else { return false }
        return number >= known.first
    }

    /// Of two streams, the one that lags behind moves nobody back.
    private mutating func move(_ room: RoomName, to position: LogPosition) {
        if let place = self.rooms[room]?.place, place.epoch == position.epoch, place.seq >= position.seq { return }
        self.rooms[room]?.place = position
    }
}
