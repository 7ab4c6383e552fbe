// Events about the server: `status` and `closing`.
extension Event {
    /// Reads a `status`; nil for an unknown state.
    static func status(_ json: JSONValue) throws(JSONError) -> Event? {
        guard let state = ServerStatus(try json.required("state", \.word)) else { return nil }
        // Without any it concerns the whole server. A name that this version does not take is no room of this client.
        let rooms = json["rooms"]?.array?.compactMap { $0.string.flatMap { try? RoomName($0) } }
        guard rooms?.isEmpty != true else { return nil }
        return .status(state, detail: json["detail"]?.shown ?? "", rooms: rooms ?? [])
    }

    static func writeStatus(_ state: ServerStatus, _ detail: String, _ rooms: [RoomName], to json: inout JSONWriter) {
        json.field("state", state.rawValue)
        json.field("detail", detail)
        if !rooms.isEmpty { json.array("rooms", rooms.map(\.rawValue)) }
    }

    static func closing(_ json: JSONValue) throws(JSONError) -> Event {
        let code = UInt16(clamping: try json.required("code", \.count))
        return .closing(
            Disconnect(code: code, reason: json["reason"]?.shown ?? ""),
            reconnectMilliseconds: json["reconnect_ms"]?.count ?? 0
        )
    }

    static func writeClosing(_ disconnect: Disconnect, _ milliseconds: Int, to json: inout JSONWriter) {
        json.field("code", Int(disconnect.code))
        json.field("reason", disconnect.reason)
        json.field("reconnect_ms", milliseconds)
    }
}
