package import ChatCore
package import ChatWords

/// The events of a run, as each client saw them on the wire: the judge knows nothing else.
package struct WireHistory: Equatable, Sendable {
    /// One client of the run, over all its connections.
    package struct Client: Equatable, Sendable {
        /// Its actions and observations, in order.
        package var records: [Record] = []
        /// The reason why it could not come back at the end to get missed messages; nil: it could.
        package var trouble: Sentence?
    }

    /// The clients; each is named by its index.
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

    /// The fields that tell one message from another.
    package struct Content: Hashable, Sendable {
        package var sender: UserID
        package var key: IdempotencyKey?
        package var text: String
    }
}
