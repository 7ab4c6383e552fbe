extension Command {
    /// `delete`: take the text of a message away, for good and for everybody.
    package struct Delete: CommandForm {
        static let rule = CommandRule.anybody
        static let needs = RoomRights.moderate

        package var room: RoomName
        /// The number of the message.
        package var seq: Int
        /// The epoch in which it has this number; nil: the one that the log has.
        package var epoch: Epoch?
        package var reason: Reason

        package init(room: RoomName, seq: Int, epoch: Epoch? = nil, reason: Reason = Reason()) {
            self.room = room
            self.seq = seq
            self.epoch = epoch
            self.reason = reason
        }

        init(_ fields: borrowing CommandReader, _ limits: Limits) throws(ProtocolError) {
            self.room = try fields.requiredRoom()
            self.seq = try fields.requiredSeq()
            self.epoch = try fields.epoch.map { text throws(ProtocolError) in try CommandReader.epoch(text) }
            self.reason = try fields.requiredReason()
        }

        func write(to json: inout JSONWriter) {
            json.field("seq", self.seq)
            if let epoch { json.field("epoch", epoch.rawValue) }
            json.field(self.reason)
        }

        /// What a user asks for by it.
        package func deletion(by user: User) -> Deletion {
            Deletion(room: self.room, seq: self.seq, epoch: self.epoch, user: user)
        }
    }
}
