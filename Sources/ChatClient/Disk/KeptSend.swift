public import ChatCore

/// A send that has no answer yet.
public struct KeptSend: Equatable, Sendable {
    /// The room that it is sent to.
    public var room: RoomName
    /// Its text.
    public var text: String
    /// Its kind.
    public var kind: MessageKind
    /// The key that makes every attempt the same send.
    public var key: IdempotencyKey
    /// The time when it was made, in milliseconds since the Unix epoch.
    public var time: Int

    /// Puts a send together.
    public init(room: RoomName, text: String, kind: MessageKind, key: IdempotencyKey, time: Int) {
        self.room = room
        self.text = text
        self.kind = kind
        self.key = key
        self.time = time
    }
}

/// The contents of an outbox when it was opened.
public struct OutboxContents: Equatable, Sendable {
    /// The secret that brings the client back as the user that made the sends.
    public var session: SessionSecret?
    /// The seconds for which the server remembers a key; nil: it has not said so.
    public var keySeconds: Int?
    /// Sends without an answer, in the order in which they were made.
    public var sends: [KeptSend] = []
    /// Sends that are too old to be sent again.
    ///
    /// The server may have stored them and forgotten their keys since. The store does not keep them any longer.
    public var expired: [KeptSend] = []
    /// The number of records that could not be read.
    public var damaged = 0

    /// An empty outbox.
    public init() {}
}
