internal import ChatCore
internal import DequeModule

/// The sessions that the embedded broker knows, by the hash of their secrets.
struct MemorySessions {
    /// The most sessions it remembers; past that the least recently used one that no connection uses is forgotten early.
    static let maximum = 200_000
    /// The most sessions that are checked for one new one.
    static let checkedAtOnce = 1000

    private struct Session {
        var user: PackedUser
        var isGuest: Bool
        var lastUsed: Int
        /// The number of this session's last use among all uses.
        var use: Int
        /// The number of connections that use it now.
        var connections = 0

        func isForgotten(_ now: Int, _ limits: LogLimits) -> Bool { self.connections == 0 && self.isOver(now, limits) }

        /// Whether its time is over.
        func isOver(_ now: Int, _ limits: LogLimits) -> Bool {
            let time = self.isGuest ? min(limits.guestSessions, limits.sessions) : limits.sessions
            return now - self.lastUsed > time.inMilliseconds
        }
    }

    private struct Use {
        var session: Fingerprint
        var number: Int
    }

    private var sessions: [Fingerprint: Session] = [:]
    /// In the order of time; only the last use of each session counts.
    private var uses: Deque<Use> = []
    /// The same of guests, whose time is shorter.
    private var guests: Deque<Use> = []
    private var lastUse = 0

    /// The number of remembered sessions.
    var count: Int { self.sessions.count }

    mutating func save(_ hash: String, _ user: User, isGuest: Bool = false, now: Int) {
        // Another connection of the same user may have been quicker.
        let key = Fingerprint(hash)
        let connections = self.sessions[key]?.connections ?? 0
        self.sessions[key] = Session(
            user: PackedUser(user),
            isGuest: isGuest,
            lastUsed: now,
            use: 0,
            connections: connections
        )
        self.note(key, now)
        var looks = 0
        while self.sessions.count > Self.maximum, looks < Self.checkedAtOnce, let oldest = self.popOldest() {
            looks += 1
            guard let session = self.sessions[oldest.session], session.use == oldest.number else { continue }
            if session.connections > 0 { self.note(oldest.session, now) } else { self.sessions[oldest.session] = nil }
        }
    }

    /// A connection uses the session.
    mutating func hold(_ hash: String) { self.sessions[Fingerprint(hash)]?.connections += 1 }

    /// A connection that used the session has gone.
    mutating func release(_ hash: String) {
        let key = Fingerprint(hash)
        guard let connections = self.sessions[key]?.connections, connections > 0 else { return }
        self.sessions[key]?.connections = connections - 1
    }

    /// The user of a session.
    func user(_ hash: String, now: Int, limits: LogLimits) -> User? {
        guard let session = self.sessions[Fingerprint(hash)], !session.isForgotten(now, limits) else { return nil }
        return session.user.user
    }

    /// Looks a session up and restarts its time; from now on it is kept for the full time.
    mutating func use(_ hash: String, now: Int, limits: LogLimits) -> User? {
        guard let user = self.user(hash, now: now, limits: limits) else { return nil }
        let key = Fingerprint(hash)
        self.sessions[key]?.isGuest = false
        self.note(key, now)
        return user
    }

    /// Gives the user of a session another name; that counts as a use of it.
    mutating func rename(_ hash: String, _ user: User, now: Int) {
        let key = Fingerprint(hash)
        guard self.sessions[key] != nil else { return }
        self.sessions[key]?.user = PackedUser(user)
        self.sessions[key]?.isGuest = false
        self.note(key, now)
    }

    /// Removes expired sessions.
    ///
    /// - Parameters:
    ///   - now: The time, in milliseconds since the Unix epoch.
    ///   - limits: The limits with that time.
    ///   - limit: The most uses to check, of guests and of all.
    /// - Returns: The larger number of uses checked in the two; if it equals the limit, more may be due.
    mutating func forget(_ now: Int, _ limits: LogLimits, limit: Int) -> Int {
        max(self.forget(\.guests, now, limits, limit), self.forget(\.uses, now, limits, limit))
    }

    /// Takes the earliest use out of the two lines.
    private mutating func popOldest() -> Use? {
        guard let guest = self.guests.first else { return self.uses.popFirst() }
        guard let use = self.uses.first, use.number < guest.number else { return self.guests.popFirst() }
        return self.uses.popFirst()
    }

    /// The session that was used first expires first.
    private mutating func forget(
        _ line: WritableKeyPath<Self, Deque<Use>>,
        _ now: Int,
        _ limits: LogLimits,
        _ limit: Int
    ) -> Int {
        var looks = 0
        while looks < limit, let oldest = self[keyPath: line].first {
            let session = self.sessions[oldest.session].flatMap { $0.use == oldest.number ? $0 : nil }
            if let session, !session.isOver(now, limits) { break }
            self[keyPath: line].removeFirst()
            looks += 1
            guard let session else { continue }
            // A session that a connection uses is used now.
            if session.connections > 0 { self.note(oldest.session, now) } else { self.sessions[oldest.session] = nil }
        }
        return looks
    }

    private mutating func note(_ key: Fingerprint, _ now: Int) {
        self.lastUse += 1
        self.sessions[key]?.lastUsed = now
        self.sessions[key]?.use = self.lastUse
        let use = Use(session: key, number: self.lastUse)
        if self.sessions[key]?.isGuest == true { self.guests.append(use) } else { self.uses.append(use) }
        if self.uses.count + self.guests.count > 2 * max(self.sessions.count, 1024) { self.compact() }
    }

    private mutating func compact() {
        self.uses.removeAll { self.sessions[$0.session]?.use != $0.number }
        self.guests.removeAll { self.sessions[$0.session]?.use != $0.number }
    }
}
