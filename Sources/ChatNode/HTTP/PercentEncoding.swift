import ChatCore

/// Percent-encoding in queries and paths (RFC 3986, section 2.1).
enum PercentEncoding {
    /// Decodes a part of a URL; invalid escapes stay unchanged, and bytes that are not UTF-8 are repaired.
    ///
    /// - Parameters:
    ///   - text: The part.
    ///   - plusIsSpace: Whether `+` means a space, as in queries.
    /// - Returns: The text.
    static func decode(_ text: Substring, plusIsSpace: Bool = false) -> String {
        let isPlain = text.utf8.allSatisfy { $0 != UInt8(ascii: "%") && !(plusIsSpace && $0 == UInt8(ascii: "+")) }
        if isPlain { return String(text) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let value = Self.hexadecimal(rest.prefix(2)) {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(plusIsSpace && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func hexadecimal(_ digits: Substring.UTF8View.SubSequence) -> UInt8? {
        guard digits.count == 2 else { return nil }
        var value: UInt8 = 0
        for digit in digits {
            guard let nibble = Hexadecimal.value(of: digit) else { return nil }
            value = value << 4 | nibble
        }
        return value
    }
}
