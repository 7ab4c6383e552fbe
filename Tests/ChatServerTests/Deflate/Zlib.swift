import CZlib
import NIOCore
import Testing

/// zlib as another program would use it: the server's own types are what is tested.
enum Zlib {
    /// The payload of a compressed message; with memory of level 1, zlib ends a block after 127 characters.
    static func message(_ text: String, memory: Int32 = 8) throws -> [UInt8] {
        var stream = z_stream()
        let size = Int32(MemoryLayout<z_stream>.size)
        try #require(deflateInit2_(&stream, 9, Z_DEFLATED, -15, memory, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size) == Z_OK)
        defer { deflateEnd(&stream) }
        var output = [UInt8](repeating: 0, count: text.utf8.count + 100)
        let count = Self.run(&stream, Array(text.utf8), &output) { deflate($0, Z_SYNC_FLUSH) }
        try #require(output[..<count].suffix(4) == [0, 0, 0xFF, 0xFF])
        return Array(output[..<(count - 4)])
    }

    /// The text of a compressed message; nil when a reader with this window cannot read it.
    static func text(_ payload: [UInt8], window: Int) -> String? {
        var stream = z_stream()
        guard inflateInit2_(&stream, -Int32(window), ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            return nil
        }
        defer { inflateEnd(&stream) }
        var output = [UInt8](repeating: 0, count: 1 << 20)
        var result = Z_OK
        let count = Self.run(&stream, payload + [0, 0, 0xFF, 0xFF], &output) { stream in
            result = inflate(stream, Z_SYNC_FLUSH)
            return result
        }
        guard result == Z_OK, stream.avail_in == 0 else { return nil }
        return String(validating: output[..<count], as: UTF8.self)
    }

    private static func run(
        _ stream: inout z_stream,
        _ input: [UInt8],
        _ output: inout [UInt8],
        _ work: (UnsafeMutablePointer<z_stream>) -> Int32
    ) -> Int {
        input.withUnsafeBytes { input in
            output.withUnsafeMutableBytes { output in
                stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
                stream.avail_out = UInt32(output.count)
                _ = work(&stream)
                return output.count - Int(stream.avail_out)
            }
        }
    }
}

/// Frames of text messages as they were on the wire.
enum Wire {
    struct Message: Equatable {
        var isCompressed: Bool
        var payload: [UInt8]
    }

    /// All text messages; each is one frame.
    static func messages(_ bytes: ByteBuffer) -> [Message] {
        var bytes = bytes
        var messages: [Message] = []
        while let (first, short) = bytes.readMultipleIntegers(as: (UInt8, UInt8).self) {
            let count =
                switch short {
                case 126: bytes.readInteger(as: UInt16.self).map { Int($0) }
                case 127: bytes.readInteger(as: UInt64.self).map { Int($0) }
                default: Int(short)
                }
            // The last frame may not be whole yet.
            guard let count, let payload = bytes.readBytes(length: count) else { break }
            if first & 0x0F == 1 { messages.append(Message(isCompressed: first & 0x40 != 0, payload: payload)) }
        }
        return messages
    }

    /// A masked frame with any first byte; the key is zero, so that the payload stays as it is.
    static func frame(_ first: UInt8, _ payload: [UInt8]) -> [UInt8] {
        let count = payload.count
        let length: [UInt8] =
            switch count {
            case ..<126: [0x80 | UInt8(count)]
            case ..<65536: [0x80 | 126, UInt8(count >> 8), UInt8(count & 0xFF)]
            default: [0x80 | 127] + (0..<8).reversed().map { UInt8(truncatingIfNeeded: count >> ($0 * 8)) }
            }
        return [first] + length + [0, 0, 0, 0] + payload
    }
}
