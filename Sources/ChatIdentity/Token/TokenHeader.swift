import ChatCore

/// The part of a token's header that chooses the key (RFC 7515, section 4.1).
struct TokenHeader: Equatable {
    /// The most bytes of the name of a key.
    static let maximumKeyID = 255

    var algorithm: SigningAlgorithm
    /// The key's name, if the token says one.
    var keyID: ByteString?

    /// Reads a header.
    ///
    /// - Parameter json: Its bytes.
    /// - Throws: ``TokenRefusal/invalid(_:)``, also for an algorithm that is not taken here, such as `none`.
    init(_ json: [UInt8]) throws(TokenRefusal) {
        let fields = try JSONFields(json, of: "header")
        guard let algorithm = try fields.text("alg", atMost: 16).flatMap({ SigningAlgorithm($0) }) else {
            throw .invalid("alg is one of \(SigningAlgorithm.list)")
        }
        // What must be understood and is not known is refused (section 4.1.11).
        guard fields.value(of: "crit") == nil else { throw .invalid("crit is not supported") }
        self.algorithm = algorithm
        self.keyID = try fields.text("kid", atMost: Self.maximumKeyID).map { ByteString($0) }
    }
}
