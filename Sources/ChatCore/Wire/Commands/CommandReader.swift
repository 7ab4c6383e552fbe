/// All fields that any command has, in place in the message: it must not outlive its bytes.
struct CommandReader {
    var type: JSONText?
    var id: Int?
    var room: JSONText?
    var text: JSONText?
    var key: JSONText?
    var kind: JSONText?
    var name: JSONText?
    var session: JSONText?
    var token: JSONText?
    var active: Bool?
    var cursor: JSONText?
    var before: Int?
    var seq: Int?
    var limit: Int?
    var history: Int?
    var user: JSONText?
    var reason: JSONText?
    var seconds: Int?
    var epoch: JSONText?
    var after: (epoch: JSONText, seq: Int, time: Int?)?
    /// The first field of a wrong type.
    var fault: ProtocolError?

    static func reading(_ bytes: UnsafeRawBufferPointer) throws(CommandRefusal) -> CommandReader {
        do throws(JSONError) { return try CommandReader(bytes) } catch {
            throw CommandRefusal(.badJSON(error.detail))
        }
    }

    init(_ bytes: UnsafeRawBufferPointer) throws(JSONError) {
        var reader = JSONReader(bytes)
        guard try reader.peekKind() == .object else { throw JSONError(detail: "it is no object") }
        try reader.readObject { reader, key throws(JSONError) in try self.read(key, &reader) }
        try reader.readEnd()
    }

    private init() {}

    private mutating func read(_ key: JSONText, _ reader: inout JSONReader) throws(JSONError) {
        switch key {
        case "type": self.type = try self.text("type", &reader)
        case "id": try self.readID(&reader)
        case "room": self.room = try self.text("room", &reader)
        case "text": self.text = try self.text("text", &reader)
        case "key": self.key = try self.text("key", &reader)
        case "kind": self.kind = try self.text("kind", &reader)
        case "name": self.name = try self.text("name", &reader)
        case "session": self.session = try self.text("session", &reader)
        case "token": self.token = try self.text("token", &reader)
        case "cursor": self.cursor = try self.text("cursor", &reader)
        case "epoch": self.epoch = try self.text("epoch", &reader)
        case "active": self.active = try self.bool("active", &reader)
        case "seq": self.seq = try self.integer("seq", &reader)
        case "before": self.before = try self.integer("before", &reader)
        case "limit": self.limit = try self.integer("limit", &reader)
        case "history": self.history = try self.integer("history", &reader)
        case "after": try self.readAfter(&reader)
        case "user": self.user = try self.text("user", &reader)
        case "reason": self.reason = try self.text("reason", &reader)
        case "seconds": self.seconds = try self.integer("seconds", &reader)
        default: try reader.skipValue()
        }
    }

    private mutating func readID(_ reader: inout JSONReader) throws(JSONError) {
        guard let id = try self.integer("id", &reader) else { return }
        guard (1...CommandID.maximum).contains(id) else { return self.refuse("id is a whole number, 1 to 2^53-1") }
        self.id = id
    }

    private mutating func readAfter(_ reader: inout JSONReader) throws(JSONError) {
        let kind = try reader.peekKind()
        guard kind == .object else {
            if kind != .null { self.refuse("after is an object with epoch and seq") }
            return try reader.skipValue()
        }
        var position = CommandReader()
        var (seq, time): (Int?, Int?)
        try reader.readObject { reader, key throws(JSONError) in
            switch key {
            case "epoch": position.epoch = try position.text("after.epoch", &reader)
            case "seq": seq = try position.integer("after.seq", &reader)
            // A value that is not a time just proves nothing.
            case "time": time = try position.integer("after.time", &reader)
            default: try reader.skipValue()
            }
        }
        guard let epoch = position.epoch, let seq, (0...CommandID.maximum).contains(seq) else {
            return self.refuse("after is an object with epoch and seq")
        }
        self.after = (epoch, seq, time)
    }

    // A field of the wrong type does not stop the reading: the id may come after it, and the error needs it.

    private mutating func text(_ key: StaticString, _ reader: inout JSONReader) throws(JSONError) -> JSONText? {
        let kind = try reader.peekKind()
        if kind == .string { return try reader.readText() }
        if kind != .null { self.refuse("\(key) is a string") }
        try reader.skipValue()
        return nil
    }

    private mutating func integer(_ key: StaticString, _ reader: inout JSONReader) throws(JSONError) -> Int? {
        let kind = try reader.peekKind()
        if kind == .number, let value = try reader.readInteger() { return value }
        if kind != .null { self.refuse("\(key) is a whole number") }
        if kind != .number { try reader.skipValue() }
        return nil
    }

    private mutating func bool(_ key: StaticString, _ reader: inout JSONReader) throws(JSONError) -> Bool? {
        let kind = try reader.peekKind()
        if kind == .bool { return try reader.readBool() }
        if kind != .null { self.refuse("\(key) is true or false") }
        try reader.skipValue()
        return nil
    }

    private mutating func refuse(_ message: String) {
        if self.fault == nil { self.fault = .badCommand(message) }
    }
}

// MARK: - Functions for commands

extension CommandReader {
    /// The name of the command.
    ///
    /// - Throws: ``ProtocolError`` with the code `bad_command` or `unknown_type`.
    func commandName() throws(ProtocolError) -> Command.Name {
        let type = try Self.required(self.type, "type")
        if let name = Command.Name(type) { return name }
        let shown = String(type.string(atMost: 64).unicodeScalars.prefix(32))
        throw ProtocolError(.unknownType, "there is no command \"\(shown)\"")
    }

    func requiredRoom() throws(ProtocolError) -> RoomName {
        try RoomName(try Self.required(self.room, "room").string(atMost: RoomName.maximumInput))
    }

    /// The number of a message.
    func requiredSeq() throws(ProtocolError) -> Int {
        let seq = try Self.required(self.seq, "seq")
        guard (1...CommandID.maximum).contains(seq) else { throw .badCommand("seq is a whole number, 1 to 2^53-1") }
        return seq
    }

    func requiredUser() throws(ProtocolError) -> UserID {
        let text = try Self.required(self.user, "user")
        guard let id = UserID(checking: text.string(atMost: IdempotencyKey.maximumBytes)) else {
            throw .badCommand("user is the id of a user")
        }
        return id
    }

    func requiredReason() throws(ProtocolError) -> Reason {
        try self.reason.map { text throws(ProtocolError) in try Reason(text.string(atMost: Reason.maximumInput)) }
            ?? Reason()
    }

    /// The seconds for which a ruling holds; nil: until it is lifted.
    func duration() throws(ProtocolError) -> Int? { try RulingFields(seconds: self.seconds).duration() }

    /// The seconds between two things that a member says; 0: any.
    func pause() throws(ProtocolError) -> Int {
        self.seconds == 0 ? 0 : try RulingFields(seconds: self.seconds).pause()
    }

    static func userName(_ text: JSONText) throws(ProtocolError) -> UserName {
        try UserName(text.string(atMost: UserName.maximumInput))
    }

    static func epoch(_ text: JSONText) throws(ProtocolError) -> Epoch {
        try Epoch(text.string(atMost: Epoch.maximumBytes))
    }

    static func required<Value>(_ value: Value?, _ name: StaticString) throws(ProtocolError) -> Value {
        guard let value else { throw .badCommand("\(name) is missing") }
        return value
    }
}

/// Lets a word be a case of a `switch`; bytes are compared.
func ~= (word: StaticString, text: JSONText) -> Bool { text.equals(word) }
