/// A message as the members of its room get it.
public struct Message: Equatable, Sendable {
    /// The room it was sent to.
    public var room: RoomName
    /// Its place in the room's log; nil for a message that another program published.
    public var position: LogPosition?
    /// The time when the server took it, in milliseconds since the Unix epoch.
    public var time: Int
    /// The sender.
    public var sender: User
    /// Its text.
    public var text: String
    /// Its kind.
    public var kind: MessageKind
    /// The key that its sender gave it.
    public var key: IdempotencyKey?
    /// The number of the message that a ``MessageKind/deletion`` is about; nil for every other kind.
    public var of: Int?

    /// Puts a message together.
    public init(
        room: RoomName,
        position: LogPosition?,
        time: Int,
        sender: User,
        text: String,
        kind: MessageKind,
        key: IdempotencyKey?,
        of: Int? = nil
    ) {
        self.room = room
        self.position = position
        self.time = time
        self.sender = sender
        self.text = text
        self.kind = kind
        self.key = key
        self.of = of
    }
}

extension Message {
    init(_ json: JSONValue) throws(JSONError) {
        self.init(
            room: try json.room(),
            // A message that another program published has no place in the log, and no key.
            position: json["seq"] == nil ? nil : try json.position(),
            time: try json.required("time", \.count),
            sender: try json.user("from"),
            text: try json.required("text", \.shown),
            // An unknown kind is shown as a text.
            kind: json["kind"]?.word.flatMap { MessageKind($0) } ?? .text,
            key: json["key"]?.string.flatMap { try? IdempotencyKey($0) },
            of: json["of"]?.count
        )
    }
}
