extension Command {
    /// `slow`: let each member say one thing in some seconds; 0 ends it.
    package struct Slow: ModeratorCommand {
        package var room: RoomName
        /// The seconds between two things that a member says; 0: any.
        package var seconds: Int
        package var reason: Reason

        package init(room: RoomName, seconds: Int, reason: Reason = Reason()) {
            self.room = room
            self.seconds = seconds
            self.reason = reason
        }

        init(_ fields: borrowing CommandReader, _ limits: Limits) throws(ProtocolError) {
            self.room = try fields.requiredRoom()
            self.seconds = try fields.pause()
            self.reason = try fields.requiredReason()
        }

        func write(to json: inout JSONWriter) {
            json.field("seconds", self.seconds)
            json.field(self.reason)
        }

        package var order: Order {
            let isOff = self.seconds == 0
            let act =
                isOff ? Order.Act.lift(.slow(self.room, seconds: 0)) : .put(.slow(self.room, seconds: self.seconds))
            return Order(act, reason: self.reason)
        }
    }
}
