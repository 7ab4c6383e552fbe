import ChatSettings

/// How clients show who they are.
extension Setting {
    static let tokenKey = Setting(
        "token-key",
        help: "A file with the key for tokens: a public key (PEM or JWK), or a secret of 32 bytes or more for HS256.",
        discussion: "With it, or with --token-jwks, the server lets in only those who bring a token. It is read again "
            + "when it changes."
    )
    static let tokenJwks = Setting(
        "token-jwks",
        help: "A JWK Set with the keys for tokens: a file, or an https:// address, which is asked again."
    )
    static let tokenIssuer = Setting(
        "token-issuer",
        help: "The issuer that tokens must have in iss (any, if it is not given)."
    )
    static let tokenAudience = Setting(
        "token-audience",
        help: "The receivers of which tokens must have one in aud, with commas between (any)."
    )

    static let identity = [tokenKey, tokenJwks, tokenIssuer, tokenAudience]
}
