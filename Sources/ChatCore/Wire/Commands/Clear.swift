extension Command {
    /// `clear`: remove every message of a room.
    package struct Clear: ModeratorCommand {
        package var room: RoomName
        package var reason: Reason

        package init(room: RoomName, reason: Reason = Reason()) {
            self.room = room
            self.reason = reason
        }

        init(_ fields: borrowing CommandReader, _ limits: Limits) throws(ProtocolError) {
            self.room = try fields.requiredRoom()
            self.reason = try fields.requiredReason()
        }

        func write(to json: inout JSONWriter) { json.field(self.reason) }

        package var order: Order { Order(.clear(self.room), reason: self.reason) }
    }
}
