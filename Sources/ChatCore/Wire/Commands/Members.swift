extension Command {
    /// `members`: who is in a room.
    package struct Members: CommandForm {
        static let rule = CommandRule.anybody

        package var room: RoomName
        /// Goes on behind the member whose id it is; nil begins the list.
        package var cursor: String?

        package init(room: RoomName, cursor: String? = nil) {
            self.room = room
            self.cursor = cursor
        }

        init(_ fields: borrowing CommandFields, _ limits: Limits) throws(ProtocolError) {
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
