package import NIOCore

/// One message from a server, as a client understands it.
package enum ServerMessage: Equatable, Sendable {
    /// An event.
    case event(Event)
    /// A command succeeded.
    case ok(ReplyFields)
    /// A command failed, or something else without an id.
    case error(CommandRefusal)
    /// A type that this version does not know: clients ignore it (docs/PROTOCOL.md, section 1).
    case unknown(type: String)
}

extension ServerMessage {
    /// Reads the text of one message.
    ///
    /// - Parameter text: UTF-8.
    /// - Throws: ``JSONError`` when it is not a JSON object, or lacks a field that its type must have.
    package init(decoding text: ByteBuffer) throws(JSONError) {
        let json = try JSONValue(text)
        let type = try json.required("type", \.word)
        switch type {
        case "ok": self = .ok(ReplyFields(id: try json.required("id", \.count), json: json))
        case "error": self = .error(try CommandRefusal(json))
        default:
            guard let name = Event.Name(type), let event = try Event(json, name) else {
                self = .unknown(type: type.rawValue)
                return
            }
            self = .event(event)
        }
    }
}
