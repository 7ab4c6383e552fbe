package import ChatCore
package import ChatWords

/// What happened in a run, as each client saw it on the wire: all that the judge knows.
package struct WireHistory: Equatable, Sendable {
    /// One client of the run, over all its connections.
    package struct Client: Equatable, Sendable {
        /// What it did and saw, in order.
        package var records: [Record] = []
        /// Why it could not come back at the end to get what it missed; nil: it could.
        package var trouble: Sentence?
    }

    /// The clients; they are called by their index.
    package var clients: [Client] = []
}

extension WireHistory {
    /// One thing that a client did or saw.
    package enum Record: Equatable, Sendable {
        /// A new connection: the client is in no room there.
        case opened
        /// The connection is gone.
        case closed
        /// An answer to a `join`; `after` is what the client asked for.
        case joined(RoomName, after: LogPosition?, head: LogPosition, recovered: Bool, replay: Int)
        /// An answer to a `leave`.
        case left(RoomName)
        /// A message went out, for the first time or again.
        case sent(RoomName, key: IdempotencyKey, text: String)
        /// An answer to a send: the server says that it has stored the message there.
        case acknowledged(RoomName, key: IdempotencyKey, LogPosition)
        /// A message came in.
        case received(RoomName, LogPosition, Content)
        /// The server says that messages are lost.
        case gap(RoomName, Epoch, from: Int, to: Int)
        /// The server says that a new log began.
        case reset(RoomName, LogPosition)
        /// Something came in that the protocol does not have.
        case garbled
    }

    /// What makes one message different from another.
    package struct Content: Hashable, Sendable {
        package var sender: UserID
        package var key: IdempotencyKey?
        package var text: String
    }
}
