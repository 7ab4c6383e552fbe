public import ChatCore

/// A send that has no answer yet.
public struct KeptSend: Equatable, Sendable {
    /// The room that it is sent to.
    public var room: RoomName
    /// What it says.
    public var text: String
    /// Whether it says or does something.
    public var kind: MessageKind
    /// What makes it the same send whenever it is sent.
    public var key: IdempotencyKey
    /// When it was made, in milliseconds since the Unix epoch.
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

/// What an outbox held when it was opened.
public struct OutboxContents: Equatable, Sendable {
    /// What brings the client back as the user who made the sends.
    public var session: SessionSecret?
    /// For how many seconds the server said that it knows a key; nil: it has not said it.
    public var keySeconds: Int?
    /// Sends without an answer, in the order in which they were made.
    public var sends: [KeptSend] = []
    /// Sends that are too old to be sent again.
    ///
    /// The server may have stored them and forgotten their keys since. The store keeps them no longer.
    public var expired: [KeptSend] = []
    /// How many records could not be read.
    public var damaged = 0

    /// An empty outbox.
    public init() {}
}
