package import NIOCore

/// A command that cannot be obeyed, with what is needed to say so.
package struct CommandRefusal: Error, Equatable, Sendable {
    package var id: Int?
    package var room: String?
    package var error: ProtocolError

    package init(id: Int? = nil, room: String? = nil, _ error: ProtocolError) {
        self.id = id
        self.room = room
        self.error = error
    }
}

extension CommandEnvelope {
    /// Reads a command from the text of one message.
    ///
    /// What it costs grows with the message's length and no faster: keys and words are compared as bytes, and a field becomes
    /// a `String` only where a type checks it.
    ///
    /// - Parameters:
    ///   - text: UTF-8.
    ///   - limits: The limits that its fields must keep.
    /// - Throws: ``CommandRefusal`` with the code `bad_json`, `bad_command`, `unknown_type` or that of a bad name.
    package init(decoding text: ByteBuffer, limits: Limits) throws(CommandRefusal) {
        let result: Result<CommandEnvelope, CommandRefusal> = text.withUnsafeReadableBytes { bytes in
            do throws(CommandRefusal) { return .success(try CommandFields.reading(bytes).envelope(limits)) } catch {
                return .failure(error)
            }
        }
        self = try result.get()
    }
}

extension CommandRefusal {
    /// Refuses a message that is not obeyed whatever it says: of its fields only those are read that the answer bears.
    ///
    /// - Parameters:
    ///   - text: The message.
    ///   - error: What its sender is told.
    package init(_ text: ByteBuffer, _ error: ProtocolError) {
        self = text.withUnsafeReadableBytes { bytes in
            guard let fields = try? CommandFields(bytes) else { return CommandRefusal(error) }
            return fields.refusal(error)
        }
    }
}

/// Every field that some command has, as it stands in the message: it must not outlive its bytes.
private struct CommandFields {
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
    var limit: Int?
    var history: Int?
    var epoch: JSONText?
    var after: (epoch: JSONText, seq: Int, time: Int?)?
    /// The first field that was of another type than it has to be.
    var fault: ProtocolError?

