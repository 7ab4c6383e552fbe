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

    package mutating func write(_ text: StaticString) {
        self.write(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    package mutating func write(_ bytes: UnsafeRawBufferPointer) {
        precondition(bytes.count <= self.memory.count - self.count)
        guard let source = bytes.baseAddress, let target = self.memory.baseAddress else { return }
        (target + self.count).copyMemory(from: source, byteCount: bytes.count)
        self.count += bytes.count
    }

    /// Writes a number in decimal digits.
    package mutating func write(decimal value: Int) {
        var rest = value.magnitude
        withUnsafeTemporaryAllocation(byteCount: Self.maximumDigits, alignment: 1) { digits in
            var start = digits.count
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
