/// What is known of somebody who asks for something: a ruling may name any of it.
package struct Visitor: Hashable, Sendable {
    /// What a token says about itself.
    package struct Token: Hashable, Sendable {
        /// Its `jti`.
        package var id: ByteString?
        /// Its `iat`, in milliseconds since the Unix epoch; 0 for one that does not say.
        package var issuedAt: Int

        package init(id: ByteString?, issuedAt: Int) {
            self.id = id
            self.issuedAt = issuedAt
        }
    }

    /// The user; nil before there is one.
    package var user: UserID?
    /// The address, behind any trusted proxy; nil where it is not known.
    package var address: NetworkAddress?
    /// The token; nil without one.
    package var token: Token?

    package init(user: UserID? = nil, address: NetworkAddress? = nil, token: Token? = nil) {
        self.user = user
        self.address = address
        self.token = token
    }
}
