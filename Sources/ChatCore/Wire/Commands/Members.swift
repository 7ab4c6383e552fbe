extension Command {
    /// `members`: list the members of a room.
    package struct Members: CommandForm {
        static let rule = CommandRule.anybody
        static let needs = RoomRights.presence

        package var room: RoomName
        /// The list goes on after the member with this id; nil begins it.
        package var cursor: String?

        package init(room: RoomName, cursor: String? = nil) {
            self.room = room
            self.cursor = cursor
        }

        init(_ fields: borrowing CommandReader, _ limits: Limits) throws(ProtocolError) {
            self.room = try fields.requiredRoom()
            if let cursor = fields.cursor?.string(atMost: IdempotencyKey.maximumBytes) {
                self.cursor = try MemberPage.checkedCursor(cursor)
            }
        }

        func write(to json: inout JSONWriter) {
            if let cursor { json.field("cursor", cursor) }
        }
    }
}
