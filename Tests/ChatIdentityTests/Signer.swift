import CryptoExtras
import JWTKit
import TestSupport

/// A private key, which signs tokens for the tests.
struct Signer {
    let name: String
    private let algorithm: any JWTAlgorithm
    /// The public key, as an operator has it.
    let pem: String
    /// The public key as a JWK, without braces.
    let jwk: String

    private init(
        _ name: String,
        pem: String,
        jwk: String,
        _ add: (JWTKeyCollection) async -> Void
    ) async throws {
        let keys = JWTKeyCollection()
        await add(keys)
        self.name = name
        self.algorithm = try await keys.getKey()
        self.pem = pem
        self.jwk = jwk
    }

    static func rs256() async throws -> Signer {
        let key = try Insecure.RSA.PrivateKey(backing: .init(keySize: .bits2048))
        let (modulus, exponent) = try key.publicKey.getKeyPrimitives()
        let jwk =
            #""kty":"RSA","n":"\#(TestToken.base64(Array(modulus)))","e":"\#(TestToken.base64(Array(exponent)))""#
        return try await Signer("RS256", pem: key.publicKey.pemRepresentation, jwk: jwk) {
            await $0.add(rsa: key, digestAlgorithm: .sha256)
        }
    }

    static func es256() async throws -> Signer {
        let key = ES256PrivateKey()
        // The library gives them in plain base64, with padding.
        let parts = key.parameters.map { [$0.x, $0.y] } ?? []
        let values = parts.map { $0.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "") }
        let jwk = #""kty":"EC","crv":"P-256","x":"\#(values[0])","y":"\#(values[1])""#
        return try await Signer("ES256", pem: key.publicKey.pemRepresentation, jwk: jwk) { await $0.add(ecdsa: key) }
    }

    static func edDSA() async throws -> Signer {
        let key = try EdDSA.PrivateKey(curve: .ed25519)
        let jwk = #""kty":"OKP","crv":"Ed25519","x":"\#(TestToken.base64(Array(key.publicKey.rawRepresentation)))""#
        return try await Signer("EdDSA", pem: key.publicKey.pemRepresentation, jwk: jwk) { await $0.add(eddsa: key) }
    }

    /// A token with these claims.
    func token(_ claims: String, header: String? = nil, keyID: String? = nil) throws -> String {
        let key = keyID.map { #","kid":"\#($0)""# } ?? ""
        let header = header ?? #"{"alg":"\#(self.name)"\#(key)}"#
        let text = "\(TestToken.base64(Array(header.utf8))).\(TestToken.base64(Array(claims.utf8)))"
        return try "\(text).\(TestToken.base64(self.algorithm.sign(Array(text.utf8))))"
    }
}
