extension Command {
    /// `history`: read the messages of a room's log before a number.
    package struct History: CommandForm {
        static let rule = CommandRule.anybody
        static let needs = RoomRights.history

        package var room: RoomName
        package var before: Int?
        package var epoch: Epoch?
        package var limit: Int?

        package init(room: RoomName, before: Int? = nil, epoch: Epoch? = nil, limit: Int? = nil) {
            self.room = room
            self.before = before
            self.epoch = epoch
            self.limit = limit
        }

        init(_ fields: borrowing CommandReader, _ limits: Limits) throws(ProtocolError) {
            if let before = fields.before, before < 0 { throw .badCommand("before is not below 0") }
            if let limit = fields.limit, limit < 1 { throw .badCommand("limit is at least 1") }
            if let epoch = fields.epoch { self.epoch = try CommandReader.epoch(epoch) }
            self.room = try fields.requiredRoom()
            // Every log ends before the largest number that JSON holds exactly.
            self.before = fields.before.map { min($0, CommandID.maximum) }
            self.limit = fields.limit
        }

        func write(to json: inout JSONWriter) {
            if let before { json.field("before", before) }
            if let epoch { json.field("epoch", epoch.rawValue) }
            if let limit { json.field("limit", limit) }
        }
    }
}
