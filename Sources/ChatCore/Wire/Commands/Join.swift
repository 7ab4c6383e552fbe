extension Command {
    /// `join`: become a member of a room, starting at a place of its log.
    package struct Join: CommandForm {
        static let rule = CommandRule.anybody
        static let needs = RoomRights.live

        package var room: RoomName
        package var start: JoinStart

        package init(room: RoomName, start: JoinStart = .live) {
            self.room = room
            self.start = start
        }

        init(_ fields: borrowing CommandReader, _ limits: Limits) throws(ProtocolError) {
            self.room = try fields.requiredRoom()
            switch (fields.after, fields.history) {
            case (nil, nil): self.start = .live
            case (nil, let count?):
                guard count >= 0 else { throw .badCommand("history is not below 0") }
                self.start = .last(count)
            case (let after?, nil):
                let epoch = try CommandReader.epoch(after.epoch)
                self.start = .after(LogPosition(epoch: epoch, seq: after.seq, time: after.time))
            case (_?, _?): throw .badCommand("a join has after or history, not both")
            }
        }

        func write(to json: inout JSONWriter) {
            switch self.start {
            case .live: break
            case .last(let count): json.field("history", count)
            case .after(let position):
                json.object("after") {
                    $0.position(position)
                    if let time = position.time { $0.field("time", time) }
                }
            }
        }
    }
}
