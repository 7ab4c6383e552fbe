/// Digits of hexadecimal numbers, as bytes.
package enum Hexadecimal {
    /// The value of a digit; nil for any other byte.
    package static func value(of byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// Two digits, in lower case, for each byte.
    ///
    /// - Parameters:
    ///   - bytes: The bytes; at least as many as `count`.
    ///   - count: The number of bytes to write.
    /// - Returns: The digits.
    package static func text(of bytes: some Sequence<UInt8>, count: Int) -> String {
        let digits: StaticString = "0123456789abcdef"
        return String(unsafeUninitializedCapacity: 2 * count) { hex in
            for (index, byte) in bytes.prefix(count).enumerated() {
                hex[2 * index] = digits.utf8Start[Int(byte >> 4)]
                hex[2 * index + 1] = digits.utf8Start[Int(byte & 0xF)]
            }
            return 2 * count
        }
    }
}
