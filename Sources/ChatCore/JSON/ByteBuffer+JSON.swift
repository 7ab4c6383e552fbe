package import NIOCore

extension ByteBuffer {
    /// Appends a string as a JSON string, with quotes.
    ///
    /// Everything but `"`, `\` and control characters is written as UTF-8.
    ///
    /// - Parameters:
    ///   - string: The string.
    ///   - lead: What is written before it, in the same piece.
    package mutating func writeJSONString(_ string: String, after lead: StaticString = "") {
        self.writeJSONString(string, leadBytes: lead.utf8CodeUnitCount) { $0.write(lead) }
    }

    /// Appends the output of `lead`, at most this many bytes, and a string as a JSON string.
    @inline(__always)
    mutating func writeJSONString(_ string: String, leadBytes: Int, _ lead: (inout ByteSink) -> Void) {
        var string = string
        string.withUTF8 { text in
            let bytes = UnsafeRawBufferPointer(text)
            let plain = ByteScan.plainPrefix(bytes)
            let isPlain = plain == bytes.count
            self.write(atMost: leadBytes + plain + 2) { sink in
                lead(&sink)
                sink.write("\"")
                sink.write(UnsafeRawBufferPointer(rebasing: bytes[..<plain]))
                if isPlain { sink.write("\"") }
            }
            guard !isPlain else { return }
            self.writeEscaped(UnsafeRawBufferPointer(rebasing: bytes[plain...]))
            self.writeStaticString("\"")
        }
    }

    /// Appends bytes of which the first needs an escape.
    private mutating func writeEscaped(_ bytes: UnsafeRawBufferPointer) {
        var rest = bytes
        while !rest.isEmpty {
            self.writeEscape(rest[0])
            rest = UnsafeRawBufferPointer(rebasing: rest[1...])
            let plain = ByteScan.plainPrefix(rest)
            self.writeBytes(UnsafeRawBufferPointer(rebasing: rest[..<plain]))
            rest = UnsafeRawBufferPointer(rebasing: rest[plain...])
        }
    }

    private mutating func writeEscape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): self.writeStaticString("\\\"")
        case UInt8(ascii: "\\"): self.writeStaticString("\\\\")
        case UInt8(ascii: "\n"): self.writeStaticString("\\n")
        case UInt8(ascii: "\t"): self.writeStaticString("\\t")
        case UInt8(ascii: "\r"): self.writeStaticString("\\r")
        default:
            let digits: StaticString = "0123456789abcdef"
            self.writeStaticString("\\u00")
            self.writeInteger(digits.utf8Start[Int(byte >> 4)])
            self.writeInteger(digits.utf8Start[Int(byte & 0xF)])
        }
    }

    /// Appends a number in decimal digits.
    package mutating func writeDecimal(_ value: Int) {
        self.write(atMost: ByteSink.maximumDigits) { $0.write(decimal: value) }
    }
}
