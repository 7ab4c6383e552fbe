package import NIOCore

// A deletion is an entry of its own at the end of the log, and takes the deleted message's text out of the log at the
// same moment. Whoever has the message by then takes the text out when the entry comes.
extension PublicationCodec {
    /// The name of the field ``Message/of``, which is the last one.
    static let ofName: StaticString = #","of":"#

    /// The text for clients that do not know the kind.
    private static let deletedText = "This message was deleted."
    /// The text for clients that do not know the kind.
    private static let deletionText = "A message was deleted."

    /// The tail of the entry that tells of a deletion.
    ///
    /// - Parameters:
    ///   - seq: The number of the deleted message.
    ///   - user: Who deleted it.
    /// - Returns: The result of ``tail(sender:text:kind:key:of:)``.
    package static func deletionTail(of seq: Int, by user: User) -> ByteBuffer {
        Self.tail(sender: user, text: Self.deletionText, kind: .deletion, key: nil, of: seq)
    }

    /// The number of the message that an entry deletes; nil for an entry of another kind.
    ///
    /// It looks at the last bytes alone. A quotation mark in a text is escaped, so only the field looks like this; and
    /// nearly every other entry ends with a quotation mark.
    package static func deletedSeq(by payload: ByteBuffer) -> Int? {
        payload.withUnsafeReadableBytes { bytes in
            var index = bytes.count - 2
            guard index > 0, bytes[index + 1] == UInt8(ascii: "}") else { return nil }
            while index > 0, bytes.count - index < 20, (0x30...0x39).contains(bytes[index]) { index -= 1 }
            let start = index + 1
            let name = UnsafeBufferPointer(start: Self.ofName.utf8Start, count: Self.ofName.utf8CodeUnitCount)
            guard start < bytes.count - 1, start >= name.count, bytes[(start - name.count)..<start].elementsEqual(name)
            else { return nil }
            return Int(String(decoding: bytes[start..<(bytes.count - 1)], as: UTF8.self))
        }
    }

    /// A message without its text, in its place.
    ///
    /// - Parameter payload: The message.
    /// - Returns: The bytes that stand in the log from now on; nil if these are not the bytes of a message in a log,
    ///   or those of a deletion.
    package static func deleted(_ payload: ByteBuffer) -> ByteBuffer? {
        guard let json = try? JSONValue(payload), var message = try? Message(json), message.position != nil,
            message.kind != .deletion
        else { return nil }
        message.text = Self.deletedText
        message.kind = .deleted
        message.of = nil
        return Self.encode(message)
    }

    /// Whether two entries of the same number are one message, which may have been deleted in between.
    ///
    /// - Parameters:
    ///   - payload: The entry as it is now.
    ///   - earlier: The entry as it was.
    /// - Returns: Whether they are one message.
    package static func isSame(_ payload: ByteBuffer, _ earlier: ByteBuffer) -> Bool {
        payload == earlier || payload == Self.deleted(earlier)
    }
}
