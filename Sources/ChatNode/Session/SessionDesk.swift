import ChatCore

/// The users of connections: opens sessions, and keeps track of new names.
///
/// It is the one place where a `hello` becomes a user. It belongs to one shard and never leaves it.
final class SessionDesk {
    /// The most users that are looked up at once: each answer lets the next request begin.
    static let namesAtOnce = 32
    /// The delay before a failed look-up is tried again.
    private static let retryDelay = Duration.seconds(1)

    /// Whether names are being compared with those that are reserved.
    private enum Judging {
        case idle, underWay
        /// More were reserved meanwhile.
        case again
    }

    private let store: any SessionStore
    private let costs: CostGuard
    private let rulings: RulingDesk
    /// Users whose names must be looked up.
    private var checks = PacedSet<UserID, ContinuousClock.Instant>(window: namesAtOnce)
    private var judging = Judging.idle
    /// Users that got another name while sessions were being looked up: those may have been read before.
    private var renames = RenamesMeanwhile()

    init(store: any SessionStore, costs: CostGuard, rulings: RulingDesk) {
        self.store = store
        self.costs = costs
        self.rulings = rulings
    }

    // MARK: Opening

    /// Opens the session that a `hello` asks for.
    ///
    /// - Parameters:
    ///   - hello: The client's `hello`.
    ///   - access: What the client may do.
    ///   - address: The client's address, which has a limit of new sessions and of names.
    ///   - use: Takes the session, in the same turn in which its name was checked.
    /// - Throws: ``BrokerError`` when it can be neither found nor kept.
    func open(
        _ hello: Command.Hello,
        _ access: Access,
        from address: NetworkAddress?,
        _ use: (OpenedSession) -> Void
    ) async throws(BrokerError) {
        let lookup = self.renames.begin()
        defer { self.renames.end(lookup) }
        let terms = SessionTerms(costs: self.costs, rulings: self.rulings, address: address?.block)
        var session: OpenedSession
        switch access {
        case .open: session = try await OpenedSession(hello, in: self.store, on: terms)
        case .granted(let grant): session = try await OpenedSession(hello, of: grant, in: self.store, on: terms)
        }
        // The name that was read may be older than one that every node has been told since.
        if session.isResumed { session.user = self.renames.newest(session.user) }
        use(session)
    }

    /// A guest sends something: from now on its session is kept for the full time.
    ///
    /// - Returns: Whether that is certain.
    func keep(_ hash: String) async -> Bool { (try? await self.store.session(hash)) != nil }

    // MARK: Names

    // A new name is told to every node once, and is in no log. When that news may have been lost, users are looked up:
    // each once, however many connections it has, and a limited number at once.

    /// Gives a user another name.
    func rename(_ user: User, session hash: String) async throws(BrokerError) {
        try await self.store.rename(user, session: hash)
    }

    /// Names were reserved: begins to compare those of all users with them.
    ///
    /// - Returns: Whether to begin; when it is under way already, ``endJudging()`` says that it must be done again.
    func beginJudging() -> Bool {
        guard case .idle = self.judging else {
            self.judging = .again
            return false
        }
        self.judging = .underWay
        return true
    }

    /// All names have been compared.
    ///
    /// - Returns: Whether to do it again.
    func endJudging() -> Bool {
        let isAgain = if case .again = self.judging { true } else { false }
        self.judging = isAgain ? .underWay : .idle
        return isAgain
    }

    /// A user has another name.
    func note(_ user: User) { self.renames.note(user) }

    /// A user may have another name.
    func doubt(_ user: UserID, now: ContinuousClock.Instant) { self.checks.schedule(user, at: now) }

    /// Begins to look up the next user; ``check(_:_:_:)`` or ``passOver()`` follows.
    func beginCheck(now: ContinuousClock.Instant) -> UserID? { self.checks.begin(now) }

    /// The user has gone.
    func passOver() { self.checks.ended() }

    /// Looks a user up.
    ///
    /// - Parameters:
    ///   - id: The user.
    ///   - hash: One of the user's sessions.
    ///   - use: Takes the user with the newest name, in the same turn in which it was checked.
    /// - Throws: ``BrokerError`` when the broker is out of reach.
    func check(_ id: UserID, _ hash: String, _ use: (User) -> Void) async throws(BrokerError) {
        // A user that gets another name meanwhile keeps that one.
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
