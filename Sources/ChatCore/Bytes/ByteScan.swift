internal import Foundation

/// Looks for bytes that need special treatment, many at a time: most text has none.
///
/// Byte by byte, this was a sixth of the cost of reading and writing a message.
enum ByteScan {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highs: UInt64 = 0x8080_8080_8080_8080

    /// The number of bytes at the beginning that need no escape in a JSON string: no quote, backslash, control
    /// character or DEL.
    static func plainPrefix(_ bytes: UnsafeRawBufferPointer) -> Int {
        let last = bytes.count - 8
        guard last >= 0 else { return self.end(bytes, while: self.isPlain) }
        var offset = 0
        // Most strings in a message are names, and end within the first word.
        while offset <= last {
            let found = self.escaped(self.word(bytes, offset))
            guard found == 0 else { return offset + self.index(found) }
            offset = self.words(bytes, from: offset + 8, without: self.escaped)
        }
        // The last word may have bytes of the one before.
        let found = self.escaped(self.word(bytes, last))
        return found == 0 ? bytes.count : last + self.index(found)
    }

    /// The eight bytes at an offset, the first one lowest.
    @inline(__always)
    private static func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// The place of the first byte that was found in a word.
    ///
    /// The bytes behind it may have been found in error: a byte borrows from the next one.
    private static func index(_ found: UInt64) -> Int { found.trailingZeroBitCount / 8 }

    /// Not 0 when some byte of the word needs an escape.
    @inline(__always)
    private static func escaped(_ word: UInt64) -> UInt64 {
        // As below, with what the four tests have in common done once: none of these bytes has the highest bit.
        func smaller(_ limit: UInt64, _ word: UInt64) -> UInt64 { word &- self.ones &* limit }
        let care =
            smaller(0x20, word) | smaller(1, word ^ (self.ones &* 0x22)) | smaller(1, word ^ (self.ones &* 0x5C))
            | smaller(1, word ^ (self.ones &* 0x7F))
        return care & ~word & self.highs
    }

    /// Whether two texts have the same bytes.
    @inline(__always)
    static func areEqual(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        guard left.count == right.count else { return false }
        guard let left = left.baseAddress, let start = right.baseAddress else { return true }
        return memcmp(left, start, right.count) == 0
    }

    /// Whether a text stands at an offset.
    @inline(__always)
    static func has(_ text: UnsafeRawBufferPointer, in bytes: UnsafeRawBufferPointer, at offset: Int) -> Bool {
        guard offset + text.count <= bytes.count else { return false }
        return self.areEqual(UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + text.count)]), text)
    }

    /// Whether a word stands at an offset.
    @inline(__always)
    static func has(_ word: StaticString, in bytes: UnsafeRawBufferPointer, at offset: Int) -> Bool {
        self.has(UnsafeRawBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount), in: bytes, at: offset)
    }

    /// Whether the bytes are UTF-8 (Unicode, table 3-7).
    ///
    /// The library's check makes a `String` on the way, and costs ten times as much.
    static func isUTF8(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var offset = 0
        while offset < bytes.count {
            if bytes[offset] < 0x80 {
                guard offset + 8 <= bytes.count else {
                    offset = self.end(bytes, from: offset) { $0 < 0x80 }
                    continue
                }
                // In Korean a blank stands alone among other bytes: for one word, the scan of many costs too much.
                let found = self.word(bytes, offset) & self.highs
                offset =
                    found != 0
                    ? offset + self.index(found) : self.words(bytes, from: offset + 8) { $0 & self.highs }
                continue
            }
            guard let count = self.characterLength(bytes, at: offset) else { return false }
            offset += count
        }
        return true
    }

    /// The number of bytes of the character beyond ASCII that begins here; nil when there is none.
    private static func characterLength(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Int? {
        let rest = bytes.count - offset
        func continues(_ index: Int, _ range: ClosedRange<UInt8> = 0x80...0xBF) -> Bool {
            index < rest && range.contains(bytes[offset + index])
        }
        switch bytes[offset] {
        case 0xC2...0xDF: return continues(1) ? 2 : nil
        case 0xE0: return continues(1, 0xA0...0xBF) && continues(2) ? 3 : nil
        case 0xED: return continues(1, 0x80...0x9F) && continues(2) ? 3 : nil
        case 0xE1...0xEF: return continues(1) && continues(2) ? 3 : nil
        case 0xF0: return continues(1, 0x90...0xBF) && continues(2) && continues(3) ? 4 : nil
        case 0xF1...0xF3: return continues(1) && continues(2) && continues(3) ? 4 : nil
        case 0xF4: return continues(1, 0x80...0x8F) && continues(2) && continues(3) ? 4 : nil
        default: return nil
        }
    }

    /// Whether all bytes are visible ASCII, or blanks.
    static func isPrintable(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let offset = self.words(bytes) { $0 & self.highs | self.below(0x20, $0) | self.equal(0x7F, $0) }
        return self.end(bytes, from: offset) { (0x20...0x7E).contains($0) } == bytes.count
    }

    /// Goes over whole words until one has a byte that is looked for.
    ///
    /// Four words at a time, which the compiler makes vectors of, take half as long as one by one.
    ///
    /// - Parameters:
    ///   - bytes: The bytes.
    ///   - start: The offset of the first word.
    ///   - find: Gives something but 0 when some byte of the word is looked for.
    /// - Returns: The offset behind the last word without one; fewer than eight bytes, or such a word, follow.
    @inline(__always)
    private static func words(
        _ bytes: UnsafeRawBufferPointer,
        from start: Int = 0,
        without find: (UInt64) -> UInt64
    ) -> Int {
        var offset = start
        while offset + 32 <= bytes.count {
            var found: UInt64 = 0
            for index in 0..<4 { found |= find(self.word(bytes, offset + 8 * index)) }
            guard found == 0 else { break }
            offset += 32
        }
        while offset + 8 <= bytes.count, find(self.word(bytes, offset)) == 0 { offset += 8 }
        return offset
    }

    /// Goes over bytes for as long as they pass a test.
    @inline(__always)
    private static func end(
        _ bytes: UnsafeRawBufferPointer,
        from start: Int = 0,
        while passes: (UInt8) -> Bool
    ) -> Int {
        var offset = start
        while offset < bytes.count, passes(bytes[offset]) { offset += 1 }
        return offset
    }

    private static func isPlain(_ byte: UInt8) -> Bool { byte >= 0x20 && byte != 0x22 && byte != 0x5C && byte != 0x7F }

    // Sean Anderson's "Bit Twiddling Hacks": not 0 when some byte of the word is so.

    private static func below(_ limit: UInt8, _ word: UInt64) -> UInt64 {
        (word &- self.ones &* UInt64(limit)) & ~word & self.highs
    }

    private static func equal(_ byte: UInt8, _ word: UInt64) -> UInt64 {
        self.below(1, word ^ (self.ones &* UInt64(byte)))
    }
}
