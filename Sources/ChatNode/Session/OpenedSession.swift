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
    /// - Throws: ``BrokerError`` when it can be neither found nor kept.
    nonisolated(nonsending) init(_ hello: Command.Hello, in store: any SessionStore) async throws(BrokerError) {
        if let secret = hello.session {
            let hash = secret.hash
            if var user = try await store.session(hash) {
                if let name = hello.name, name != user.name {
                    user.name = name
                    try await store.rename(user, session: hash)
                }
                self.init(user: user, secret: secret, hash: hash, isResumed: true)
                return
            }
        }
        var generator = SystemRandom()
        let id = UserID(using: &generator)
        let user = User(id: id, name: hello.name ?? .guest(id))
        let secret = SessionSecret(using: &generator)
        let hash = secret.hash
        try await store.saveSession(hash, user, isGuest: hello.name == nil)
        self.init(user: user, secret: secret, hash: hash, isResumed: false)
        self.isGuest = hello.name == nil
    }

    private init(user: User, secret: SessionSecret, hash: String, isResumed: Bool) {
        self.user = user
        self.secret = secret
        self.hash = hash
        self.isResumed = isResumed
    }
}
