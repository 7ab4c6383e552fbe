import NIOCore
import Testing

@testable import ChatWebSocket

/// Frames written by hand, so that the reader is not tested by the writer.
enum Frames {
    /// How the length of a payload is written.
    enum Form: Sendable, CaseIterable { case short, medium, long }

    static let mask: [UInt8] = [0x12, 0xA4, 0x00, 0xFF]

    /// One frame.
    static func frame(
        _ first: UInt8,
        _ payload: [UInt8] = [],
        masked: Bool = true,
        form: Form? = nil
    ) -> [UInt8] {
        let count = payload.count
        let form = form ?? (count < 126 ? .short : count < 65536 ? .medium : .long)
        return Self.header(first, length: UInt64(count), form: form, masked: masked)
            + (masked ? payload.enumerated().map { $1 ^ Self.mask[$0 % 4] } : payload)
    }

    /// A header, with the key if it has one, and nothing after it.
    static func header(_ first: UInt8, length: UInt64, form: Form, masked: Bool = true) -> [UInt8] {
        let bit: UInt8 = masked ? 0x80 : 0
        var bytes = [first]
        switch form {
        case .short: bytes.append(bit | UInt8(length))
        case .medium: bytes += [bit | 126] + Self.bigEndian(length, 2)
        case .long: bytes += [bit | 127] + Self.bigEndian(length, 8)
        }
        return masked ? bytes + Self.mask : bytes
    }

    private static func bigEndian(_ value: UInt64, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64((count - 1 - $0) * 8)) }
    }

    static func text(_ text: String, masked: Bool = true) -> [UInt8] {
        Self.frame(0x81, Array(text.utf8), masked: masked)
    }
}

extension FrameDecoder {
    /// Takes bytes, and gives all that they complete.
    mutating func feed(_ bytes: some Sequence<UInt8>) throws(FrameError) -> [WebSocketMessage] {
        self.append(ByteBuffer(bytes: bytes))
        var messages: [WebSocketMessage] = []
        while let message = try self.next() { messages.append(message) }
        return messages
    }

    /// Reads all bytes at once with a reader of its own.
    static func read(
        _ bytes: [UInt8],
        role: Role = .server,
        limit: Int = 1 << 20
    ) throws(FrameError) -> [WebSocketMessage] {
        var decoder = FrameDecoder(role: role, maximumMessageBytes: limit)
        return try decoder.feed(bytes)
    }

    /// The close code by which bytes are refused; nil when they are not.
    static func refusal(of bytes: [UInt8], role: Role = .server, limit: Int = 1 << 20) -> UInt16? {
        do {
            _ = try Self.read(bytes, role: role, limit: limit)
            return nil
        } catch {
            #expect(error.reason.utf8.count <= 123)
            return error.closeCode
        }
    }
}

extension WebSocketMessage {
    static func text(_ text: String) -> Self { .text(ByteBuffer(string: text)) }

    static func binary(_ bytes: [UInt8]) -> Self { .binary(ByteBuffer(bytes: bytes)) }

    static func ping(_ text: String) -> Self { .ping(ByteBuffer(string: text)) }

    static func pong(_ text: String) -> Self { .pong(ByteBuffer(string: text)) }
}
