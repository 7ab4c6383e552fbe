/// What a client asks of the server (docs/PROTOCOL.md, section 2), with every name in it valid already.
package enum Command: Equatable, Sendable {
    case hello(Hello)
    case join(Join)
    case leave(RoomName)
    case send(Send)
    case typing(RoomName, active: Bool)
    case members(RoomName, cursor: String?)
    case history(History)
    case rename(UserName)
    case ping

    package struct Hello: Equatable, Sendable {
        package var name: UserName?
        package var session: SessionSecret?
        package var token: String?

        package init(name: UserName? = nil, session: SessionSecret? = nil, token: String? = nil) {
            self.name = name
            self.session = session
            self.token = token
        }
    }

    package struct Join: Equatable, Sendable {
        package var room: RoomName
        package var start: ReplayStart

        package init(room: RoomName, start: ReplayStart = .live) {
            self.room = room
            self.start = start
        }
    }

    package struct Send: Equatable, Sendable {
        package var room: RoomName
        package var text: MessageText
        package var kind: MessageKind
        package var key: IdempotencyKey?

        package init(room: RoomName, text: MessageText, kind: MessageKind = .text, key: IdempotencyKey? = nil) {
            self.room = room
            self.text = text
            self.kind = kind
            self.key = key
        }
    }

    package struct History: Equatable, Sendable {
        package var room: RoomName
        package var before: Int?
        package var epoch: Epoch?
        package var limit: Int?

        package init(room: RoomName, before: Int? = nil, epoch: Epoch? = nil, limit: Int? = nil) {
            self.room = room
            self.before = before
            self.epoch = epoch
            self.limit = limit
        }
    }
}

extension Command {
    /// The room that the command is about.
    package var room: RoomName? {
        switch self {
        case .join(let join): join.room
        case .send(let send): send.room
        case .history(let history): history.room
        case .leave(let room), .typing(let room, active: _), .members(let room, cursor: _): room
        case .hello, .rename, .ping: nil
        }
    }
}

/// Where a member's view of the log begins.
public enum ReplayStart: Hashable, Sendable {
    /// With the next message.
    case live
    /// With the last messages, so many at most.
    case last(Int)
    /// After a message that the member has: resume.
    case after(LogPosition)
}

/// Whether a message says something or does something.
public enum MessageKind: String, Hashable, Sendable {
    /// What people say.
    case text
    /// What people do: `/me waves`.
    case action

    /// Reads a word of the wire or of a file; nil for one that is not known.
    package init?(_ word: ByteString) {
        switch word {
        case "text": self = .text
        case "action": self = .action
        default: return nil
        }
    }
}

/// A command with the number by which its reply is known.
package struct CommandEnvelope: Equatable, Sendable {
    /// Chosen by the client; 0 stands for the shorthand of the URL; a command without one gets no `ok`.
    package var id: Int?
    package var command: Command

    package init(id: Int?, _ command: Command) {
        self.id = id
        self.command = command
    }
}
