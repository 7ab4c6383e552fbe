internal import ChatWebSocket

/// A frame of a server, read in place: nothing is copied, since a generator reads millions of them.
///
/// It is as strict as ``FrameDecoder`` about the header, but omits two things that a client needs: text is not checked
/// for UTF-8, and a message in fragments is refused, since no server of `chat.v1` has a reason to send one.
struct WholeFrame: Equatable, Sendable {
    var opcode: Opcode
    /// The place of its payload.
    var payload: Range<Int>

    /// The most bytes of a payload, as for every client.
    static let maximumPayload = 4 << 20

    /// Reads the frame that begins at a place.
    ///
    /// - Returns: nil until all of it is there.
    /// - Throws: `FrameError`; the connection is of no use after it.
    static func read(_ bytes: UnsafeRawBufferPointer, at start: Int) throws(FrameError) -> WholeFrame? {
        guard start + 2 <= bytes.count else { return nil }
        let (first, second) = (bytes[start], bytes[start + 1])
        guard first & 0x70 == 0, let opcode = Opcode(rawValue: first & 0x0F) else {
            throw .protocolError("reserved bits or an unknown opcode")
        }
        guard first & 0x80 != 0, opcode != .continuation else { throw .protocolError("a message in fragments") }
        guard second & 0x80 == 0 else { throw .protocolError("a frame was masked") }
        var body = start + 2
        var length = Int(second)
        if second == 126 {
            guard body + 2 <= bytes.count else { return nil }
            length = Int(UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: body, as: UInt16.self)))
            guard length > 125 else { throw .badLength }
            body += 2
        } else if second == 127 {
            guard body + 8 <= bytes.count else { return nil }
            let wide = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: body, as: UInt64.self))
            guard wide > UInt16.max else { throw .badLength }
            guard wide <= UInt64(Self.maximumPayload) else { throw .tooBig(Self.maximumPayload) }
            length = Int(wide)
            body += 8
        }
        let isControl = opcode == .ping || opcode == .pong || opcode == .close
        guard !isControl || length <= 125 else { throw .protocolError("a control frame is short") }
        guard body + length <= bytes.count else { return nil }
        return WholeFrame(opcode: opcode, payload: body..<body + length)
    }
}
