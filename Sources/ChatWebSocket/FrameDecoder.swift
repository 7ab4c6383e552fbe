package import ChatDeflate
package import NIOCore

/// Reads frames strictly (RFC 6455): a state machine over bytes, without I/O.
///
/// Payload is unmasked, joined and checked for UTF-8 as it arrives, so that an invalid message is refused before it is
/// complete. A compressed message (RFC 7692) is joined as it was sent, and inflated and checked when it is whole: so one
/// inflater serves many connections. Nothing is allocated while a connection is idle between messages.
package struct FrameDecoder: Sendable {
    /// The end that reads: a server requires masked frames, a client refuses them.
    package enum Role: Sendable { case server, client }

    private let role: Role
    private let maximumMessageBytes: Int
    private var input = ByteBuffer()
    private var frame: PartialFrame?
    private var message: PartialMessage?
    /// The number of frames that were read without completing a message.
    private var idleFrames = 0

    /// Makes a decoder for one connection.
    ///
    /// - Parameters:
    ///   - role: The end that reads.
    ///   - maximumMessageBytes: The most bytes of a message, over all its fragments; of a compressed one, before and
    ///     after it is inflated.
    package init(role: Role, maximumMessageBytes: Int) {
        self.role = role
        self.maximumMessageBytes = maximumMessageBytes
    }

    /// Takes bytes that were received.
    package mutating func append(_ bytes: consuming ByteBuffer) {
        guard self.input.readableBytes > 0 else { return self.input = bytes }
        self.input.discardReadBytes()
        self.input.writeBuffer(&bytes)
    }

    /// The number of frames since the last call that did not complete a message: control frames, and all fragments but
    /// the last.
    package mutating func takeIdleFrames() -> Int {
        defer { self.idleFrames = 0 }
        return self.idleFrames
    }

    /// The bytes of memory that it holds for what has not ended: for a header, a control frame and a message.
    ///
    /// One byte of input holds the whole buffer with which it was read.
    package var heldBytes: Int {
        (self.input.readableBytes > 0 ? self.input.storageCapacity : 0)
            + (self.frame?.control.readableBytes ?? 0) + (self.message?.bytes.readableBytes ?? 0)
    }

    /// The next whole message or control frame.
    ///
    /// - Parameter inflater: What inflates compressed messages; nil when the ends have not agreed on compression.
    /// - Returns: The message, or nil until more bytes come.
    /// - Throws: ``FrameError``; the connection cannot be used after it.
    package mutating func next(inflater: Inflater? = nil) throws(FrameError) -> WebSocketMessage? {
        while true {
            if self.frame == nil {
                guard let header = try self.readHeader(allowsCompression: inflater != nil) else { break }
                self.frame = header
            }
            guard let message = try self.readPayload(inflater) else {
                if self.frame == nil { continue }  // A fragment ended; its message goes on.
                break
            }
            return message
        }
        if self.input.readableBytes == 0 { self.input = ByteBuffer() }
        return nil
    }
}

/// A frame whose header has been read.
private struct PartialFrame {
    var opcode: Opcode
    var isFinal: Bool
    var remaining: Int
    /// Rotated so that it begins at the next byte; nil for a frame that is not masked.
    var mask: UInt32?
    /// The payload of a control frame; that of a data frame goes into its message.
    var control = ByteBuffer()
}

/// A message whose fragments are being joined.
private struct PartialMessage {
    var isText: Bool
    var isCompressed: Bool
    var bytes = ByteBuffer()
    var utf8 = UTF8Validator()
}

// MARK: - Header

extension FrameDecoder {
    private mutating func readHeader(allowsCompression: Bool) throws(FrameError) -> PartialFrame? {
        var input = self.input
        guard let (first, second) = input.readMultipleIntegers(as: (UInt8, UInt8).self) else { return nil }
        let opcode = try self.opcode(first, allowsCompression: allowsCompression)
        let isFinal = first & 0x80 != 0
        guard (second & 0x80 != 0) == (self.role == .server) else {
            throw .protocolError(self.role == .server ? "a frame was not masked" : "a frame was masked")
        }
        guard let length = try Self.readLength(second & 0x7F, from: &input) else { return nil }
        if opcode.isControl {
            guard isFinal, length <= 125 else { throw .protocolError("a control frame is whole and short") }
        } else {
            try self.begin(opcode, length)
        }
        var mask: UInt32?
        if self.role == .server {
            guard let key = input.readInteger(endianness: .little, as: UInt32.self) else { return nil }
            mask = key
        }
        if self.message == nil, !opcode.isControl {
            self.message = PartialMessage(isText: opcode == .text, isCompressed: first & 0x40 != 0)
        }
        self.input = input
        return PartialFrame(opcode: opcode, isFinal: isFinal, remaining: length, mask: mask)
    }

