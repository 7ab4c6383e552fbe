internal import Crypto
internal import Foundation

/// Tokens for tests, signed with a secret that no server has by default.
package enum TestToken {
    /// The secret that ``signed(_:header:secret:)`` takes by itself.
    package static let secret = "a secret of the tests, for HS256 only"

    /// A token with these claims, signed with HS256.
    ///
    /// - Parameters:
    ///   - claims: JSON.
    ///   - header: JSON.
    ///   - secret: The secret.
    /// - Returns: The token.
    package static func signed(
        _ claims: String,
        header: String = #"{"alg":"HS256","typ":"JWT"}"#,
        secret: String = secret
    ) -> String {
        let text = "\(Self.base64(Array(header.utf8))).\(Self.base64(Array(claims.utf8)))"
        let key = SymmetricKey(data: Array(secret.utf8))
        let signature = HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: key)
        return "\(text).\(Self.base64(Array(signature)))"
    }

    /// Base64 as tokens have it.
    package static func base64(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}
