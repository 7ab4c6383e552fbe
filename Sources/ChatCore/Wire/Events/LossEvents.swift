// Events for a client that cannot get all messages: `gap` and `reset`.
extension Event {
    static func gap(_ json: JSONValue) throws(JSONError) -> Event {
        .gap(
            room: try json.room(),
            epoch: try json.epoch(),
            from: try json.required("from", \.count),
            to: try json.required("to", \.count)
        )
    }

    static func writeGap(_ room: RoomName, _ epoch: Epoch, _ from: Int, _ last: Int, to json: inout JSONWriter) {
        json.field("room", room.rawValue)
        json.field("epoch", epoch.rawValue)
        json.field("from", from)
        json.field("to", last)
    }

    static func reset(_ json: JSONValue) throws(JSONError) -> Event {
        .reset(room: try json.room(), head: try json.position())
    }

    static func writeReset(_ room: RoomName, _ head: LogPosition, to json: inout JSONWriter) {
        json.field("room", room.rawValue)
        json.position(head)
    }
}
