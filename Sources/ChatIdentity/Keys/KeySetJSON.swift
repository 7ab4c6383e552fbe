import ChatCore
internal import JWTKit

/// Reads keys as JSON: a JWK, or a JWK Set (RFC 7517).
enum KeySetJSON {
    /// Reads a key or a set of keys.
    ///
    /// A set may have keys for other purposes, and for algorithms that are not known here: those are left out.
    ///
    /// - Parameters:
    ///   - bytes: The JSON.
    ///   - mayHaveSecrets: Whether secrets count: what an address gives to everybody is none.
    /// - Returns: The keys, at least one.
    /// - Throws: ``KeyError``.
    static func read(_ bytes: [UInt8], mayHaveSecrets: Bool) async throws(KeyError) -> KeySet {
        let fields = try Self.fields(bytes)
        guard let value = fields.value(of: "keys") else {
            guard let key = try await Self.key(fields, mayHaveSecrets) else {
                throw KeyError("its key is for none of \(SigningAlgorithm.list)")
            }
            return KeySet([key])
        }
        guard case .list(let elements) = value else { throw KeyError("keys is a list") }
        guard elements.count <= KeySet.maximumKeys else {
            throw KeyError("it has more than \(KeySet.maximumKeys) keys")
        }
        var keys: [TokenKey] = []
        for case .object(let object) in elements {
            // A key that cannot be read must not make the others useless.
            if let key = try? await Self.key(JSONFields(object, of: "key"), mayHaveSecrets) { keys.append(key) }
        }
        guard !keys.isEmpty else { throw KeyError("none of its keys is for one of \(SigningAlgorithm.list)") }
        return KeySet(keys)
    }

    private static func fields(_ bytes: [UInt8]) throws(KeyError) -> JSONFields {
        do throws(TokenRefusal) { return try JSONFields(bytes, of: "set of keys") } catch {
            guard case .invalid(let reason) = error else { throw KeyError("it cannot be read") }
            throw KeyError(reason)
        }
    }

    /// - Returns: nil when it is for something else.
    private static func key(_ fields: JSONFields, _ mayHaveSecrets: Bool) async throws(KeyError) -> TokenKey? {
        func text(_ name: String) throws(KeyError) -> String? {
            do throws(TokenRefusal) { return try fields.text(name, atMost: 8192) } catch {
                throw KeyError("\(name) of a key is no text")
            }
        }
        func required(_ name: String) throws(KeyError) -> String {
            guard let text = try text(name) else { throw KeyError("\(name) of a key is missing") }
            return text
        }
        guard let kind = KeyKind(try required("kty"), curve: try text("crv")) else { return nil }
        if let algorithm = try text("alg"), SigningAlgorithm(algorithm) != kind.algorithm { return nil }
        if let use = try text("use"), ByteString(use) != "sig" { return nil }
        let keyID = try text("kid")
        do {
            switch kind {
            case .rsa:
                let (modulus, exponent) = (try required("n"), try required("e"))
                return try await TokenKey(.init(modulus: modulus, exponent: exponent), keyID: keyID)
            case .p256:
                return try await TokenKey(.init(parameters: (try required("x"), try required("y"))), keyID: keyID)
            case .ed25519:
                return try await TokenKey(.init(x: try required("x"), curve: .ed25519), keyID: keyID)
            case .secret:
                guard mayHaveSecrets, let secret = Base64URL.decode(try required("k").utf8) else { return nil }
                return try await TokenKey(secret: secret, keyID: keyID)
            }
        } catch let error as KeyError {
            throw error
        } catch {
            throw KeyError("a key of the kind \(kind) cannot be read")
        }
    }
}

/// The kinds of keys that verify tokens here.
private enum KeyKind: String {
    case rsa, p256, ed25519, secret

    /// Reads `kty` and `crv`; nil for any other kind.
    init?(_ type: String, curve: String?) {
        switch (ByteString(type), curve.map { ByteString($0) }) {
        case ("RSA", _): self = .rsa
        case ("EC", "P-256"?): self = .p256
        case ("OKP", "Ed25519"?): self = .ed25519
        case ("oct", _): self = .secret
        default: return nil
        }
    }

    var algorithm: SigningAlgorithm {
        switch self {
        case .rsa: .rs256
        case .p256: .es256
        case .ed25519: .edDSA
        case .secret: .hs256
        }
    }
}
