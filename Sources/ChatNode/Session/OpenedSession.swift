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
    /// Why the user is not shown by the name that was asked for, or by the one it had.
    var nameRefusal: ProtocolError?

    /// Looks up or makes the session that a `hello` asks for.
    ///
    /// - Throws: ``BrokerError`` when it can be neither found nor kept, or when there are too many new ones.
    nonisolated(nonsending) init(
        _ hello: Command.Hello,
        in store: any SessionStore,
        on terms: SessionTerms
    ) async throws(BrokerError) {
        if let secret = hello.session {
            let hash = secret.hash
            // Nothing but a token makes a client the user of one.
            if let user = try await store.session(hash), !user.id.isOfToken {
                self.init(user: user, secret: secret, hash: hash, isResumed: true)
                try await self.takeName(hello.name, store, terms)
                return
            }
        }
        try terms.takeNew()
        var generator = SystemRandom()
        let id = UserID(using: &generator)
        let named = terms.name(hello.name, of: id)
        let user = User(id: id, name: named.name)
        let secret = SessionSecret(using: &generator)
        let hash = secret.hash
        let isGuest = hello.name == nil || named.refusal != nil
        try await store.saveSession(hash, user, isGuest: isGuest)
        self.init(user: user, secret: secret, hash: hash, isResumed: false)
        (self.isGuest, self.nameRefusal) = (isGuest, named.refusal)
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
        on terms: SessionTerms
    ) async throws(BrokerError) {
        var generator = SystemRandom()
        let secret = SessionSecret(using: &generator)
        let hash = grant.subject.rawValue
        let name = grant.name ?? hello.name
        if let user = try await store.session(hash), user.id == grant.user {
            self.init(user: user, secret: secret, hash: hash, isResumed: true)
            try await self.takeName(name, store, terms)
            return
        }
        let named = terms.name(name, of: grant.user)
        let user = User(id: grant.user, name: named.name)
        let isGuest = name == nil || named.refusal != nil
        try await store.saveSession(hash, user, isGuest: isGuest)
        self.init(user: user, secret: secret, hash: hash, isResumed: false)
        (self.isGuest, self.nameRefusal) = (isGuest, named.refusal)
    }

    private init(user: User, secret: SessionSecret, hash: String, isResumed: Bool) {
        self.user = user
        self.secret = secret
        self.hash = hash
        self.isResumed = isResumed
    }

    /// Gives the user another name, if one is asked for and it may have that now, or if it must have another.
    private nonisolated(nonsending) mutating func takeName(
        _ wanted: UserName?,
        _ store: any SessionStore,
        _ terms: SessionTerms
    ) async throws(BrokerError) {
        let named = terms.name(wanted, of: self.user)
        self.nameRefusal = named.refusal
        guard named.name != self.user.name else { return }
        self.user = User(id: self.user.id, name: named.name)
        try await store.rename(self.user, session: self.hash)
    }
}
