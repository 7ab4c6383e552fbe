internal import DequeModule

/// The sessions that the embedded broker knows, by the hash of their secrets.
struct MemorySessions {
    /// The most sessions it remembers; past it the oldest is forgotten before its time.
    static let maximum = 200_000

    private struct Session {
        var user: User
        var lastUsed: Int
    }

    private var sessions: [String: Session] = [:]
    private var order: Deque<String> = []

    mutating func save(_ hash: String, _ user: User, now: Int) {
        if self.sessions.updateValue(Session(user: user, lastUsed: now), forKey: hash) == nil {
            self.order.append(hash)
        }
        if self.sessions.count > Self.maximum { self.sessions[self.order.removeFirst()] = nil }
    }

    /// Looks a session up and lets its time begin anew.
    mutating func use(_ hash: String, now: Int, limits: LogLimits) -> User? {
        guard let session = self.sessions[hash], now - session.lastUsed <= limits.sessions.inMilliseconds else {
            return nil
        }
        self.sessions[hash]?.lastUsed = now
        return session.user
    }

    mutating func rename(_ hash: String, _ user: User) { self.sessions[hash]?.user = user }

    mutating func forget(_ now: Int, _ limits: LogLimits) {
        let oldest = now - limits.sessions.inMilliseconds
        guard self.sessions.contains(where: { $0.value.lastUsed < oldest }) else { return }
        self.sessions = self.sessions.filter { $0.value.lastUsed >= oldest }
        self.order.removeAll { self.sessions[$0] == nil }
    }
}
