/// Percent-encoding in queries and paths (RFC 3986, section 2.1).
enum PercentEncoding {
    /// Encodes everything but the letters and digits of ASCII.
    static func encode(_ text: String) -> String {
        text.utf8.reduce(into: "") { encoded, byte in
            let isPlain = (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            guard !isPlain else { return encoded.unicodeScalars.append(Unicode.Scalar(byte)) }
            encoded += (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
        }
    }
}
