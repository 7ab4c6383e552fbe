package import NIOCore

/// The form of a message in the log, on the room's channel and on the wire: the same bytes in all three.
///
/// `{"type":"message","room":…,"epoch":…,"seq":…,"time":…` is the head, which the broker writes when it numbers the
/// message; the sender's node writes the tail. A node that delivers reads the place from the head and passes the bytes
/// on.
package enum PublicationCodec {
    /// Everything before the epoch; the same for all messages of a room.
    package static func prefix(_ room: RoomName) -> ByteBuffer {
        var buffer = ByteBuffer(string: #"{"type":"message","room":"#)
        buffer.writeJSONString(room.rawValue)
        buffer.writeStaticString(#","epoch":""#)
        return buffer
    }

    /// The part after the time, with the closing brace.
    package static func tail(
        sender: User,
        text: String,
        kind: MessageKind,
        key: IdempotencyKey?,
        of: Int? = nil
    ) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.reserveCapacity(text.utf8.count + 96)
        buffer.writeJSONString(sender.id.rawValue, after: #","from":{"id":"#)
        buffer.writeJSONString(sender.name.rawValue, after: #","name":"#)
        buffer.writeJSONString(text, after: #"},"text":"#)
        buffer.writeJSONString(kind.rawValue, after: #","kind":"#)
        if let key { buffer.writeJSONString(key.rawValue, after: #","key":"#) }
        if let of {
            buffer.writeStaticString(Self.ofName)
            buffer.writeDecimal(of)
        }
        buffer.writeStaticString("}")
        return buffer
    }

    /// The whole message.
    ///
    /// - Parameters:
    ///   - prefix: The result of ``prefix(_:)`` for the room.
    ///   - position: The place of the message.
    ///   - time: The time, in milliseconds since the Unix epoch.
    ///   - tail: The result of ``tail(sender:text:kind:key:of:)``.
    /// - Returns: The bytes that are stored, published and sent.
    package static func assemble(
        prefix: ByteBuffer,
        position: LogPosition,
        time: Int,
        tail: ByteBuffer
    ) -> ByteBuffer {
        var epoch = position.epoch.rawValue
        var buffer = ByteBuffer()
        buffer.write(atMost: prefix.readableBytes + tail.readableBytes + epoch.utf8.count + 60) { sink in
            prefix.withUnsafeReadableBytes { sink.write($0) }
            epoch.withUTF8 { sink.write(UnsafeRawBufferPointer($0)) }
            sink.write(#"","seq":"#)
            sink.write(decimal: position.seq)
            sink.write(#","time":"#)
            sink.write(decimal: time)
            tail.withUnsafeReadableBytes { sink.write($0) }
        }
        return buffer
    }

    /// Reads the place of a message from its head, without decoding the rest.
    ///
    /// - Parameters:
    ///   - payload: The message.
    ///   - prefix: The result of ``prefix(_:)`` for its room.
    /// - Returns: nil when the payload does not begin like a message of this room.
    package static func position(of payload: ByteBuffer, prefix: ByteBuffer) -> LogPosition? {
        payload.withUnsafeReadableBytes { bytes in
            let start = prefix.readableBytes
            let isOurs = prefix.withUnsafeReadableBytes { ByteScan.has($0, in: bytes, at: 0) }
            guard isOurs, let quote = bytes[start...].prefix(33).firstIndex(of: UInt8(ascii: "\"")),
                let epoch = Epoch(UnsafeRawBufferPointer(rebasing: bytes[start..<quote]))
            else { return nil }
            let separator: StaticString = #"","seq":"#
            guard ByteScan.has(separator, in: bytes, at: quote) else { return nil }
            let digits = quote + separator.utf8CodeUnitCount
            // A number that was cut would be a different number.
            guard let (seq, end) = Self.number(in: bytes, at: digits), seq > 0, bytes[end] == UInt8(ascii: ",") else {
                return nil
            }
            return LogPosition(epoch: epoch, seq: seq, time: Self.time(in: bytes, at: end))
        }
    }

    /// The time whose name begins at an index, as it does right after the number.
    private static func time(in bytes: UnsafeRawBufferPointer, at index: Int) -> Int? {
        let name: StaticString = #","time":"#
        guard ByteScan.has(name, in: bytes, at: index) else { return nil }
        return Self.number(in: bytes, at: index + name.utf8CodeUnitCount)?.value
    }

    /// A number of at most 16 digits that begins at an index, and the index of what comes after it.
    private static func number(in bytes: UnsafeRawBufferPointer, at start: Int) -> (value: Int, end: Int)? {
        var (value, index) = (0, start)
        while index < bytes.count, index <= start + 16 {
            let byte = bytes[index]
            guard (0x30...0x39).contains(byte) else { return index > start ? (value, index) : nil }
            value = value * 10 + Int(byte - 0x30)
            index += 1
        }
        return nil
    }

    /// Reads the time of a message from its head.
    ///
    /// - Parameter payload: The message.
    /// - Returns: Milliseconds since the Unix epoch; nil when there is none at its place.
    package static func time(of payload: ByteBuffer) -> Int? {
        payload.withUnsafeReadableBytes { bytes in
            // No name of a room has a quotation mark, so a match is the field's name.
            let name: StaticString = #","time":"#
            let wanted = UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
            let head = bytes.prefix(512)
            guard
                let found = head.indices.first(where: { head[$0] == wanted[0] && head[$0...].starts(with: wanted) })
            else { return nil }
            return Self.time(in: bytes, at: found)
        }
    }

    /// A message as from ``Event/encoded(id:)``, even one that is in no log.
    static func encode(_ message: Message) -> ByteBuffer {
        let tail = Self.tail(
            sender: message.sender,
            text: message.text,
            kind: message.kind,
            key: message.key,
            of: message.of
        )
        if let position = message.position {
            return Self.assemble(
                prefix: Self.prefix(message.room),
                position: position,
                time: message.time,
                tail: tail
            )
        }
        var buffer = ByteBuffer(string: #"{"type":"message","room":"#)
        buffer.writeJSONString(message.room.rawValue)
        buffer.writeStaticString(#","time":"#)
        buffer.writeDecimal(message.time)
        buffer.writeImmutableBuffer(tail)
        return buffer
    }
}
