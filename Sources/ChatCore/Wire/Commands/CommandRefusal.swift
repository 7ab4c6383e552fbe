package import NIOCore

/// A command that is refused, with the data for the answer.
package struct CommandRefusal: Error, Equatable, Sendable {
    package var id: Int?
    package var room: String?
    package var error: ProtocolError

    package init(id: Int? = nil, room: String? = nil, _ error: ProtocolError) {
        self.id = id
        self.room = room
        self.error = error
    }

    /// The answer to a refused command, with the id and the room of the command.
    init(_ fields: borrowing CommandReader, _ error: ProtocolError) {
        // Replies contain normalised names; an invalid name is returned unchanged, cut to the length of a name.
        let room = fields.room.map { $0.string(atMost: RoomName.maximumInput) }
        self.init(id: fields.id, room: room.map { (try? RoomName($0))?.rawValue ?? $0 }, error)
    }

    /// Refuses a message whatever it says: only the fields that the answer needs are read.
    ///
    /// - Parameters:
    ///   - text: The message.
    ///   - error: The error for its sender.
    package init(_ text: ByteBuffer, _ error: ProtocolError) {
        self = text.withUnsafeReadableBytes { bytes in
            guard let fields = try? CommandReader(bytes) else { return CommandRefusal(error) }
            return CommandRefusal(fields, error)
        }
    }

    /// The error as one JSON object, as it is sent.
    package func encoded() -> ByteBuffer {
        var json = JSONWriter()
        json.field("type", "error")
        if let id { json.field("id", id) }
        json.fields(of: self.error)
        if let room { json.field("room", room) }
        if let limit = self.error.limit { json.field("limit", limit) }
        return json.finish()
    }

    /// Reads an `error`.
    init(_ json: JSONValue) throws(JSONError) {
        self.init(
            id: json["id"]?.count,
            room: json["room"]?.shown,
            ProtocolError(
                ProtocolError.Code(try json.required("code", \.shown)),
                json["message"]?.shown ?? "",
                retryMilliseconds: json["retry_ms"]?.count,
                limit: json["limit"]?.count,
                until: json["until"]?.count,
                reason: json["reason"]?.shown
            )
        )
    }
}
