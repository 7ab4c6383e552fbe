/// The user and the password with which a connection begins.
package struct RedisLogIn: Equatable, Sendable {
    /// The user of the access control list; nil: the default user.
    package var user: String?
    /// The password; nil: none is needed.
    package var password: RedisURL.Password?

    package init(user: String? = nil, password: RedisURL.Password? = nil) {
        (self.user, self.password) = (user, password)
    }

    /// The command that logs in; nil when there is no password.
    var command: RedisCommand? {
        guard let password else { return nil }
        return self.user.map { RedisCommand("AUTH", $0, password.secret) } ?? RedisCommand("AUTH", password.secret)
    }
}
