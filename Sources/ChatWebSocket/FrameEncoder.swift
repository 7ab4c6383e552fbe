package import NIOCore

/// Writes frames (RFC 6455, section 5.2).
package enum FrameEncoder {
    /// The most bytes of a header.
    package static let maximumHeader = 14

    /// Appends one whole frame.
    ///
    /// - Parameters:
    ///   - opcode: The type of the frame.
    ///   - payload: Its payload; in a control frame at most 125 bytes.
    ///   - isCompressed: Whether the payload is that of a compressed message (RFC 7692).
    ///   - mask: The key of a frame from a client to a server; nil in the other direction.
    ///   - buffer: The buffer to which it is appended.
    package static func write(
        _ opcode: Opcode,
        _ payload: ByteBuffer,
        isCompressed: Bool = false,
        mask: UInt32? = nil,
        to buffer: inout ByteBuffer
    ) {
        let count = payload.readableBytes
        let first = (isCompressed ? 0xC0 : 0x80) | opcode.rawValue
        let maskBit: UInt8 = mask == nil ? 0 : 0x80
        switch count {
        case ..<126: buffer.writeMultipleIntegers(first, maskBit | UInt8(count))
        case ..<65536: buffer.writeMultipleIntegers(first, maskBit | 126, UInt16(count))
        default: buffer.writeMultipleIntegers(first, maskBit | 127, UInt64(count))
        }
        guard let mask else {
            buffer.writeImmutableBuffer(payload)
            return
        }
        buffer.writeInteger(mask, endianness: .little)
        payload.withUnsafeReadableBytes { source in
            _ = buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { target in
                Masking.copy(source, to: target, mask: mask)
                return count
            }
        }
    }

    /// One whole frame without a mask, in a buffer of its size.
    package static func frame(_ opcode: Opcode, _ payload: ByteBuffer, isCompressed: Bool = false) -> ByteBuffer {
        var frame = ByteBufferAllocator().buffer(capacity: payload.readableBytes + self.maximumHeader)
        self.write(opcode, payload, isCompressed: isCompressed, to: &frame)
        return frame
    }

    /// Appends a close frame.
    ///
    /// - Parameters:
    ///   - frame: Its content; the reason is cut to the 123 bytes that fit.
    ///   - mask: The key of a frame from a client to a server; nil in the other direction.
    ///   - buffer: The buffer to which it is appended.
    package static func writeClose(_ frame: CloseFrame, mask: UInt32? = nil, to buffer: inout ByteBuffer) {
        var payload = ByteBuffer()
        if let code = frame.code {
            payload.writeInteger(code)
            payload.writeSubstring(frame.reason.prefix(bytes: 123))
        }
        self.write(.close, payload, mask: mask, to: &buffer)
    }
}

extension FrameEncoder {
    /// Takes the first of frames that it has written whole, without a mask and not compressed.
    ///
    /// - Parameter frames: The frames; they begin behind it afterwards.
    /// - Returns: Its type and its payload; nil when there is none, and when these are no such frames.
    package static func takeFrame(_ frames: inout ByteBuffer) -> (Opcode, ByteBuffer)? {
        guard let (first, short) = frames.readMultipleIntegers(as: (UInt8, UInt8).self),
            first & 0xF0 == 0x80, let opcode = Opcode(rawValue: first & 0x0F)
        else { return nil }
        let count: Int? =
            switch short {
            case ..<126: Int(short)
            case 126: frames.readInteger(as: UInt16.self).map { Int($0) }
            case 127: frames.readInteger(as: UInt64.self).map { Int(clamping: $0) }
            default: nil  // It is masked.
            }
        return count.flatMap { frames.readSlice(length: $0) }.map { (opcode, $0) }
    }
}

extension String {
    /// The first characters that fit into this many bytes.
    ///
    /// It goes forwards: from the end, each step would look at all flags and joined emoji before it.
    fileprivate func prefix(bytes limit: Int) -> Substring {
        guard self.utf8.count > limit else { return self[...] }
        var end = self.startIndex
        var count = 0
        while end < self.endIndex {
            let next = self.index(after: end)
            count += self.utf8.distance(from: end, to: next)
            guard count <= limit else { break }
            end = next
        }
        return self[..<end]
    }
}

/// The XOR mask over the bytes that clients send (RFC 6455, section 5.3).
enum Masking {
    /// Copies bytes and masks or unmasks them on the way, eight at a time.
    ///
    /// - Parameters:
    ///   - source: The bytes.
    ///   - target: A buffer of at least the same size.
    ///   - mask: The key, its first byte lowest, rotated so that it begins at the first byte of the source.
    static func copy(_ source: UnsafeRawBufferPointer, to target: UnsafeMutableRawBufferPointer, mask: UInt32) {
        let wide = UInt64(mask) | UInt64(mask) << 32
        var offset = 0
        while offset + 8 <= source.count {
            let word = source.loadUnaligned(fromByteOffset: offset, as: UInt64.self).littleEndian ^ wide
            target.storeBytes(of: word.littleEndian, toByteOffset: offset, as: UInt64.self)
            offset += 8
        }
        while offset < source.count {
            target[offset] = source[offset] ^ UInt8(truncatingIfNeeded: mask >> UInt32((offset & 3) * 8))
            offset += 1
        }
    }

    /// The key, rotated so that it continues after this many bytes.
    static func turn(_ mask: UInt32, by count: Int) -> UInt32 {
        let bits = UInt32((count & 3) * 8)
        return bits == 0 ? mask : mask >> bits | mask << (32 - bits)
    }
}
