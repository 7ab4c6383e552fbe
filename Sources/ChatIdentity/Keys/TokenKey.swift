package import ChatCore
internal import JWTKit

/// A key that verifies tokens, with the one algorithm that it is for.
///
/// The algorithm belongs to the key and not to the token: otherwise a token could ask to be verified with the text of
/// a public key as if that were a secret (RFC 8725, section 2.1).
package struct TokenKey: Sendable {
    /// The fewest bytes of a secret: as many as its digest has (RFC 7518, section 3.2).
    package static let minimumSecret = 32

    package let algorithm: SigningAlgorithm
    /// The name by which tokens choose it; nil: it is for tokens that name any key or none.
    package let keyID: ByteString?
    private let verifier: any JWTAlgorithm

    /// A secret for HS256.
    ///
    /// - Throws: ``KeyError`` when it is too short.
    package init(secret: [UInt8], keyID: String? = nil) async throws(KeyError) {
        guard secret.count >= Self.minimumSecret else {
            throw KeyError("a secret for HS256 has at least \(Self.minimumSecret) bytes")
        }
        try await self.init(.hs256, keyID) { keys in
            await keys.add(hmac: HMACKey(from: secret), digestAlgorithm: .sha256)
        }
    }

    /// An RSA key for RS256.
    init(_ key: Insecure.RSA.PublicKey, keyID: String?) async throws(KeyError) {
        try await self.init(.rs256, keyID) { await $0.add(rsa: key, digestAlgorithm: .sha256) }
    }

    /// A key on P-256 for ES256.
    init(_ key: ES256PublicKey, keyID: String?) async throws(KeyError) {
        try await self.init(.es256, keyID) { await $0.add(ecdsa: key) }
    }

    /// A key on Ed25519 for EdDSA.
    init(_ key: EdDSA.PublicKey, keyID: String?) async throws(KeyError) {
        try await self.init(.edDSA, keyID) { await $0.add(eddsa: key) }
    }

    /// The library gives a key's algorithm only out of a collection of keys.
    private init(
        _ algorithm: SigningAlgorithm,
        _ keyID: String?,
        _ add: (JWTKeyCollection) async -> Void
    ) async throws(KeyError) {
        let keys = JWTKeyCollection()
        await add(keys)
        guard let verifier = try? await keys.getKey(), verifier.name == algorithm.rawValue else {
            throw KeyError("the key is not for \(algorithm.rawValue)")
        }
        self.algorithm = algorithm
        self.keyID = keyID.map { ByteString($0) }
        self.verifier = verifier
    }

    /// Whether it has signed these bytes.
    func hasSigned(_ bytes: ArraySlice<UInt8>, _ signature: [UInt8]) -> Bool {
        // The library throws for signatures of a wrong form.
        (try? self.verifier.verify(signature, signs: bytes)) == true
    }
}

extension TokenKey: CustomStringConvertible, CustomDebugStringConvertible {
    /// Never the key: a secret must not get into a log by mistake.
    package var description: String { "(key for \(self.algorithm.rawValue))" }
    /// Never the key: a secret must not get into a log by mistake.
    package var debugDescription: String { self.description }
}

/// Why keys cannot be used; for the operator, and without anything of the key.
package struct KeyError: Error, Equatable, Sendable {
    package let reason: String

    package init(_ reason: String) { self.reason = reason }
}
