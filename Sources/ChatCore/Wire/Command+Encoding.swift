package import NIOCore

extension CommandEnvelope {
    /// The command as one JSON object, as a client sends it.
    package func encoded() -> ByteBuffer {
        var json = JSONWriter()
        json.field("type", self.command.type)
        if let id { json.field("id", id) }
        if let room = self.command.room { json.field("room", room.rawValue) }
        self.command.writeFields(to: &json)
        return json.finish()
    }
}

extension Command {
    /// The name of the command on the wire.
    package var type: String {
        switch self {
        case .hello: "hello"
        case .join: "join"
        case .leave: "leave"
        case .send: "send"
        case .typing: "typing"
        case .members: "members"
        case .history: "history"
        case .rename: "rename"
        case .ping: "ping"
        }
    }

    /// Writes what the command has besides its type, id and room.
    fileprivate func writeFields(to json: inout JSONWriter) {
        switch self {
        case .hello(let hello):
            if let name = hello.name { json.field("name", name.rawValue) }
            if let session = hello.session { json.field("session", session.rawValue) }
            if let token = hello.token { json.field("token", token) }
        case .join(let join):
            switch join.start {
            case .live: break
            case .last(let count): json.field("history", count)
            case .after(let position):
                json.object("after") {
                    $0.position(position)
                    if let time = position.time { $0.field("time", time) }
                }
            }
        case .send(let send):
            json.field("text", send.text.rawValue)
            if send.kind != .text { json.field("kind", send.kind.rawValue) }
            if let key = send.key { json.field("key", key.rawValue) }
        case .typing(_, let active): json.field("active", active)
        case .members(_, let cursor):
            if let cursor { json.field("cursor", cursor) }
        case .history(let history):
            if let before = history.before { json.field("before", before) }
            if let epoch = history.epoch { json.field("epoch", epoch.rawValue) }
            if let limit = history.limit { json.field("limit", limit) }
        case .rename(let name): json.field("name", name.rawValue)
        case .leave, .ping: break
        }
    }
}
