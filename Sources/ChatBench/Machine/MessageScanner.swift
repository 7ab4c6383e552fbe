internal import ChatCore
internal import NIOCore

/// Sorts the server's messages for the generator, by a scan of their first bytes, without decoding the rest.
///
/// The server writes `type`, `room`, `epoch` and `seq` of a message first and in this order (docs/PROTOCOL.md, section 9),
/// and the fields of an `ok` as well. A message that does not begin like that is decoded in full by its reader, if
/// necessary.
struct MessageScanner: Sendable {
    /// The result of a scan.
    enum Finding: Equatable, Sendable {
        /// A message of the room, with its number; the token is nil when it is not one of this run.
        case delivery(seq: Int, BenchToken?)
        /// The answer to a send: the command's id and the message's number.
        case receipt(id: Int, seq: Int)
        /// A presence event, which is not measured.
        case presence
        /// Anything else.
        case other
    }

    private let delivery: ByteBuffer
    private let receipt: ByteBuffer

    /// - Parameter room: The room of the client that reads.
    init(room: RoomName) {
        self.delivery = PublicationCodec.prefix(room)
        self.receipt = ByteBuffer(string: #","room":"\#(room.rawValue)","epoch":""#)
    }

    /// Looks at one message.
    func scan(_ bytes: UnsafeRawBufferPointer) -> Finding {
        let isDelivery = self.delivery.withUnsafeReadableBytes { bytes.has($0, at: 0) }
        if isDelivery {
            guard let (seq, end) = Self.seq(bytes, epochAt: self.delivery.readableBytes) else { return .other }
            return .delivery(seq: seq, BenchToken.find(in: bytes, from: end))
        }
        let ok: StaticString = #"{"type":"ok","id":"#
        if bytes.has(ok, at: 0) { return self.receipt(bytes, idAt: ok.utf8CodeUnitCount) }
        let isPresence =
            bytes.has(#"{"type":"joined""#, at: 0) || bytes.has(#"{"type":"presence""#, at: 0)
            || bytes.has(#"{"type":"left""#, at: 0)
        return isPresence ? .presence : .other
    }

    /// The `ok` of a join continues with `recovered`, that of a send with `time`.
    private func receipt(_ bytes: UnsafeRawBufferPointer, idAt start: Int) -> Finding {
        var index = start
        guard let id = bytes.number(at: &index),
            self.receipt.withUnsafeReadableBytes({ bytes.has($0, at: index) }),
            let (seq, end) = Self.seq(bytes, epochAt: index + self.receipt.readableBytes),
            bytes.has(#","time":"#, at: end)
        else { return .other }
        return .receipt(id: id, seq: seq)
    }

    private static func seq(_ bytes: UnsafeRawBufferPointer, epochAt start: Int) -> (seq: Int, end: Int)? {
        let separator: StaticString = #"","seq":"#
        guard let quote = bytes.firstIndex(of: UInt8(ascii: "\""), from: start), bytes.has(separator, at: quote) else {
            return nil
        }
        var index = quote + separator.utf8CodeUnitCount
        return bytes.number(at: &index).map { ($0, index) }
    }
}