    static func reading(_ bytes: UnsafeRawBufferPointer) throws(CommandRefusal) -> CommandFields {
        do throws(JSONError) { return try CommandFields(bytes) } catch {
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
        case "before": self.before = try self.integer("before", &reader)
        case "limit": self.limit = try self.integer("limit", &reader)
        case "history": self.history = try self.integer("history", &reader)
        case "after": try self.readAfter(&reader)
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
        var position = CommandFields()
        var (seq, time): (Int?, Int?)
        try reader.readObject { reader, key throws(JSONError) in
            switch key {
            case "epoch": position.epoch = try position.text("after.epoch", &reader)
            case "seq": seq = try position.integer("after.seq", &reader)
            // One that is no time proves nothing, and that is all.
            case "time": time = try position.integer("after.time", &reader)
            default: try reader.skipValue()
            }
        }
        guard let epoch = position.epoch, let seq, (0...CommandID.maximum).contains(seq) else {
            return self.refuse("after is an object with epoch and seq")
        }
        self.after = (epoch, seq, time)
    }

    // A field of the wrong type does not stop the reading: the id may come after it, and the error has to bear it.

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

// MARK: - From fields to a command

extension CommandFields {
    func envelope(_ limits: Limits) throws(CommandRefusal) -> CommandEnvelope {
        do throws(ProtocolError) {
            if let fault { throw fault }
            return CommandEnvelope(id: self.id, try self.command(limits))
        } catch {
            throw self.refusal(error)
        }
    }

    /// The answer to a command that is not obeyed: it bears the id and the room of the command.
    func refusal(_ error: ProtocolError) -> CommandRefusal {
        // Replies bear normal names; one that is no name is given back as it came, as far as a name can go.
        let room = self.room.map { $0.string(atMost: RoomName.maximumInput) }
        return CommandRefusal(id: self.id, room: room.map { (try? RoomName($0))?.rawValue ?? $0 }, error)
    }

    private func command(_ limits: Limits) throws(ProtocolError) -> Command {
        switch try self.required(self.type, "type") {
        case "hello": return .hello(try self.hello())
        case "join": return .join(.init(room: try self.requiredRoom(), start: try self.replayStart()))
        case "leave": return .leave(try self.requiredRoom())
        case "send": return .send(try self.send(limits))
        case "typing": return .typing(try self.requiredRoom(), active: try self.required(self.active, "active"))
        case "members": return .members(try self.requiredRoom(), cursor: try self.memberCursor())
        case "history": return .history(try self.historyCommand())
        case "rename": return .rename(try self.userName(try self.required(self.name, "name")))
        case "ping": return .ping
        case let type:
            let shown = String(type.string(atMost: 64).unicodeScalars.prefix(32))
            throw ProtocolError(.unknownType, "there is no command \"\(shown)\"")
        }
    }

    private func hello() throws(ProtocolError) -> Command.Hello {
        var hello = Command.Hello(token: self.token?.string)
        if let name { hello.name = try self.userName(name) }
        // A secret that cannot be one is like one that is not known: a new user, never an error.
        if let session { hello.session = SessionSecret(session.string(atMost: SessionSecret.maximumBytes)) }
        return hello
    }

    private func replayStart() throws(ProtocolError) -> ReplayStart {
        switch (self.after, self.history) {
        case (nil, nil): return .live
        case (nil, let count?):
            guard count >= 0 else { throw .badCommand("history is not below 0") }
            return .last(count)
        case (let after?, nil):
            return .after(LogPosition(epoch: try self.epoch(after.epoch), seq: after.seq, time: after.time))
        case (_?, _?): throw .badCommand("a join has after or history, not both")
        }
    }

    private func send(_ limits: Limits) throws(ProtocolError) -> Command.Send {
        let room = try self.requiredRoom()
        var kind = MessageKind.text
        switch self.kind {
        case nil, "text"?: break
        case "action"?: kind = .action
        case _?: throw .badCommand("kind is \"text\" or \"action\"")
        }
        let raw = try self.required(self.text, "text").string(atMost: MessageText.maximumInput(limits.textBytes))
        let text = try MessageText(raw, maximumBytes: limits.textBytes)
        var key: IdempotencyKey?
        if let raw = self.key { key = try IdempotencyKey(raw.string(atMost: IdempotencyKey.maximumBytes)) }
        return .init(room: room, text: text, kind: kind, key: key)
    }

    private func historyCommand() throws(ProtocolError) -> Command.History {
        if let before, before < 0 { throw .badCommand("before is not below 0") }
        if let limit, limit < 1 { throw .badCommand("limit is at least 1") }
        var epoch: Epoch?
        if let raw = self.epoch { epoch = try self.epoch(raw) }
        // Every log ends before the largest number that JSON holds exactly.
        let before = self.before.map { min($0, CommandID.maximum) }
        return .init(room: try self.requiredRoom(), before: before, epoch: epoch, limit: self.limit)
    }

    private func requiredRoom() throws(ProtocolError) -> RoomName {
        try RoomName(try self.required(self.room, "room").string(atMost: RoomName.maximumInput))
    }

    private func userName(_ text: JSONText) throws(ProtocolError) -> UserName {
        try UserName(text.string(atMost: UserName.maximumInput))
    }

    private func epoch(_ text: JSONText) throws(ProtocolError) -> Epoch {
        try Epoch(text.string(atMost: Epoch.maximumBytes))
    }

    /// Lists of members go on behind the id of a member.
    private func memberCursor() throws(ProtocolError) -> String? {
        guard let cursor = self.cursor?.string(atMost: IdempotencyKey.maximumBytes) else { return nil }
        return try MemberPage.checkedCursor(cursor)
    }

    private func required<Value>(_ value: Value?, _ name: StaticString) throws(ProtocolError) -> Value {
        guard let value else { throw .badCommand("\(name) is missing") }
        return value
    }
}

/// Lets a word be a case of a `switch`; the comparison is that of bytes.
private func ~= (word: StaticString, text: JSONText) -> Bool { text.equals(word) }

/// The rule for a command's `id`.
package enum CommandID {
    /// The largest whole number that every JSON implementation holds exactly.
    package static let maximum = 1 << 53 - 1
}
