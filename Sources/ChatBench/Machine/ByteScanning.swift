internal import Glibc

/// Functions on raw bytes for the scanners of this folder.
extension UnsafeRawBufferPointer {
    /// The first index of a byte, by the C library's search, which looks at many bytes at a time.
    func firstIndex(of byte: UInt8, from start: Int) -> Int? {
        guard start < self.count, let base = self.baseAddress,
            let found = memchr(base + start, Int32(byte), self.count - start)
        else { return nil }
        return UnsafeRawPointer(found) - base
    }

    /// Whether these bytes are at a place.
    func has(_ other: UnsafeRawBufferPointer, at start: Int) -> Bool {
        guard let base = self.baseAddress, let otherBase = other.baseAddress else { return other.isEmpty }
        return start + other.count <= self.count && memcmp(base + start, otherBase, other.count) == 0
    }

    /// Whether this text is at a place.
    func has(_ text: StaticString, at start: Int) -> Bool {
        self.has(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount), at: start)
    }

    /// Reads a whole number in decimal digits and moves past it; nil when there is none, or it has over 16 digits.
    func number(at index: inout Int) -> Int? {
        let start = index
        var value = 0
        while index < self.count, index - start < 17, case let digit = self[index] &- 0x30, digit < 10 {
            value = value * 10 + Int(digit)
            index += 1
        }
        return (1...16).contains(index - start) ? value : nil
    }
}
