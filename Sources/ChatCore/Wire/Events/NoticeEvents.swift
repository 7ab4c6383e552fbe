// Events about the server: `status` and `closing`.
extension Event {
    /// Reads a `status`; nil for an unknown state.
    static func status(_ json: JSONValue) throws(JSONError) -> Event? {
        guard let state = ServerStatus(try json.required("state", \.word)) else { return nil }
        return .status(state, detail: json["detail"]?.shown ?? "")
    }

    static func writeStatus(_ state: ServerStatus, _ detail: String, to json: inout JSONWriter) {
        json.field("state", state.rawValue)
        json.field("detail", detail)
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
