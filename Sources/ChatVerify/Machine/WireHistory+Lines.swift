internal import ChatCore
internal import NIOCore

extension WireHistory {
    /// The history as text, for finding the cause of a violation: one JSON object on a line for each record, client
    /// after client, each in the order in which it saw them.
    package var lines: [String] {
        self.clients.enumerated().flatMap { client, history in
            history.records.map { record in
                var json = JSONWriter()
                json.field("client", client)
                json.field("record", record.name)
                record.writeFields(to: &json)
                return String(buffer: json.finish())
            }
        }
    }
}

extension WireHistory.Record {
    fileprivate var name: String {
        switch self {
        case .opened: "opened"
        case .closed: "closed"
        case .joined: "joined"
        case .left: "left"
        case .sent: "sent"
        case .acknowledged: "acknowledged"
        case .received: "received"
        case .gap: "gap"
        case .reset: "reset"
        case .garbled: "garbled"
        }
    }

    fileprivate func writeFields(to json: inout JSONWriter) {
        switch self {
        case .opened, .closed, .garbled: break
        case .joined(let room, let after, let head, let recovered, let replay):
            json.field("room", room.rawValue)
            json.position(head)
            if let after {
                json.object("after") {
                    $0.position(after)
                    if let time = after.time { $0.field("time", time) }
                }
            }
            json.field("recovered", recovered)
            json.field("replay", replay)
        case .left(let room): json.field("room", room.rawValue)
        case .sent(let room, let key, let text):
            json.field("room", room.rawValue)
            json.field("key", key.rawValue)
            json.field("text", text)
        case .acknowledged(let room, let key, let position):
            json.field("room", room.rawValue)
            json.position(position)
            if let time = position.time { json.field("time", time) }
            json.field("key", key.rawValue)
        case .received(let room, let position, let content):
            json.field("room", room.rawValue)
            json.position(position)
            if let time = position.time { json.field("time", time) }
            if let key = content.key { json.field("key", key.rawValue) }
            json.field("from", content.sender.rawValue)
            json.field("text", content.text)
        case .gap(let room, let epoch, let first, let last):
            json.field("room", room.rawValue)
            json.field("epoch", epoch.rawValue)
            json.field("from", first)
            json.field("to", last)
        case .reset(let room, let head):
            json.field("room", room.rawValue)
            json.position(head)
        }
    }
}

extension JSONWriter {
    fileprivate mutating func position(_ position: LogPosition) {
        self.field("epoch", position.epoch.rawValue)
        self.field("seq", position.seq)
    }
}
