internal import NIOCore

/// The beginning of a measured text: its due time and its sender.
///
/// `~<due, 16 hex digits>.<sender, 8 hex digits>~`. A receiver finds it by its first byte, which occurs in no field
/// before the text, and need not decode the rest.
struct BenchToken: Equatable, Sendable {
    /// The due time of the message, in nanoseconds of the clock of this process.
    var due: Int
    /// The number of the sender (``BenchPlan/sender(_:)``).
    var sender: Int

    /// The bytes of a token.
    static let count = 27

    private static let mark = UInt8(ascii: "~")
    private static let dot = UInt8(ascii: ".")

    /// Appends the token to a text.
    func write(to buffer: inout ByteBuffer) {
        buffer.writeInteger(Self.mark)
        Self.write(UInt64(truncatingIfNeeded: self.due), digits: 16, to: &buffer)
        buffer.writeInteger(Self.dot)
        Self.write(UInt64(truncatingIfNeeded: self.sender), digits: 8, to: &buffer)
        buffer.writeInteger(Self.mark)
    }

    /// Finds the token of a message; nil when there is none.
    ///
    /// - Parameters:
    ///   - bytes: The message.
    ///   - start: The place where the search begins.
    /// - Returns: The token.
    static func find(in bytes: UnsafeRawBufferPointer, from start: Int) -> BenchToken? {
        guard let mark = bytes.firstIndex(of: Self.mark, from: start), mark + Self.count <= bytes.count,
            bytes[mark + 17] == Self.dot, bytes[mark + Self.count - 1] == Self.mark,
            let due = Self.read(bytes, from: mark + 1, digits: 16),
            let sender = Self.read(bytes, from: mark + 18, digits: 8)
        else { return nil }
        return BenchToken(due: Int(truncatingIfNeeded: due), sender: Int(sender))
    }

    private static func write(_ value: UInt64, digits: Int, to buffer: inout ByteBuffer) {
        for index in (0..<digits).reversed() {
            let digit = UInt8(truncatingIfNeeded: value >> UInt64(4 * index)) & 0xF
            buffer.writeInteger(digit < 10 ? 0x30 + digit : 0x57 + digit)
        }
    }

    private static func read(_ bytes: UnsafeRawBufferPointer, from start: Int, digits: Int) -> UInt64? {
        var value: UInt64 = 0
        for byte in bytes[start..<start + digits] {
            switch byte {
            case 0x30...0x39: value = value << 4 | UInt64(byte - 0x30)
            case 0x61...0x66: value = value << 4 | UInt64(byte - 0x57)
            default: return nil
            }
        }
        return value
    }
}
