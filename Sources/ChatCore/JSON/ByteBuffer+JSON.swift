package import NIOCore

extension ByteBuffer {
    /// Appends a string as a JSON string, with quotes.
    ///
    /// Everything but `"`, `\` and control characters is written as UTF-8.
    package mutating func writeJSONString(_ string: String) {
        var string = string
        string.withUTF8 { text in
            let bytes = UnsafeRawBufferPointer(text)
            let plain = ByteScan.plainPrefix(bytes)
            guard plain < bytes.count else {
                return self.write(atMost: bytes.count + 2) { sink in
                    sink.write("\"")
                    sink.write(bytes)
                    sink.write("\"")
                }
            }
            self.writeStaticString("\"")
            self.writeEscaped(bytes, firstPlain: plain)
            self.writeStaticString("\"")
        }
    }

    private mutating func writeEscaped(_ bytes: UnsafeRawBufferPointer, firstPlain: Int) {
        var rest = bytes
        var plain = firstPlain
        while true {
            self.writeBytes(UnsafeRawBufferPointer(rebasing: rest[..<plain]))
            guard plain < rest.count else { return }
            self.writeEscape(rest[plain])
            rest = UnsafeRawBufferPointer(rebasing: rest[(plain + 1)...])
            plain = ByteScan.plainPrefix(rest)
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
