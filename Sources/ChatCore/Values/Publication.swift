package import NIOCore

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
