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
    /// The owner of the key: nobody can use another user's key.
    package var sender: UserID
    package var key: IdempotencyKey?
    /// The result of ``PublicationCodec/tail(sender:text:kind:key:of:)``.
    package var tail: ByteBuffer

    package init(room: RoomName, sender: UserID, key: IdempotencyKey?, tail: ByteBuffer) {
        self.room = room
        self.sender = sender
        self.key = key
        self.tail = tail
    }
}
