import ChatCore

/// Who a connection is: opens sessions, and knows who got another name since.
///
/// It is the one place where a `hello` becomes a user. It belongs to one shard and never leaves it.
final class SessionDesk {
    /// The most users that are looked up at once: each answer lets the next be asked for.
    static let namesAtOnce = 32
    /// After how long a user is looked up again who could not be.
    private static let retryDelay = Duration.seconds(1)

    private let store: any SessionStore
    /// Users whose names are to be looked up.
    private var checks = PacedSet<UserID, ContinuousClock.Instant>(window: namesAtOnce)
    /// Who got another name while sessions were being looked up, which may have been read before.
    private var renames = RenamesMeanwhile()

    init(store: any SessionStore) { self.store = store }

    // MARK: Opening

    /// Opens the session that a `hello` asks for.
    ///
    /// - Parameters:
    ///   - hello: What the client said.
    ///   - use: Takes the session, in the same turn in which its name was made sure of.
    /// - Throws: ``BrokerError`` when it can be neither found nor kept.
    func open(_ hello: Command.Hello, _ use: (OpenedSession) -> Void) async throws(BrokerError) {
        let lookup = self.renames.begin()
        defer { self.renames.end(lookup) }
        var session = try await OpenedSession(hello, in: self.store)
        // A name that was read may be older than one that every node has been told since.
        if session.isResumed { session.user = self.renames.newest(session.user) }
        use(session)
    }

    /// A guest says something: from now on it is somebody, whose session is kept as long as any.
    ///
    /// - Returns: Whether that is certain.
    func keep(_ hash: String) async -> Bool { (try? await self.store.session(hash)) != nil }

    // MARK: Names

    // A new name is told to every node once, and stands in no log: where the news may have been lost, users are looked up, each
    // once, however many connections they have, and so many at once.

    /// Gives a user another name.
    func rename(_ user: User, session hash: String) async throws(BrokerError) {
        try await self.store.rename(user, session: hash)
    }

    /// A user has another name.
    func note(_ user: User) { self.renames.note(user) }

    /// Users may have other names.
    func doubt(_ users: some Sequence<UserID>, now: ContinuousClock.Instant) {
        for user in users { self.checks.schedule(user, at: now) }
    }

    /// Begins to look up whose turn it is; ``check(_:_:_:)`` or ``passOver()`` follows.
    func beginCheck(now: ContinuousClock.Instant) -> UserID? { self.checks.begin(now) }

    /// The user has gone.
    func passOver() { self.checks.ended() }

    /// Looks a user up.
    ///
    /// - Parameters:
    ///   - id: The user.
    ///   - hash: One of the user's sessions.
    ///   - use: Takes the user by the newest name, in the same turn in which it was made sure of.
    /// - Throws: ``BrokerError`` when the broker is out of reach.
    func check(_ id: UserID, _ hash: String, _ use: (User) -> Void) async throws(BrokerError) {
        // Somebody who gets another name meanwhile keeps that.
        let lookup = self.renames.begin()
        defer {
            self.renames.end(lookup)
            self.checks.ended()
        }
        guard let found = try await self.store.user(ofSession: hash), found.id == id else { return }
        use(self.renames.newest(found))
    }

    /// The user could not be looked up.
    func checkAgain(_ id: UserID, now: ContinuousClock.Instant) { self.checks.schedule(id, at: now + Self.retryDelay) }
}
