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
    /// - Parameters:
    ///   - text: UTF-8.
    ///   - limits: The limits that its fields must keep.
    /// - Throws: ``CommandRefusal`` with the code `bad_json`, `bad_command`, `unknown_type` or that of a bad name.
    package init(decoding text: ByteBuffer, limits: Limits) throws(CommandRefusal) {
        let fields: Result<CommandFields, JSONError> = text.withUnsafeReadableBytes { bytes in
            do throws(JSONError) { return .success(try CommandFields(bytes)) } catch { return .failure(error) }
        }
        switch fields {
        case .failure(let error): throw CommandRefusal(.badJSON(error.detail))
        case .success(let fields): self = try fields.envelope(limits)
        }
    }
}

/// Every field that some command has, as it stood in the message.
private struct CommandFields {
    var type: String?
    var id: Int?
    var room: String?
    var text: String?
    var key: String?
    var kind: String?
    var name: String?
    var session: String?
    var token: String?
    var active: Bool?
    var cursor: String?
    var before: Int?
    var limit: Int?
    var history: Int?
    var epoch: String?
    var after: (epoch: String, seq: Int)?
    /// The first field that was of another type than it has to be.
    var fault: ProtocolError?

    init(_ bytes: UnsafeRawBufferPointer) throws(JSONError) {
        var reader = JSONReader(bytes)
        guard try reader.peekKind() == .object else { throw JSONError(detail: "it is no object") }
        try reader.readObject { reader, key throws(JSONError) in try self.read(key, &reader) }
        try reader.readEnd()
    }

    private init() {}

    private mutating func read(_ key: String, _ reader: inout JSONReader) throws(JSONError) {
        switch key {
        case "type": self.type = try self.string(key, &reader)
        case "id": try self.readID(&reader)
        case "room": self.room = try self.string(key, &reader)
        case "text": self.text = try self.string(key, &reader)
        case "key": self.key = try self.string(key, &reader)
        case "kind": self.kind = try self.string(key, &reader)
        case "name": self.name = try self.string(key, &reader)
        case "session": self.session = try self.string(key, &reader)
        case "token": self.token = try self.string(key, &reader)
        case "cursor": self.cursor = try self.string(key, &reader)
        case "epoch": self.epoch = try self.string(key, &reader)
        case "active": self.active = try self.bool(key, &reader)
        case "before": self.before = try self.integer(key, &reader)
        case "limit": self.limit = try self.integer(key, &reader)
        case "history": self.history = try self.integer(key, &reader)
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
        var seq: Int?
        try reader.readObject { reader, key throws(JSONError) in
            switch key {
            case "epoch": position.epoch = try position.string("after.epoch", &reader)
            case "seq": seq = try position.integer("after.seq", &reader)
            default: try reader.skipValue()
            }
        }
        guard let epoch = position.epoch, let seq, (0...CommandID.maximum).contains(seq) else {
            return self.refuse("after is an object with epoch and seq")
        }
        self.after = (epoch, seq)
    }

    // A field of the wrong type does not stop the reading: the id may come after it, and the error has to bear it.

    private mutating func string(_ key: String, _ reader: inout JSONReader) throws(JSONError) -> String? {
        let kind = try reader.peekKind()
        if kind == .string { return try reader.readString() }
        if kind != .null { self.refuse("\(key) is a string") }
        try reader.skipValue()
        return nil
    }

    private mutating func integer(_ key: String, _ reader: inout JSONReader) throws(JSONError) -> Int? {
        let kind = try reader.peekKind()
        if kind == .number, let value = try reader.readInteger() { return value }
        if kind != .null { self.refuse("\(key) is a whole number") }
        if kind != .number { try reader.skipValue() }
        return nil
    }

    private mutating func bool(_ key: String, _ reader: inout JSONReader) throws(JSONError) -> Bool? {
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
            // Replies bear normal names; one that is no name is given back as it came.
            let room = self.room.map { name in (try? RoomName(name))?.rawValue ?? name }
            throw CommandRefusal(id: self.id, room: room, error)
        }
    }

    private func command(_ limits: Limits) throws(ProtocolError) -> Command {
        switch self.type {
        case "hello": .hello(try self.hello())
        case "join": .join(.init(room: try self.requiredRoom(), start: try self.replayStart()))
        case "leave": .leave(try self.requiredRoom())
        case "send": .send(try self.send(limits))
        case "typing": .typing(try self.requiredRoom(), active: try self.required(self.active, "active"))
        case "members": .members(try self.requiredRoom(), cursor: self.cursor)
        case "history": .history(try self.historyCommand())
        case "rename": .rename(try UserName(try self.required(self.name, "name")))
        case "ping": .ping
        case nil: throw .badCommand("type is missing")
        case .some(let type): throw ProtocolError(.unknownType, "there is no command \"\(type.prefix(32))\"")
        }
    }

    private func hello() throws(ProtocolError) -> Command.Hello {
        var hello = Command.Hello(token: self.token)
        if let name { hello.name = try UserName(name) }
        // A secret that cannot be one is like one that is not known: a new user, never an error.
        if let session { hello.session = SessionSecret(session) }
        return hello
    }

    private func replayStart() throws(ProtocolError) -> ReplayStart {
        switch (self.after, self.history) {
        case (nil, nil): return .live
        case (nil, let count?):
            guard count >= 0 else { throw .badCommand("history is not below 0") }
            return .last(count)
        case (let after?, nil): return .after(LogPosition(epoch: try Epoch(after.epoch), seq: after.seq))
        case (_?, _?): throw .badCommand("a join has after or history, not both")
        }
    }

    private func send(_ limits: Limits) throws(ProtocolError) -> Command.Send {
        let room = try self.requiredRoom()
        var kind = MessageKind.text
        if let raw = self.kind {
            guard let known = MessageKind(rawValue: raw) else { throw .badCommand("kind is \"text\" or \"action\"") }
            kind = known
        }
        let text = try MessageText(try self.required(self.text, "text"), maximumBytes: limits.textBytes)
        var key: IdempotencyKey?
        if let raw = self.key { key = try IdempotencyKey(raw) }
        return .init(room: room, text: text, kind: kind, key: key)
    }

    private func historyCommand() throws(ProtocolError) -> Command.History {
        if let before, before < 0 { throw .badCommand("before is not below 0") }
        if let limit, limit < 1 { throw .badCommand("limit is at least 1") }
        var epoch: Epoch?
        if let raw = self.epoch { epoch = try Epoch(raw) }
        // Every log ends before the largest number that JSON holds exactly.
        let before = self.before.map { min($0, CommandID.maximum) }
        return .init(room: try self.requiredRoom(), before: before, epoch: epoch, limit: self.limit)
    }

    private func requiredRoom() throws(ProtocolError) -> RoomName {
        try RoomName(try self.required(self.room, "room"))
    }

    private func required<Value>(_ value: Value?, _ name: String) throws(ProtocolError) -> Value {
        guard let value else { throw .badCommand("\(name) is missing") }
        return value
    }
}

/// The rule for a command's `id`.
package enum CommandID {
    /// The largest whole number that every JSON implementation holds exactly.
    package static let maximum = 1 << 53 - 1
}
