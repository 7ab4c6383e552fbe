package import NIOCore

extension Ruling {
    /// Writes its fields.
    package func write(to json: inout JSONWriter) {
        json.field("id", self.id.rawValue)
        json.field("kind", self.matter.kind)
        self.matter.write(to: &json)
        json.field("time", self.issuedAt)
        if let expiresAt { json.field("until", expiresAt) }
        if !self.reason.isEmpty { json.field("reason", self.reason) }
        if !self.issuer.isEmpty { json.field("by", self.issuer) }
        if self.coversAddress { json.field("with_address", true) }
        if let source { json.field("source", source.rawValue) }
    }

    /// The ruling as one JSON object.
    package func encoded() -> ByteBuffer {
        var json = JSONWriter()
        self.write(to: &json)
        return json.finish()
    }

    /// The ruling as the text of one JSON object, for programs that read lines.
    package var json: String { String(buffer: self.encoded()) }

    /// Reads a ruling that a broker or a file kept.
    ///
    /// - Throws: ``ProtocolError`` for a field that is missing or wrong.
    package init(_ json: JSONValue) throws(ProtocolError) {
        guard let kind = json["kind"]?.string else { throw .badCommand("kind is missing") }
        guard let time = json["time"]?.time else { throw .badCommand("time is missing") }
        let matter = try Matter(kind: kind, try RulingFields(json))
        self.init(
            matter,
            issuedAt: time,
            expiresAt: try json.optional("until", "a whole number", \.time),
            reason: try Reason(json["reason"]?.string ?? "").rawValue,
            issuer: try Reason(json["by"]?.string ?? "").rawValue,
            coversAddress: json["with_address"]?.bool ?? false,
            source: json["source"]?.string.flatMap { RulingID(checking: $0) }
        )
    }

    /// Reads the text of one JSON object; nil when it is no ruling that this version knows.
    package init?(decoding bytes: ByteBuffer) {
        guard let json = try? JSONValue(bytes), let ruling = try? Ruling(json) else { return nil }
        self = ruling
    }
}

extension Ruling.Matter {
    /// The word for it on the wire.
    package var kind: String {
        switch self {
        case .ban: "ban"
        case .mute: "mute"
        case .kick: "kick"
        case .revocation: "revocation"
        case .closed: "closed"
        case .slow: "slow"
        case .words: "words"
        case .reserved: "reserved"
        }
    }

    fileprivate init(kind: String, _ fields: RulingFields) throws(ProtocolError) {
        switch ByteString(kind) {
        case "ban": self = .ban(try fields.target(), room: try fields.optionalRoom())
        case "mute": self = .mute(try fields.target(), room: try fields.optionalRoom())
        case "kick":
            self = .kick(try fields.requiredPerson(), room: try fields.requiredRoom())
        case "revocation": self = .revocation(try fields.tokens(before: 0))
        case "closed": self = .closed(try fields.requiredRoom())
        case "slow": self = .slow(try fields.requiredRoom(), seconds: try fields.pause())
        case "words": self = .words(try fields.requiredRoom(), try fields.wordList())
        case "reserved": self = .reserved(try fields.requiredName(), for: try fields.requiredPerson())
        default: throw .badCommand("there is no ruling of this kind")
        }
    }

    fileprivate func write(to json: inout JSONWriter) {
        if let room { json.field("room", room.rawValue) }
        switch self {
        case .ban(.user(let user), _), .mute(.user(let user), _), .kick(let user, _):
            json.field("user", user.rawValue)
        case .ban(.network(let network), _), .mute(.network(let network), _):
            json.field("address", network.description)
        case .revocation(.token(let id)): json.field("token", id.rawValue)
        case .revocation(.user(let user, let before)):
            json.field("user", user.rawValue)
            json.field("before", before)
        case .revocation(.all(let before)): json.field("before", before)
        case .closed: break
        case .slow(_, let seconds): json.field("seconds", seconds)
        case .words(_, let words):
            json.array("words", words)
        case .reserved(let name, let user):
            json.field("name", name.rawValue)
            json.field("user", user.rawValue)
        }
    }
}

extension AuditEntry {
    /// Writes its fields.
    package func write(to json: inout JSONWriter) {
        json.field("time", self.time)
        json.field("by", self.issuer)
        json.field("verb", self.verb)
        if !self.target.isEmpty { json.field("target", self.target) }
        if let room { json.field("room", room.rawValue) }
        if let until { json.field("until", until) }
        if let amount { json.field("amount", amount) }
        if !self.reason.isEmpty { json.field("reason", self.reason) }
    }

    /// The entry as one JSON object.
    package func encoded() -> ByteBuffer {
        var json = JSONWriter()
        self.write(to: &json)
        return json.finish()
    }

    /// The entry as the text of one JSON object, for programs that read lines.
    package var json: String { String(buffer: self.encoded()) }

    /// Reads the text of one JSON object; nil when it is no entry.
    package init?(decoding bytes: ByteBuffer) {
        guard let json = try? JSONValue(bytes) else { return nil }
        self.init(json)
    }

    /// Reads an entry; nil when it is none.
    package init?(_ json: JSONValue) {
        guard let time = json["time"]?.time, let verb = json["verb"]?.string else { return nil }
        self.init(
            time: time,
            issuer: Reason.line(json["by"]?.string ?? ""),
            verb: Reason.line(verb),
            target: Reason.line(json["target"]?.string ?? ""),
            room: (json["room"]?.string).flatMap { try? RoomName($0) },
            until: json["until"]?.time,
            amount: json["amount"]?.time,
            reason: Reason.line(json["reason"]?.string ?? "")
        )
    }
}
