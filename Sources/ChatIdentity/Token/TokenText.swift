/// A token as it came (RFC 7515, section 3.1), taken apart and not believed yet.
struct TokenText {
    /// The most bytes of a token: nothing that follows costs more than its length.
    static let maximumBytes = 8192

    /// Everything that the signature is for.
    let signed: ArraySlice<UInt8>
    let header: TokenHeader
    /// The claims, as JSON.
    let claims: [UInt8]
    let signature: [UInt8]

    /// Takes a token apart.
    ///
    /// - Throws: ``TokenRefusal/invalid(_:)``.
    init(_ token: String) throws(TokenRefusal) {
        guard token.utf8.count <= Self.maximumBytes else {
            throw .invalid("a token has at most \(Self.maximumBytes) bytes")
        }
        let bytes = Array(token.utf8)
        let parts = bytes.split(separator: UInt8(ascii: "."), maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw .invalid("a token has three parts with dots between") }
        guard let header = Base64URL.decode(parts[0]), let claims = Base64URL.decode(parts[1]),
            let signature = Base64URL.decode(parts[2])
        else { throw .invalid("the parts of a token are base64url without padding") }
        self.signed = bytes[..<parts[1].endIndex]
        self.header = try TokenHeader(header)
        self.claims = claims
        self.signature = signature
    }
}
