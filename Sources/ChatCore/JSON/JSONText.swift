/// A JSON string within a message: checked bytes, and not a `String` yet.
///
/// It has no `==`. Text from a peer is compared with a word byte by byte (``equals(_:)``) and measured in bytes. It
/// becomes a `String` only where a type checks it, and no longer than that type needs to refuse it
/// (``string(atMost:)``). It points into the message and must not outlive it.
package struct JSONText {
    /// The bytes between the quotes.
    private let raw: UnsafeRawBufferPointer
    private let hasEscapes: Bool

    /// Takes the bytes between the quotes: UTF-8 with valid escapes.
    init(checked raw: UnsafeRawBufferPointer, hasEscapes: Bool) {
        self.raw = raw
        self.hasEscapes = hasEscapes
    }

    /// Whether it is this word; costs no more than the word.
    @inline(__always)
    package func equals(_ word: StaticString) -> Bool {
        let word = UnsafeRawBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
        guard self.hasEscapes else { return ByteScan.areEqual(self.raw, word) }
        return self.unescapedEquals(word)
    }

    private func unescapedEquals(_ word: UnsafeRawBufferPointer) -> Bool {
        // An escape has at most six bytes for each byte of its character.
        guard self.raw.count <= 6 * word.count else { return false }
        let string = self.string
        return string.utf8.count == word.count && string.utf8.elementsEqual(word)
    }

    /// All of it.
    package var string: String { self.string(atMost: self.raw.count) }

    /// The string, or enough of its beginning to see that it has more than `limit` bytes.
    ///
    /// - Parameter limit: In bytes of UTF-8.
    /// - Returns: All of it if that has at most `limit` bytes; otherwise more than `limit` bytes of it, at most four
    ///   more.
    package func string(atMost limit: Int) -> String {
        guard self.hasEscapes else {
            return String(decoding: UnsafeRawBufferPointer(rebasing: self.raw[..<self.cut(limit)]), as: UTF8.self)
        }
        return String(unsafeUninitializedCapacity: min(self.raw.count, limit + 4)) { target in
            var (offset, count) = (0, 0)
            while offset < self.raw.count, count <= limit {
                let byte = self.raw[offset]
                offset += 1
                if byte == UInt8(ascii: "\\"), let scalar = try? JSONEscape.read(self.raw, at: &offset) {
                    for unit in scalar.utf8 {
                        target[count] = unit
                        count += 1
                    }
                } else {
                    target[count] = byte
                    count += 1
                    // Characters are not cut.
                    while offset < self.raw.count, self.raw[offset] & 0xC0 == 0x80 {
                        target[count] = self.raw[offset]
                        count += 1
                        offset += 1
                    }
                }
            }
            return count
        }
    }

    /// The end of the character that goes beyond the limit; the end of the text when there is none.
    private func cut(_ limit: Int) -> Int {
        guard self.raw.count > limit else { return self.raw.count }
        var end = limit + 1
        while end < self.raw.count, self.raw[end] & 0xC0 == 0x80 { end += 1 }
        return end
    }
}
