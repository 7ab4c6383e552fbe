package import NIOCore

/// The answer to a command with an id (docs/PROTOCOL.md, section 2).
package enum Reply: Sendable {
    case joined(JoinReply)
    case left(RoomName)
    case sent(RoomName, Receipt)
    case typing(RoomName)
    case members(RoomName, MemberPage)
    case history(RoomName, LogPage)
    case renamed(User)
    case refreshed(tokenSeconds: Int)
    case pong(time: Int)
    /// A moderator's order was carried out; until then it holds, where it does not hold until it is lifted.
    case moderated(Order, until: Int?)
}

/// The answer to a `join`, before its replay.
package struct JoinReply: Sendable {
    package var room: RoomName
    /// The head of the log, with the time of the message there: later messages are live.
    package var head: LogPosition
    /// False announces a `reset` or a `gap`.
    package var recovered: Bool
    /// The number of messages that follow at once.
    package var replay: Int
    package var members: MemberPage

    package init(room: RoomName, head: LogPosition, recovered: Bool, replay: Int, members: MemberPage) {
        self.room = room
        self.head = head
        self.recovered = recovered
        self.replay = replay
        self.members = members
    }
}

extension Reply {
    /// The reply as one JSON object, as it is sent.
    ///
    /// - Parameter id: The id of the command that it answers.
    /// - Returns: The bytes of one message.
    package func encoded(id: Int) -> ByteBuffer {
        var buffer = ByteBuffer()
        self.write(id: id, to: &buffer)
        return buffer
    }

    /// Appends the reply as one JSON object.
    ///
    /// - Parameters:
    ///   - id: The id of the command that it answers.
    ///   - buffer: The buffer; it needs to grow only for a reply that is longer than those before it.
    package func write(id: Int, to buffer: inout ByteBuffer) {
        if case .sent(let room, let receipt) = self { return receipt.write(answering: id, in: room, to: &buffer) }
        buffer.reserveCapacity(minimumWritableBytes: JSONWriter.usualBytes)
        var json = JSONWriter(appendingTo: exchange(&buffer, with: ByteBuffer()))
        json.field("type", "ok")
        json.field("id", id)
        switch self {
        case .joined(let reply):
            json.field("room", reply.room.rawValue)
            json.position(reply.head)
            if let time = reply.head.time { json.field("time", time) }
            json.field("recovered", reply.recovered)
            json.field("replay", reply.replay)
            json.page(reply.members)
        // It is written above.
        case .sent: break
        case .members(let room, let page):
            json.field("room", room.rawValue)
            json.page(page)
        case .history(let room, let page):
            json.field("room", room.rawValue)
            json.page(page)
        case .left(let room), .typing(let room): json.field("room", room.rawValue)
        case .renamed(let user): json.user("user", user)
        case .refreshed(let seconds): json.field("token_seconds", seconds)
        case .pong(let time): json.field("time", time)
        case .moderated(let order, let until): order.write(until, to: &json)
        }
        buffer = json.finish()
    }
}

extension JSONWriter {
    package mutating func fields(of receipt: Receipt) {
        self.position(receipt.position)
        self.field("time", receipt.time)
        self.field("duplicate", receipt.isDuplicate)
        if let replicas = receipt.replicas { self.field("replicas", replicas) }
    }

    package mutating func page(_ page: MemberPage) {
        self.array("members", users: page.members)
        self.field("member_count", page.count)
        if let cursor = page.cursor { self.field("cursor", cursor) }
        self.field("presence_version", page.version)
    }

    package mutating func page(_ page: LogPage) {
        self.field("epoch", page.epoch.rawValue)
        self.array("messages", encoded: page.publications.lazy.map(\.payload))
        self.field("more", page.hasOlder)
    }
}
