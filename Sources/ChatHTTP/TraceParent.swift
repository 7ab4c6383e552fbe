/// The place of a request in somebody's trace: the field `traceparent` of W3C Trace Context, section 3.2.
package struct TraceParent: Equatable, Sendable {
    /// The trace, as 32 hexadecimal digits in lower case.
    package let traceID: String
    /// The caller's part of it, as 16 hexadecimal digits in lower case.
    package let parentID: String

    private static let dash = UInt8(ascii: "-")
    /// The bytes of version 00: two, 32, 16 and two digits, with a dash between.
    private static let length = 55

    /// Reads the value of the field; nil for anything that the specification does not allow.
    ///
    /// That is another length, upper case, an id of zeros alone, the version `ff`. A version after 00 may go on behind its
    /// first four parts.
    ///
    /// - Parameter value: Its bytes.
    package init?(_ value: some Collection<UInt8>) {
        // It is compared byte by byte, and a longer one of a later version is cut before it is copied.
        let bytes = Array(value.prefix(Self.length + 1))
        guard bytes.count >= Self.length, bytes[2] == Self.dash, bytes[35] == Self.dash, bytes[52] == Self.dash,
            let version = Self.digits(bytes[0..<2]), version != "ff",
            let trace = Self.digits(bytes[3..<35]), trace.contains(where: { $0 != "0" }),
            let parent = Self.digits(bytes[36..<52]), parent.contains(where: { $0 != "0" }),
            Self.digits(bytes[53..<55]) != nil
        else { return nil }
        if bytes.count > Self.length { guard version != "00", bytes[Self.length] == Self.dash else { return nil } }
        (self.traceID, self.parentID) = (trace, parent)
    }

    private static func digits(_ bytes: ArraySlice<UInt8>) -> String? {
        let isDigit = { (byte: UInt8) in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
        }
        return bytes.allSatisfy(isDigit) ? String(decoding: bytes, as: UTF8.self) : nil
    }
}

extension RequestHead {
    /// The trace to which the request belongs; nil when it says none, or not exactly one that can be read.
    package var trace: TraceParent? {
        let values = self.values(of: "traceparent")
        return values.count == 1 ? TraceParent(values[0]) : nil
    }
}
