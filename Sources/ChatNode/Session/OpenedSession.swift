import ChatCore

/// A session with which a client comes back, or a new one.
struct OpenedSession {
    var user: User
    var secret: SessionSecret
    /// The session's key at the broker: one string, for its table and for the connection.
    var hash: String
    var isResumed: Bool
    /// Whether it may be forgotten soon: no name was chosen, and it is new.
    var isGuest = false

    /// Looks up or makes the session that a `hello` asks for.
    ///
    /// - Throws: ``BrokerError`` when it can be neither found nor kept, or when there are too many new ones.
    nonisolated(nonsending) init(
        _ hello: Command.Hello,
        in store: any SessionStore,
        at costs: SessionCosts
    ) async throws(BrokerError) {
        if let secret = hello.session {
            let hash = secret.hash
            // Nothing but a token makes a client the user of one.
            if let user = try await store.session(hash), !user.id.isOfToken {
                let named = try await Self.named(user, hello.name, hash, store, costs)
                self.init(user: named, secret: secret, hash: hash, isResumed: true)
                return
            }
        }
        try costs.takeNew()
        var generator = SystemRandom()
        let id = UserID(using: &generator)
        let user = User(id: id, name: costs.name(hello.name, of: id))
        let secret = SessionSecret(using: &generator)
        let hash = secret.hash
        try await store.saveSession(hash, user, isGuest: hello.name == nil)
        self.init(user: user, secret: secret, hash: hash, isResumed: false)
        self.isGuest = hello.name == nil
    }

    /// Looks up or makes the record of a token's user.
    ///
    /// The token alone says who the user is, so the broker keeps one record for each user, which has the name that the
    /// user chose, and not one for each secret. The secret of the `welcome` opens nothing.
    ///
    /// - Throws: ``BrokerError`` when it can be neither found nor kept.
    nonisolated(nonsending) init(
        _ hello: Command.Hello,
        of grant: Grant,
        in store: any SessionStore,
        at costs: SessionCosts
    ) async throws(BrokerError) {
        var generator = SystemRandom()
        let secret = SessionSecret(using: &generator)
        let hash = grant.subject.rawValue
        let name = grant.name ?? hello.name
        if let user = try await store.session(hash), user.id == grant.user {
            let named = try await Self.named(user, name, hash, store, costs)
            self.init(user: named, secret: secret, hash: hash, isResumed: true)
            return
        }
        let user = User(id: grant.user, name: costs.name(name, of: grant.user))
        try await store.saveSession(hash, user, isGuest: name == nil)
        self.init(user: user, secret: secret, hash: hash, isResumed: false)
        self.isGuest = name == nil
    }

    private init(user: User, secret: SessionSecret, hash: String, isResumed: Bool) {
        self.user = user
        self.secret = secret
        self.hash = hash
        self.isResumed = isResumed
    }

    /// The user with another name, if one is asked for and it may have that now, or if it must have another.
    private nonisolated(nonsending) static func named(
        _ user: User,
        _ name: UserName?,
        _ hash: String,
        _ store: any SessionStore,
        _ costs: SessionCosts
    ) async throws(BrokerError) -> User {
        let named = User(id: user.id, name: costs.name(name, of: user))
        guard named != user else { return user }
        try await store.rename(named, session: hash)
        return named
    }
}
