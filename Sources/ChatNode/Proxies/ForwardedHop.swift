import ChatCore
import ChatHTTP

/// A proxy's note of where a request came from.
enum ForwardedHop: Equatable {
    case address(NetworkAddress)
    /// The proxy does not say it: `unknown`, or a made-up name (RFC 7239, sections 6.2 and 6.3).
    case hidden

    /// Reads an address, with or without a port: `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]:80`.
    fileprivate init(_ node: ArraySlice<UInt8>) {
        var text = node
        if text.first == UInt8(ascii: "["), let end = text.firstIndex(of: UInt8(ascii: "]")) {
            text = text[(text.startIndex + 1)..<end]
        } else if let colon = text.lastIndex(of: UInt8(ascii: ":")), text.firstIndex(of: UInt8(ascii: ":")) == colon {
            text = text[..<colon]
        }
        self = NetworkAddress(text: text).map { .address($0) } ?? .hidden
    }
}

// MARK: - X-Forwarded-For

extension ForwardedHop {
    /// The hops in `X-Forwarded-For`, the nearest last: addresses with commas between, in one field or several.
    static func ofList(_ values: [ArraySlice<UInt8>]) -> [ForwardedHop] {
        values.flatMap { $0.split(separator: UInt8(ascii: ",")) }.map { ForwardedHop(Self.trimmed($0)) }
    }

    private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        guard let first = text.firstIndex(where: { !isBlank($0) }), let last = text.lastIndex(where: { !isBlank($0) })
        else { return [] }
        return text[first...last]
    }
}

// MARK: - Forwarded

extension ForwardedHop {
    /// The hops in `Forwarded` (RFC 7239, section 4), the nearest last.
    ///
    /// - Throws: ``RequestFault`` when a value breaks the grammar: an open quotation mark that a client sent would
    ///   swallow what the proxies have added.
    static func ofForwarded(_ values: [ArraySlice<UInt8>]) throws(RequestFault) -> [ForwardedHop] {
        var hops: [ForwardedHop] = []
        for value in values {
            var reader = ForwardedReader(rest: value)
            while !reader.isAtEnd { if let hop = try reader.element() { hops.append(hop) } }
        }
        return hops
    }
}

/// Reads the elements of one `Forwarded` field; each byte is looked at once.
private struct ForwardedReader {
    var rest: ArraySlice<UInt8>

    private static let malformed = RequestFault.malformed("Forwarded is malformed (RFC 7239, section 4)")

    /// Whether nothing follows; a comma before it was taken with its element.
    private(set) var isAtEnd = false

    init(rest: ArraySlice<UInt8>) { self.rest = rest }

    /// The next element: `for=192.0.2.1;proto=https`; one without `for` is hidden.
    ///
    /// - Returns: nil for an empty one, which a list may have.
    mutating func element() throws(RequestFault) -> ForwardedHop? {
        var hop: ForwardedHop?
        var isEmpty = true
        while true {
            self.skipBlanks()
            let name = self.token()
            if !name.isEmpty {
                guard self.take("=") else { throw Self.malformed }
                let value = try self.value()
                isEmpty = false
                if name.elementsEqual("for".utf8, by: { $0 | 0x20 == $1 }) {
                    guard hop == nil else { throw Self.malformed }
                    hop = ForwardedHop(value)
                }
                self.skipBlanks()
            }
            if self.take(";") { continue }
            if !self.take(",") {
                guard self.rest.isEmpty else { throw Self.malformed }
                self.isAtEnd = true
            }
            return isEmpty ? nil : hop ?? .hidden
        }
    }

    private mutating func value() throws(RequestFault) -> ArraySlice<UInt8> {
        guard self.take("\"") else {
            let token = self.token()
            guard !token.isEmpty else { throw Self.malformed }
            return token
        }
        var value: [UInt8] = []
        while let byte = self.rest.popFirst() {
            if byte == UInt8(ascii: "\"") { return value[...] }
            guard byte == UInt8(ascii: "\\") else {
                value.append(byte)
                continue
            }
            guard let escaped = self.rest.popFirst() else { break }
            value.append(escaped)
        }
        throw Self.malformed
    }

    /// The characters of a token (RFC 9110, section 5.6.2), and those of an address: proxies do not always quote it.
    private mutating func token() -> ArraySlice<UInt8> {
        let end =
            self.rest.firstIndex { byte in
                switch byte {
                case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: ","), UInt8(ascii: "/"), UInt8(ascii: ";"),
                    UInt8(ascii: "<"), UInt8(ascii: "="), UInt8(ascii: ">"), UInt8(ascii: "?"), UInt8(ascii: "@"),
                    UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "{"), UInt8(ascii: "}"), 0x00...0x20,
                    0x7F...0xFF:
                    true
                default: false
                }
            } ?? self.rest.endIndex
        defer { self.rest = self.rest[end...] }
        return self.rest[..<end]
    }

    private mutating func take(_ byte: Unicode.Scalar) -> Bool {
        guard self.rest.first == UInt8(ascii: byte) else { return false }
        self.rest.removeFirst()
        return true
    }

    private mutating func skipBlanks() {
        while let byte = self.rest.first, byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") {
            self.rest.removeFirst()
        }
    }
}
