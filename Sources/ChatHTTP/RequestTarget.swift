/// The target of a request (RFC 9112, section 3.2), parsed in the same way for every use.
package struct RequestTarget: Equatable, Sendable {
    /// The path as it was written, beginning with `/`; `*` means the whole server.
    package var path: String
    /// The text after the `?`, percent-encoded; nil when there is none.
    package var query: String?
    /// The host and port of a target in absolute form, which replace the field `Host`.
    package var authority: String?

    /// The bytes of its parts.
    var heldBytes: Int { self.path.utf8.count + (self.query?.utf8.count ?? 0) + (self.authority?.utf8.count ?? 0) }

    /// Reads a target in origin, absolute or asterisk form.
    ///
    /// Bytes that are not ASCII are treated as if they were percent-encoded: people type them into a terminal.
    ///
    /// - Throws: ``RequestFault`` when it is in none of these forms.
    init(_ bytes: ArraySlice<UInt8>) throws(RequestFault) {
        var rest = bytes
        if rest.first != UInt8(ascii: "/"), rest.elementsEqual("*".utf8) == false {
            rest = try Self.afterScheme(rest)
            let end = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? rest.endIndex
            self.authority = try Authority.read(rest[..<end])
            rest = rest[end...]
        }
        guard !rest.contains(UInt8(ascii: "#")) else { throw .malformed("a target has no fragment") }
        let mark = rest.firstIndex(of: UInt8(ascii: "?")) ?? rest.endIndex
        let path = rest[..<mark].percentEncoded
        self.path = path.isEmpty ? "/" : path
        self.query = mark < rest.endIndex ? rest[(mark + 1)...].percentEncoded : nil
    }

    private static func afterScheme(_ bytes: ArraySlice<UInt8>) throws(RequestFault) -> ArraySlice<UInt8> {
        for scheme in ["http://", "https://"] as [StaticString] {
            let length = scheme.utf8CodeUnitCount
            if bytes.prefix(length).isEqual(ignoringCase: scheme) { return bytes.dropFirst(length) }
        }
        throw .malformed("a target is a path, or a URL that begins with http:// or https://")
    }

    /// The path without slashes at its ends: `/ws`, `/ws/` and `//ws` are one place.
    package var place: Substring {
        var place = self.path[...]
        while place.utf8.first == UInt8(ascii: "/") { place = Substring(place.utf8.dropFirst()) }
        while place.utf8.last == UInt8(ascii: "/") { place = Substring(place.utf8.dropLast()) }
        return place
    }
}

/// A host and a port, as in `Host` and in targets (RFC 3986, section 3.2).
enum Authority {
    /// Reads one.
    ///
    /// - Throws: ``RequestFault`` when it is empty, or has a byte that no host has.
    static func read(_ bytes: ArraySlice<UInt8>) throws(RequestFault) -> String {
        guard !bytes.isEmpty, bytes.allSatisfy(ASCII.isAuthority) else {
            throw .malformed("the host is a name or an address, and perhaps a port")
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