    /// Reads the first byte; its bit RSV1 marks a compressed message, on the first frame alone (RFC 7692, section 6).
    private func opcode(_ byte: UInt8, allowsCompression: Bool) throws(FrameError) -> Opcode {
        guard byte & (allowsCompression ? 0x30 : 0x70) == 0 else { throw .protocolError("reserved bits are set") }
        guard let opcode = Opcode(rawValue: byte & 0x0F) else { throw .protocolError("unknown opcode") }
        guard byte & 0x40 == 0 || opcode == .text || opcode == .binary else {
            throw .protocolError("only the first frame of a message says that it is compressed")
        }
        return opcode
    }

    private static func readLength(_ short: UInt8, from input: inout ByteBuffer) throws(FrameError) -> Int? {
        switch short {
        case 127:
            guard let length = input.readInteger(as: UInt64.self) else { return nil }
            guard length > UInt16.max, length <= Int.max else { throw .badLength }
            return Int(length)
        case 126:
            guard let length = input.readInteger(as: UInt16.self) else { return nil }
            guard length > 125 else { throw .badLength }
            return Int(length)
        default: return Int(short)
        }
    }

    /// Checks that a data frame is allowed here, and that its message stays within the limit.
    private func begin(_ opcode: Opcode, _ length: Int) throws(FrameError) {
        guard (opcode == .continuation) == (self.message != nil) else {
            throw .protocolError(
                self.message == nil ? "nothing to continue" : "a message began before the last one ended"
            )
        }
        guard length <= self.maximumMessageBytes - (self.message?.bytes.readableBytes ?? 0) else {
            throw .tooBig(self.maximumMessageBytes)
        }
    }
}

// MARK: - Payload

extension FrameDecoder {
    /// Takes the available payload of the current frame; returns the message that it completes.
    private mutating func readPayload(_ inflater: Inflater?) throws(FrameError) -> WebSocketMessage? {
        guard var frame = self.frame else { return nil }
        let count = min(frame.remaining, self.input.readableBytes)
        if frame.opcode.isControl {
            self.take(count, mask: frame.mask, to: &frame.control)
        } else if var message = self.message {
            self.message = nil  // The bytes have one owner while they grow.
            let start = message.bytes.readableBytes
            self.take(count, mask: frame.mask, to: &message.bytes)
            if message.isText, !message.isCompressed {
                let isValid = message.bytes.withUnsafeReadableBytes { message.utf8.feed($0[start...]) }
                guard isValid else { throw .invalidUTF8 }
            }
            self.message = message
        }
        frame.remaining -= count
        frame.mask = frame.mask.map { Masking.turn($0, by: count) }
        guard frame.remaining == 0 else {
            self.frame = frame
            return nil
        }
        self.frame = nil
        if frame.opcode.isControl || !frame.isFinal { self.idleFrames += 1 }
        return frame.opcode.isControl ? try Self.control(frame) : try self.finishMessage(frame, inflater)
    }

    private mutating func take(_ count: Int, mask: UInt32?, to target: inout ByteBuffer) {
        guard count > 0 else { return }
        self.input.readWithUnsafeReadableBytes { bytes in
            let source = UnsafeRawBufferPointer(rebasing: bytes[..<count])
            guard let mask else {
                target.writeBytes(source)
                return count
            }
            target.writeWithUnsafeMutableBytes(minimumWritableBytes: count) {
                Masking.copy(source, to: $0, mask: mask)
                return count
            }
            return count
        }
    }

    private mutating func finishMessage(
        _ frame: PartialFrame,
        _ inflater: Inflater?
    ) throws(FrameError) -> WebSocketMessage? {
        guard frame.isFinal, var message = self.message else { return nil }
        self.message = nil
        if message.isCompressed {
            guard let inflater else { throw .protocolError("a compressed message where none was agreed on") }
            try self.inflate(&message, inflater)
        }
        guard message.isText else { return .binary(message.bytes) }
        guard message.utf8.isComplete else { throw .invalidUTF8 }
        return .text(message.bytes)
    }

    private func inflate(_ message: inout PartialMessage, _ inflater: Inflater) throws(FrameError) {
        do throws(Inflater.Fault) {
            message.bytes = try inflater.inflate(message.bytes, limit: self.maximumMessageBytes)
        } catch {
            throw FrameError(error, limit: self.maximumMessageBytes)
        }
        guard message.isText else { return }
        let isValid = message.bytes.withUnsafeReadableBytes { message.utf8.feed($0[...]) }
        guard isValid else { throw .invalidUTF8 }
    }

    private static func control(_ frame: PartialFrame) throws(FrameError) -> WebSocketMessage {
        var payload = frame.control
        switch frame.opcode {
        case .ping: return .ping(payload)
        case .pong: return .pong(payload)
        case .close, .continuation, .text, .binary:
            guard payload.readableBytes > 0 else { return .close(CloseFrame(code: nil, reason: "")) }
            guard let code = payload.readInteger(as: UInt16.self), CloseFrame.isValid(code) else {
                throw .protocolError("no such close code")
            }
            guard let reason = String(validating: payload.readableBytesView, as: UTF8.self) else {
                throw .invalidUTF8
            }
            return .close(CloseFrame(code: code, reason: reason))
        }
    }
}
