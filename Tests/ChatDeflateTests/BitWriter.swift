/// Deflate data written bit by bit (RFC 1951), for what no compressor writes.
struct BitWriter {
    private(set) var bytes: [UInt8] = []
    private var count = 0

    /// Writes the lowest bits of a number, the lowest first, as everything but a code is written.
    mutating func put(_ value: Int, bits: Int) {
        for bit in 0..<bits {
            if self.count.isMultiple(of: 8) { self.bytes.append(0) }
            self.bytes[self.count / 8] |= UInt8((value >> bit) & 1) << UInt8(self.count % 8)
            self.count += 1
        }
    }

    /// Goes on at the next whole byte.
    mutating func align() { self.count = self.bytes.count * 8 }

    /// A block of bytes as they are.
    mutating func putStored(_ payload: [UInt8], isLast: Bool = false) {
        self.put(isLast ? 1 : 0, bits: 3)
        self.align()
        self.put(payload.count, bits: 16)
        self.put(~payload.count, bits: 16)
        for byte in payload { self.put(Int(byte), bits: 8) }
    }

    /// An empty block in the fixed code: ten bits.
    mutating func putEmptyFixed() {
        self.put(0, bits: 1)
        self.put(1, bits: 2)
        self.put(0, bits: 7)
    }

    /// The header of the empty block by which a message ends.
    mutating func putEnd() {
        self.put(0, bits: 3)
        self.align()
    }
}
