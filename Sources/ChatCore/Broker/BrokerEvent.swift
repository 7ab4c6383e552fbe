package import NIOCore

/// What a broker hands to its subscribers.
package enum BrokerEvent: Sendable {
    /// Something happened in a room.
    case room(RoomName, RoomEvent)
    /// A user has another name now, on every connection.
    case renamed(User)
    /// The broker may have lost some of what it knew of the members of all rooms; it comes before the broker is regained, and
    /// whoever holds some restores them then.
    case presenceIsDoubtful
    /// The broker was lost or regained.
    case status(ServerStatus, detail: String)
}

/// What happens in a room, with the bytes that its members are sent.
package enum RoomEvent: Sendable {
    /// A message of the log.
    case publication(Publication)
    /// A message that another program published; it stands in no log.
    case foreign(ByteBuffer)
    /// A change of who is in the room.
    case presence(PresenceKind, PresenceChange, ByteBuffer)
    /// The room has counted so many changes of its members, and not all of them may have come.
    case presenceIsBehind(version: Int)
    /// The broker has lost some of what it knew of the members: whoever holds some is to restore them.
    case presenceWasLost
    /// A member types or has stopped.
    case typing(UserID, ByteBuffer)
    /// Messages that no subscriber will get.
    case gap(epoch: Epoch, from: Int, to: Int)
    /// The log began anew and has come to this head; all that it keeps follows.
    case reset(head: LogPosition)
}

/// What a change of who is in a room is.
package enum PresenceKind: Sendable {
    case joined
    case left
    case renamed
}

/// A message with its place in the log.
package struct Publication: Sendable, Equatable {
    package var position: LogPosition
    /// The `message` event, exactly as it is stored, published and sent.
    package var payload: ByteBuffer

    package init(position: LogPosition, payload: ByteBuffer) {
        self.position = position
        self.payload = payload
    }
}

/// A message on its way to the broker.
package struct Draft: Sendable {
    package var room: RoomName
    /// To whom the key belongs: nobody can use up another's.
    package var sender: UserID
    package var key: IdempotencyKey?
    /// What ``PublicationCodec/tail(sender:text:kind:key:)`` made.
    package var tail: ByteBuffer

    package init(room: RoomName, sender: UserID, key: IdempotencyKey?, tail: ByteBuffer) {
        self.room = room
        self.sender = sender
        self.key = key
        self.tail = tail
    }
}

/// The word that a message is stored.
public struct Receipt: Sendable, Equatable {
    /// The place that the message has in its room's log.
    public var position: LogPosition
    /// When it was stored, in milliseconds since the Unix epoch.
    public var time: Int
    /// Whether the key had been seen before; position and time are the first one's.
    public var isDuplicate: Bool
    /// How many replicas have it as well; nil where none is asked.
    public var replicas: Int?

    package init(position: LogPosition, time: Int, isDuplicate: Bool, replicas: Int? = nil) {
        self.position = position
        self.time = time
        self.isDuplicate = isDuplicate
        self.replicas = replicas
    }
}

/// Some messages of a room's log, in order and without a hole.
package struct LogPage: Sendable, Equatable {
    /// The most bytes of messages in a page; one message always fits.
    package static let maximumBytes = 256 * 1024

    package var epoch: Epoch
    /// The number of the oldest message that is kept; head + 1 when none is.
    package var first: Int
    /// The number of the newest message that was ever stored.
    package var head: Int
    /// When that one was stored, in milliseconds since the Unix epoch; nil when none was.
    package var headTime: Int?
    package var publications: [Publication]
    /// What the log vouches for beyond what it keeps.
    package var runs: LogRuns

    package init(
        epoch: Epoch,
        first: Int,
        head: Int,
        headTime: Int? = nil,
        publications: [Publication],
        runs: LogRuns = .one
    ) {
        self.epoch = epoch
        self.first = first
        self.head = head
        self.headTime = headTime
        self.publications = publications
        self.runs = runs
    }

    /// The head, with the time that proves it.
    package var headPosition: LogPosition { LogPosition(epoch: self.epoch, seq: self.head, time: self.headTime) }

    /// Whether a position of this epoch was had from this log: not from another that gave out the same numbers.
    ///
    /// - Parameter position: A position that is not above the head.
    /// - Returns: False also when nothing can tell.
    package func proves(_ position: LogPosition) -> Bool {
        if let time = position.time {
            if position.seq == self.head, let headTime { return time == headTime }
            let kept = self.publications.first { $0.position.seq == position.seq }?.position.time
            if let kept { return time == kept }
        }
        return self.runs.vouch(for: position)
    }

    /// Whether the log keeps messages that are older than those of this page.
    package var hasOlder: Bool {
        guard let oldest = self.publications.first else { return false }
        return oldest.position.seq > self.first
    }
}

/// Some rooms, by name.
package struct RoomPage: Sendable, Equatable {
    package var rooms: [RoomSummary]
    /// The name after which the next page goes on; nil when there is none.
    package var cursor: RoomName?

    package init(rooms: [RoomSummary], cursor: RoomName?) {
        self.rooms = rooms
        self.cursor = cursor
    }
}

/// A room as a list shows it.
package struct RoomSummary: Sendable, Equatable {
    package var room: RoomName
    package var memberCount: Int
    package var seq: Int
    /// When the last message was stored, in milliseconds since the Unix epoch; nil when none was.
    package var lastTime: Int?

    package init(room: RoomName, memberCount: Int, seq: Int, lastTime: Int?) {
        self.room = room
        self.memberCount = memberCount
        self.seq = seq
        self.lastTime = lastTime
    }
}

/// Some members of a room, by id.
public struct MemberPage: Sendable, Equatable {
    /// The members.
    public var members: [User]
    /// How many the room has.
    public var count: Int
    /// Where the next page goes on; nil when there is none.
    public var cursor: String?
    /// Counts the changes of the room's members.
    public var version: Int
    /// Whether nobody is missing for all that the broker knows; it may have lost some, who are about to be restored.
    package var isWhole = true

    package init(members: [User], count: Int, cursor: String?, version: Int) {
        self.members = members
        self.count = count
        self.cursor = cursor
        self.version = version
    }

    /// Checks a cursor that a client gives back: lists go on behind the id of a member.
    ///
    /// - Throws: ``ProtocolError`` with the code `bad_command` for what cannot be one.
    package static func checkedCursor(_ raw: String) throws(ProtocolError) -> String {
        guard UserID(checking: raw) != nil else { throw .badCommand("cursor is one that an earlier page gave") }
        return raw
    }
}
