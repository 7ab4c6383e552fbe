extension Command {
    /// `send`: send a message to a room.
    package struct Send: CommandForm {
        static let rule = CommandRule.members
        static let needs = RoomRights.write

        package var room: RoomName
        package var text: MessageText
        package var kind: MessageKind
        /// With it, a message that is sent again is stored once.
        package var key: IdempotencyKey?

        package init(room: RoomName, text: MessageText, kind: MessageKind = .text, key: IdempotencyKey? = nil) {
            self.room = room
            self.text = text
            self.kind = kind
            self.key = key
        }

        init(_ fields: borrowing CommandReader, _ limits: Limits) throws(ProtocolError) {
            self.room = try fields.requiredRoom()
            self.kind = try MessageKind(
                asked: fields.kind.map { ByteString($0.string(atMost: MessageKind.maximumBytes)) }
            )
            let text = try CommandReader.required(fields.text, "text")
            self.text = try MessageText(
                text.string(atMost: MessageText.maximumInput(limits.textBytes)),
                maximumBytes: limits.textBytes
            )
            if let key = fields.key { self.key = try IdempotencyKey(key.string(atMost: IdempotencyKey.maximumBytes)) }
        }

        func write(to json: inout JSONWriter) {
            json.field("text", self.text.rawValue)
            if self.kind != .text { json.field("kind", self.kind.rawValue) }
            if let key { json.field("key", key.rawValue) }
        }
    }
}
