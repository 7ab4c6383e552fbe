import ChatCore
import Foundation
internal import JWTKit

/// Reads keys from the text of a file: PEM, a JWK or a JWK Set, or a secret.
package enum KeyFile {
    /// The most bytes of a file or of an answer with keys.
    package static let maximumBytes = 256 << 10

    /// Reads the keys for tokens.
    ///
    /// A file that is no key of any form is the secret itself, without the line breaks at its end. A public key in a
    /// form that is not read here must not become a secret that everybody knows, so such forms are refused, and whatever
    /// is not one line of text. A byte order mark, which editors leave at the beginning, counts for nothing.
    ///
    /// - Parameter bytes: The file.
    /// - Returns: One key, or those of a set.
    /// - Throws: ``KeyError``.
    package static func read(_ bytes: [UInt8]) async throws(KeyError) -> KeySet {
        guard bytes.count <= Self.maximumBytes else { throw KeyError("it has more than \(Self.maximumBytes) bytes") }
        let start = Self.withoutMark(bytes).drop(while: Self.isBlank)
        if start.first == UInt8(ascii: "{") { return try await KeySetJSON.read(Array(start), mayHaveSecrets: true) }
        if start.starts(with: "-----".utf8) {
            return KeySet([try await Self.pem(String(decoding: start, as: UTF8.self))])
        }
        let secret = Self.secret(in: bytes)
        try Self.refusePublicForms(secret)
        guard !secret.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
            throw KeyError("a secret is one line without control characters: random bytes are written in base64")
        }
        return KeySet([try await TokenKey(secret: Array(secret))])
    }

    /// The secret in a file that is no key of another form.
    static func secret(in bytes: [UInt8]) -> ArraySlice<UInt8> {
        var secret = Self.withoutMark(bytes)
        while let last = secret.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") { secret.removeLast() }
        return secret
    }

    /// The bytes behind a byte order mark.
    static func withoutMark(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
        bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
    }

    private static func pem(_ text: String) async throws(KeyError) -> TokenKey {
        guard !text.contains("PRIVATE KEY-----") else {
            throw KeyError("it is a private key: the server needs only the public one, which cannot make tokens")
        }
        guard text.contains("PUBLIC KEY-----") else { throw KeyError("it is PEM, and not of a public key") }
        if let key = try? ES256PublicKey(pem: text) { return try await TokenKey(key, keyID: nil) }
        if let key = try? EdDSA.PublicKey(pem: text) { return try await TokenKey(key, keyID: nil) }
        if let key = try? Insecure.RSA.PublicKey(pem: text) { return try await TokenKey(key, keyID: nil) }
        throw KeyError("it is no public key of RSA (2,048 bits at least), P-256 or Ed25519")
    }

    /// How texts of other forms begin: OpenSSH, SSH2, a list of JSON, XML.
    private static let foreignBeginnings = ["ssh-", "ecdsa-", "sk-", "----", "[", "<"]
    /// What PEM has in it, wherever it begins: some programs write text before it.
    private static let foreignParts = ["BEGIN ", "PUBLIC KEY"]

    /// Other forms of public keys: DER, DER in base64, PEM behind other text, and those that begin in other ways.
    private static func refusePublicForms(_ bytes: ArraySlice<UInt8>) throws(KeyError) {
        let decoded = Data(base64Encoded: Data(bytes), options: .ignoreUnknownCharacters).map { Array($0)[...] } ?? []
        let text = bytes.drop(while: Self.isBlank)
        let isForeign =
            Self.isDER(bytes) || Self.isDER(decoded)
            || Self.foreignBeginnings.contains { text.starts(with: $0.utf8) }
            || Self.foreignParts.contains { text.firstRange(of: Array($0.utf8)) != nil }
        guard !isForeign else {
            throw KeyError("it looks like a public key, and not in PEM (-----BEGIN PUBLIC KEY-----) or as a JWK")
        }
    }

    /// Whether all of it is one sequence of ASN.1.
    private static func isDER(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard bytes.count >= 8, bytes.first == 0x30 else { return false }
        let rest = bytes.dropFirst()
        guard let length = rest.first else { return false }
        guard length > 0x80 else { return Int(length) == rest.count - 1 }
        let digits = Int(length - 0x80)
        guard digits <= 3, rest.count > digits else { return false }
        return rest.dropFirst().prefix(digits).reduce(0) { $0 << 8 | Int($1) } == rest.count - 1 - digits
    }

    private static func isBlank(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }
}
