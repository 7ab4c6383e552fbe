extension Command {
    /// `unban`: let a banned user in again.
    package struct Unban: ModeratorCommand {
        package var room: RoomName
        package var user: UserID
        package var reason: Reason

        package init(room: RoomName, user: UserID, reason: Reason = Reason()) {
            self.room = room
            self.user = user
            self.reason = reason
        }

        init(_ fields: borrowing CommandReader, _ limits: Limits) throws(ProtocolError) {
            self.room = try fields.requiredRoom()
            self.user = try fields.requiredUser()
            self.reason = try fields.requiredReason()
        }

        func write(to json: inout JSONWriter) {
            json.field("user", self.user.rawValue)
            json.field(self.reason)
        }

        package var order: Order { Order(.lift(.ban(.user(self.user), room: self.room)), reason: self.reason) }
    }
}
