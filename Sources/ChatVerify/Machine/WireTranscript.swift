internal import ChatClient
internal import ChatCore

/// Turns the traffic on a client's wire into the records of a history, and knows how far the client is.
///
/// Nothing is left out or corrected: duplicates and holes are recorded as they came.
struct WireTranscript: Sendable {
    /// The client's position in a room, on its present connection.
    private struct Place: Sendable {
        var last: LogPosition
        var head: LogPosition
    }

    private(set) var records: [WireHistory.Record] = []
    /// The number of connections that were made.
    private(set) var connections = 0
    private(set) var sentCount = 0
    private(set) var acknowledgedCount = 0
    private(set) var receivedCount = 0
    private(set) var isWelcome = false
    private var commands: [Int: Command] = [:]
    private var places: [RoomName: Place] = [:]
    private var known: [RoomName: [Epoch: Int]] = [:]

    /// Those of the rooms that the client is not in now.
    func missing(of rooms: [RoomName]) -> [RoomName] { rooms.filter { self.places[$0] == nil } }

    /// Whether the client is in the rooms and has everything that their logs had when it joined.
    func isDrained(in rooms: [RoomName]) -> Bool {
        self.isWelcome
            && rooms.allSatisfy { room in
                guard let place = self.places[room] else { return false }
                return place.last.epoch == place.head.epoch && place.last.seq >= place.head.seq
            }
    }

    /// The client's positions now, and the heads of the logs that they prove.
    var standing: ClientProgress { ClientProgress(positions: self.places.mapValues(\.last), known: self.known) }

    private mutating func noteKnown(_ room: RoomName, _ position: LogPosition) {
        self.known[room, default: [:]][position.epoch, default: 0] =
            max(position.seq, self.known[room]?[position.epoch] ?? 0)
    }

    /// A message passed on the wire.
    mutating func observed(_ observation: WireObservation) {
        switch observation {
        case .opened:
            self.connections += 1
            self.places = [:]
            self.records.append(.opened)
        case .closed:
            self.isWelcome = false
            self.places = [:]
            self.records.append(.closed)
        case .sent(let envelope): self.sent(envelope)
        case .received(.event(let event)): self.received(event)
        case .received(.ok(let fields)): self.answered(fields)
        case .received(.error), .received(.unknown): break
        case .garbled: self.records.append(.garbled)
        }
    }

    private mutating func sent(_ envelope: CommandEnvelope) {
        switch envelope.command {
        case .join, .leave: break
        case .send(let send):
            guard let key = send.key else { return }
            self.sentCount += 1
            self.records.append(.sent(send.room, key: key, text: send.text.rawValue))
        case .hello, .typing, .members, .history, .rename, .refresh, .ping: return
        case .kick, .mute, .unmute, .ban, .unban, .delete, .clear, .close, .open, .slow: return
        }
        if let id = envelope.id { self.commands[id] = envelope.command }
    }

    private mutating func answered(_ fields: ReplyFields) {
        switch self.commands.removeValue(forKey: fields.id) {
        case .join(let join):
            guard let reply = try? fields.joined() else { return self.records.append(.garbled) }
            let after: LogPosition? = if case .after(let position) = join.start { position } else { nil }
            let start = LogPosition(epoch: reply.head.epoch, seq: reply.head.seq - reply.replay)
            self.places[reply.room] = Place(last: after ?? start, head: reply.head)
            self.records.append(
                .joined(
                    reply.room,
                    after: after,
                    head: reply.head,
                    recovered: reply.recovered,
                    replay: reply.replay
                )
            )
        case .leave(let leave):
            self.places[leave.room] = nil
            self.records.append(.left(leave.room))
        case .send(let send):
            guard let key = send.key, let receipt = try? fields.receipt() else { return self.records.append(.garbled) }
            self.acknowledgedCount += 1
            self.noteKnown(send.room, receipt.position)
            self.records.append(.acknowledged(send.room, key: key, receipt.position))
        case .hello, .typing, .members, .history, .rename, .refresh, .ping, nil: return
        case .kick, .mute, .unmute, .ban, .unban, .delete, .clear, .close, .open, .slow: return
        }
    }

    private mutating func received(_ event: Event) {
        switch event {
        case .welcome: self.isWelcome = true
        case .message(let message):
            self.receivedCount += 1
            guard let position = message.position else { return }
            self.places[message.room]?.last = position
            self.noteKnown(message.room, position)
            let content = WireHistory.Content(sender: message.sender.id, key: message.key, text: message.text)
            self.records.append(.received(message.room, position, content))
        case .gap(let room, let epoch, let first, let last):
            self.places[room]?.last = LogPosition(epoch: epoch, seq: last)
            self.records.append(.gap(room, epoch, from: first, to: last))
        case .reset(let room, let head):
            self.places[room]?.last = LogPosition(epoch: head.epoch, seq: 0)
            self.records.append(.reset(room, head))
        case .joined, .left, .renamed, .presence, .typing, .removed, .status, .closing: break
        }
    }
}
