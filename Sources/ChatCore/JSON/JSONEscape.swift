/// The escapes that a JSON string may have (RFC 8259, section 7).
enum JSONEscape {
    /// Reads the escape after a backslash.
    ///
    /// - Parameters:
    ///   - bytes: The text.
    ///   - offset: The place after the backslash; moved past the escape's end.
    /// - Returns: The character of the escape.
    /// - Throws: ``JSONError`` when there is no such escape.
    static func read(_ bytes: UnsafeRawBufferPointer, at offset: inout Int) throws(JSONError) -> Unicode.Scalar {
        guard offset < bytes.count else { throw .endlessString }
        let byte = bytes[offset]
        offset += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try self.readUnicode(bytes, at: &offset)
        default: throw JSONError(detail: "unknown escape")
        }
    }

    private static func readUnicode(
        _ bytes: UnsafeRawBufferPointer,
        at offset: inout Int
    ) throws(JSONError) -> Unicode.Scalar {
        let first = try self.readHex4(bytes, at: &offset)
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard UTF16.isLeadSurrogate(first), bytes.count - offset >= 2, bytes[offset] == UInt8(ascii: "\\"),
            bytes[offset + 1] == UInt8(ascii: "u")
        else { throw .loneSurrogate }
        offset += 2
        let second = try self.readHex4(bytes, at: &offset)
        guard UTF16.isTrailSurrogate(second) else { throw .loneSurrogate }
        // Ten bits of each always make a scalar above the basic plane.
        let value = 0x10000 + (UInt32(first & 0x3FF) << 10 | UInt32(second & 0x3FF))
        guard let scalar = Unicode.Scalar(value) else { throw .loneSurrogate }
        return scalar
    }

    private static func readHex4(_ bytes: UnsafeRawBufferPointer, at offset: inout Int) throws(JSONError) -> UInt16 {
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard offset < bytes.count, let digit = Hexadecimal.value(of: bytes[offset]) else {
                throw JSONError(detail: "\\u wants four hexadecimal digits")
            }
            value = value << 4 | UInt16(digit)
            offset += 1
        }
        return value
    }
}

extension JSONError {
    static let endlessString = JSONError(detail: "a string does not end")
    fileprivate static let loneSurrogate = JSONError(detail: "a surrogate stands alone")
}
