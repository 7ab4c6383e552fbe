package import NIOCore

/// Reads from the bytes of an event what a Server-Sent Event says beside them.
///
/// The bytes are those that every client gets, from this node or from another.
package enum EventPlace {
    /// The longest name of an event.
    private static let maximumName = 32

    /// The value of `type`, which stands first; nil where it does not.
    package static func type(of event: ByteBuffer) -> String? {
        let start = #"{"type":""#
        guard event.readableBytesView.starts(with: start.utf8) else { return nil }
        let name = event.readableBytesView.dropFirst(start.utf8.count).prefix(Self.maximumName + 1)
        guard let end = name.firstIndex(of: UInt8(ascii: "\"")), end > name.startIndex else { return nil }
        let letters = name[..<end]
        guard letters.allSatisfy({ (0x61...0x7A).contains($0) || $0 == 0x5F }) else { return nil }
        return String(decoding: letters, as: UTF8.self)
    }

    /// Where a client stands that has got the event; nil for one that moves nobody.
    ///
    /// After a `message` it is the message's place, after a `gap` that of the last message that is lost, and after a
    /// `reset` it is before the first one of the new log.
    package static func position(after event: ByteBuffer) -> LogPosition? {
        switch self.type(of: event) {
        case "message": PublicationCodec.position(of: event)
        case "gap":
            self.fields(of: event, "to").map { LogPosition(epoch: $0.epoch, seq: $0.seq) }
        case "reset":
            self.fields(of: event, "seq").map { LogPosition(epoch: $0.epoch, seq: 0) }
        default: nil
        }
    }

    private static func fields(of event: ByteBuffer, _ name: String) -> (epoch: Epoch, seq: Int)? {
        guard let json = try? JSONValue(event), let epoch = try? json.epoch(), let seq = json[name]?.count else {
            return nil
        }
        return (epoch, seq)
    }
}

extension PublicationCodec {
    /// Reads the place of a message of any room from its head; nil for one that is in no log.
    static func position(of payload: ByteBuffer) -> LogPosition? {
        let start = #"{"type":"message","room":""#.utf8.count
        // No name of a room has a quotation mark.
        let name = payload.readableBytesView.dropFirst(start).prefix(RoomName.maximumBytes + 1)
        guard let end = name.firstIndex(of: UInt8(ascii: "\"")) else { return nil }
        let length = end - payload.readerIndex + #"","epoch":""#.utf8.count
        guard let prefix = payload.getSlice(at: payload.readerIndex, length: length) else { return nil }
        return Self.position(of: payload, prefix: prefix)
    }
}
