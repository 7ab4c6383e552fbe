package import NIOCore

/// Writes piece after piece into memory that was reserved for all of them.
///
/// A write to a `ByteBuffer` costs some 20 ns whatever its size, and a field of JSON has five pieces: one write for
/// each field instead of each piece cuts the cost of an `ok` to a third.
package struct ByteSink {
    /// The most digits that a number has, with its sign.
    package static let maximumDigits = 20

    private let memory: UnsafeMutableRawBufferPointer
    private(set) var count = 0

    init(_ memory: UnsafeMutableRawBufferPointer) { self.memory = memory }

    // Inlined, a word that the program has is a few moves of registers; without it, a call and a copy of its own.

    @inline(__always)
    package mutating func write(_ text: StaticString) {
        self.write(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    // A name of its own: without it, a literal would be a `String`.
    mutating func write(string: String) {
        let written: Void? = string.utf8.withContiguousStorageIfAvailable { self.write(UnsafeRawBufferPointer($0)) }
        guard written == nil else { return }
        var string = string
        string.withUTF8 { self.write(UnsafeRawBufferPointer($0)) }
    }

    @inline(__always)
    package mutating func write(_ bytes: UnsafeRawBufferPointer) {
        precondition(bytes.count <= self.memory.count - self.count)
        guard let source = bytes.baseAddress, let target = self.memory.baseAddress else { return }
        (target + self.count).copyMemory(from: source, byteCount: bytes.count)
        self.count += bytes.count
    }

    /// Two digits at a time: each division takes longer than all else.
    private static let pairs: StaticString = """
        00010203040506070809101112131415161718192021222324252627282930313233343536373839\
        40414243444546474849505152535455565758596061626364656667686970717273747576777879\
        8081828384858687888990919293949596979899
        """

    /// Writes a number in decimal digits.
    package mutating func write(decimal value: Int) {
        var rest = value.magnitude
        withUnsafeTemporaryAllocation(byteCount: Self.maximumDigits, alignment: 1) { digits in
            var start = digits.count
            while rest >= 100 {
                start -= 2
                let pair = Self.pairs.utf8Start + 2 * Int(rest % 100)
                (digits[start], digits[start + 1]) = (pair[0], pair[1])
                rest /= 100
            }
            repeat {
                start -= 1
                digits[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            } while rest > 0
            if value < 0 {
                start -= 1
                digits[start] = UInt8(ascii: "-")
            }
            self.write(UnsafeRawBufferPointer(rebasing: digits[start...]))
        }
    }
}

extension ByteBuffer {
    /// Appends the output of `body`, at most this many bytes.
    @inline(__always)
    package mutating func write(atMost count: Int, _ body: (inout ByteSink) -> Void) {
        _ = self.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { memory in
            var sink = ByteSink(memory)
            body(&sink)
            return sink.count
        }
    }
}

extension [UInt8] {
    /// Appends the output of `body`, at most this many bytes, which should be few: they are written to the stack first.
    package mutating func write(atMost count: Int, _ body: (inout ByteSink) -> Void) {
        withUnsafeTemporaryAllocation(byteCount: count, alignment: 1) { memory in
            var sink = ByteSink(memory)
            body(&sink)
            self.append(contentsOf: UnsafeRawBufferPointer(rebasing: memory[..<sink.count]))
        }
    }
}
