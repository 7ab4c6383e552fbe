internal import ChatCore
import Foundation
internal import JWTKit

/// Makes tokens, for development and for programs that are their own log-in.
package struct TokenMint: Sendable {
    /// What a token says (docs/PROTOCOL.md, section 1).
    package struct Claims: Sendable {
        package var subject: String
        package var name: String?
        /// Words by patterns of rooms.
        package var rooms: [String: [String]] = [:]
        /// How long it is good, in seconds.
        package var seconds: Int
        package var issuer: String?
        package var audience: String?
        package var id: String?

        package init(subject: String, seconds: Int) {
            self.subject = subject
            self.seconds = seconds
        }
    }

    private let keys: JWTKeyCollection

    /// Reads a key: the secret that a server has as `--token-key`, or a private key in PEM whose public one it has.
    ///
    /// - Parameter file: The bytes of the file.
    /// - Throws: ``KeyError``.
    package init(key file: [UInt8]) async throws(KeyError) {
        guard file.count <= KeyFile.maximumBytes else {
            throw KeyError("it has more than \(KeyFile.maximumBytes) bytes")
        }
        let bytes = KeyFile.withoutMark(file)
        self.keys = JWTKeyCollection()
        guard bytes.starts(with: "-----".utf8) else {
            // The same reading as the server's, with the same errors.
            let set = try await KeyFile.read(file)
            guard set.keys.first?.algorithm == .hs256, bytes.first != UInt8(ascii: "{") else {
                throw KeyError("it is a key that only verifies tokens")
            }
            let secret = Array(KeyFile.secret(in: file))
            await self.keys.add(hmac: HMACKey(from: secret), digestAlgorithm: .sha256)
            return
        }
        let text = String(decoding: bytes, as: UTF8.self)
        if let key = try? ES256PrivateKey(pem: text) {
            await self.keys.add(ecdsa: key)
        } else if let key = try? EdDSA.PrivateKey(pem: text) {
            await self.keys.add(eddsa: key)
        } else if let key = try? Insecure.RSA.PrivateKey(pem: text) {
            await self.keys.add(rsa: key, digestAlgorithm: .sha256)
        } else {
            throw KeyError("it is no private key of RSA (2,048 bits at least), P-256 or Ed25519, and no secret")
        }
    }

    /// Makes a token.
    ///
    /// - Parameters:
    ///   - claims: What it says.
    ///   - now: The time, in seconds since the Unix epoch.
    /// - Returns: The token, which a server with the key takes.
    /// - Throws: ``KeyError`` when the claims could not be those of a token.
    package func token(_ claims: Claims, now: Int) async throws(KeyError) -> String {
        let payload = Payload(claims, now: now)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            // What the server would refuse is told here, where it can be mended.
            _ = try TokenClaims(Array(try encoder.encode(payload)))
        } catch TokenRefusal.invalid(let reason) {
            throw KeyError(reason)
        } catch {
            throw KeyError("the claims cannot be written")
        }
        guard let token = try? await self.keys.sign(payload) else { throw KeyError("the key does not sign") }
        return token
    }

    /// A new secret, as the text of a file.
    package static func newSecret() -> String {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<48).map { _ in UInt8.random(in: 0...255, using: &generator) }
        return Data(bytes).base64EncodedString()
    }
}

/// The claims as JSON; times are seconds.
private struct Payload: JWTPayload {
    var sub: String
    var exp: Int
    var iat: Int
    var name: String?
    var rooms: [String: [String]]
    var iss: String?
    var aud: String?
    var jti: String?

    init(_ claims: TokenMint.Claims, now: Int) {
        self.sub = claims.subject
        self.exp = now + claims.seconds
        self.iat = now
        self.name = claims.name
        self.rooms = claims.rooms
        self.iss = claims.issuer
        self.aud = claims.audience
        self.jti = claims.id
    }

    func verify(using key: some JWTAlgorithm) async throws {}
}
