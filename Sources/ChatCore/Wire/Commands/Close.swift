extension Command {
    /// `close`: let nobody be in a room.
    package struct Close: ModeratorCommand {
        package var room: RoomName
        /// How long it holds; nil: until it is lifted.
        package var seconds: Int?
        package var reason: Reason

        package init(room: RoomName, seconds: Int? = nil, reason: Reason = Reason()) {
            self.room = room
            self.seconds = seconds
            self.reason = reason
        }

        init(_ fields: borrowing CommandReader, _ limits: Limits) throws(ProtocolError) {
            self.room = try fields.requiredRoom()
            self.seconds = try fields.duration()
            self.reason = try fields.requiredReason()
        }

        func write(to json: inout JSONWriter) {
            if let seconds { json.field("seconds", seconds) }
            json.field(self.reason)
        }

        package var order: Order { Order(.put(.closed(self.room)), seconds: self.seconds, reason: self.reason) }
    }
}
