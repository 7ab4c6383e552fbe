/// Checks UTF-8 that comes in pieces (Unicode, table 3-7), and finds a fault at the byte where it is.
struct UTF8Validator: Sendable {
    /// The number of continuation bytes that the current character still needs.
    private var needed: UInt8 = 0
    /// The allowed range of the next continuation byte: narrower than 80…BF after E0, ED, F0 and F4.
    private var lower: UInt8 = 0x80
    private var upper: UInt8 = 0xBF

    /// Whether the input so far does not end within a character.
    var isComplete: Bool { self.needed == 0 }

    /// Takes the next piece.
    ///
    /// - Returns: Whether all of it can be part of valid UTF-8.
    mutating func feed(_ slice: Slice<UnsafeRawBufferPointer>) -> Bool {
        let bytes = UnsafeRawBufferPointer(rebasing: slice)
        var offset = 0
        while offset < bytes.count {
            if self.needed == 0 {
                offset = Self.skipASCII(bytes, from: offset)
                guard offset < bytes.count else { break }
            }
            guard self.accept(bytes[offset]) else { return false }
            offset += 1
        }
        return true
    }

    private static func skipASCII(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        var offset = start
        while offset + 8 <= bytes.count,
            bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
        {
            offset += 8
        }
        while offset < bytes.count, bytes[offset] < 0x80 { offset += 1 }
        return offset
    }

    private mutating func accept(_ byte: UInt8) -> Bool {
        if self.needed > 0 {
            guard self.lower <= byte, byte <= self.upper else { return false }
            self.needed -= 1
            self.expect(0x80, 0xBF)
            return true
        }
        switch byte {
        case ..<0x80: break
        case 0xC2...0xDF: self.needed = 1
        case 0xE0...0xEF:
            self.needed = 2
            if byte == 0xE0 { self.expect(0xA0, 0xBF) } else if byte == 0xED { self.expect(0x80, 0x9F) }
        case 0xF0...0xF4:
            self.needed = 3
            if byte == 0xF0 { self.expect(0x90, 0xBF) } else if byte == 0xF4 { self.expect(0x80, 0x8F) }
        default: return false
        }
        return true
    }

    private mutating func expect(_ lower: UInt8, _ upper: UInt8) {
        self.lower = lower
        self.upper = upper
    }
}
