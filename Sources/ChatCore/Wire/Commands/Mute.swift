extension Command {
    /// `mute`: let a user say nothing in a room.
    package struct Mute: ModeratorCommand {
        package var room: RoomName
        package var user: UserID
        /// How long it holds; nil: until it is lifted.
        package var seconds: Int?
        package var reason: Reason

        package init(room: RoomName, user: UserID, seconds: Int? = nil, reason: Reason = Reason()) {
            self.room = room
            self.user = user
            self.seconds = seconds
            self.reason = reason
        }

        init(_ fields: borrowing CommandReader, _ limits: Limits) throws(ProtocolError) {
            self.room = try fields.requiredRoom()
            self.user = try fields.requiredUser()
            self.seconds = try fields.duration()
            self.reason = try fields.requiredReason()
        }

        func write(to json: inout JSONWriter) {
            json.field("user", self.user.rawValue)
            if let seconds { json.field("seconds", seconds) }
            json.field(self.reason)
        }

        package var order: Order {
            Order(.put(.mute(.user(self.user), room: self.room)), seconds: self.seconds, reason: self.reason)
        }
    }
}
