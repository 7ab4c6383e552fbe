/// A member is in a room no longer, and did not leave it (docs/PROTOCOL.md, section 3).
public struct Removal: Hashable, Sendable {
    /// The room.
    public var room: RoomName
    /// Why: ``ProtocolError/Code/forbidden`` when its token does not allow the room any more, or another code.
    public var code: ProtocolError.Code
    /// The reason, for people, in English.
    public var message: String
    /// The time until which it stays out, in milliseconds since the Unix epoch; nil where none is set.
    public var until: Int?
    /// The moderator's own words; nil where there are none.
    public var reason: String?

    /// Puts a removal together.
    public init(room: RoomName, code: ProtocolError.Code, message: String, until: Int? = nil, reason: String? = nil) {
        self.room = room
        self.code = code
        self.message = message
        self.until = until
        self.reason = reason
    }
}

extension Removal {
    init(_ json: JSONValue) throws(JSONError) {
        self.init(
            room: try json.room(),
            code: ProtocolError.Code(try json.required("code", \.shown)),
            message: json["message"]?.shown ?? "",
            until: json["until"]?.count,
            reason: json["reason"]?.shown
        )
    }

    func write(to json: inout JSONWriter) {
        json.field("room", self.room.rawValue)
        json.field("code", self.code.rawValue)
        json.field("message", self.message)
        if let until { json.field("until", until) }
        if let reason { json.field("reason", reason) }
    }
}
