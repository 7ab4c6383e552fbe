extension Command {
    /// `leave`: stop being a member of a room.
    package struct Leave: CommandForm {
        static let rule = CommandRule.members

        package var room: RoomName

        package init(room: RoomName) { self.room = room }

        init(_ fields: borrowing CommandReader, _ limits: Limits) throws(ProtocolError) {
            self.room = try fields.requiredRoom()
        }

        func write(to json: inout JSONWriter) {}
    }
}
