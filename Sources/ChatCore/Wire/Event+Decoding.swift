extension Event {
    /// Reads an event; nil when there is none of this type.
    init?(_ json: JSONValue, type: ByteString) throws(JSONError) {
        switch type {
        case "welcome": self = .welcome(try Welcome(json))
        case "message": self = .message(try Message(json))
        case "joined": self = .joined(try PresenceChange(json))
        case "left": self = .left(try PresenceChange(json))
        case "renamed": self = .renamed(try PresenceChange(json), oldName: try json.userName("old_name"))
        case "presence":
            self = .presence(
                room: try json.room(),
                memberCount: try json.required("member_count", \.count),
                version: try json.required("presence_version", \.count)
            )
        case "typing":
            self = .typing(
                room: try json.room(),
                user: try json.user("user"),
                active: try json.required("active", \.bool)
            )
        case "gap":
            self = .gap(
                room: try json.room(),
                epoch: try json.epoch(),
                from: try json.required("from", \.count),
                to: try json.required("to", \.count)
            )
        case "reset": self = .reset(room: try json.room(), head: try json.position())
        case "status":
            guard let state = ServerStatus(try json.required("state", \.word)) else { return nil }
            self = .status(state, detail: json["detail"]?.shown ?? "")
        case "closing":
            let code = UInt16(clamping: try json.required("code", \.count))
            self = .closing(
                Disconnect(code: code, reason: json["reason"]?.shown ?? ""),
                reconnectMilliseconds: json["reconnect_ms"]?.count ?? 0
            )
        default: return nil
        }
    }
}

extension Message {
    init(_ json: JSONValue) throws(JSONError) {
        self.init(
            room: try json.room(),
            // What another program published has no place in the log, and no key.
            position: json["seq"] == nil ? nil : try json.position(),
            time: try json.required("time", \.count),
            sender: try json.user("from"),
            text: try json.required("text", \.shown),
            // A kind that is not known yet is shown as what it surely is: a text.
            kind: json["kind"]?.word.flatMap { MessageKind($0) } ?? .text,
            key: json["key"]?.string.flatMap { try? IdempotencyKey($0) }
        )
    }
}

extension PresenceChange {
    fileprivate init(_ json: JSONValue) throws(JSONError) {
        self.init(
            room: try json.room(),
            user: try json.user("user"),
            memberCount: json["member_count"]?.count ?? 0,
            version: try json.required("presence_version", \.count)
        )
    }
}

extension Welcome {
    fileprivate init(_ json: JSONValue) throws(JSONError) {
        guard let session = SessionSecret(try json.required("session", \.string)) else {
            throw JSONError(detail: "session is no secret")
        }
        guard let limits = json["limits"] else { throw JSONError(detail: "limits is missing") }
        self.init(
            user: try json.user("user"),
            session: session,
            resumed: try json.required("resumed", \.bool),
            node: json["node"]?.shown ?? "",
            server: json["server"]?.shown ?? "",
            limits: Limits(
                textBytes: try limits.required("text_bytes", \.count),
                nameCharacters: try limits.required("name_chars", \.count),
                roomCharacters: try limits.required("room_chars", \.count),
                history: try limits.required("history", \.count),
                rooms: try limits.required("rooms", \.count),
                members: try limits.required("members", \.count),
                keySeconds: limits["key_seconds"]?.count
            ),
            pingSeconds: try json.required("ping_seconds", \.count)
        )
    }
}
