extension Command {
    /// `typing`: tell the other members of a room that the user is writing, or has stopped.
    package struct Typing: CommandForm {
        static let rule = CommandRule.members
        static let needs = RoomRights.write

        package var room: RoomName
        package var isActive: Bool

        package init(room: RoomName, isActive: Bool) {
            self.room = room
            self.isActive = isActive
        }

        init(_ fields: borrowing CommandReader, _ limits: Limits) throws(ProtocolError) {
            self.room = try fields.requiredRoom()
            self.isActive = try CommandReader.required(fields.active, "active")
        }

        func write(to json: inout JSONWriter) { json.field("active", self.isActive) }
    }
}
