import ChatCore

/// Who is in a room through one shard, and what its members have been told of each other.
struct RoomPresence {
    /// A user who is here through some of the shard's connections.
    struct LocalUser {
        var user: User
        /// How many connections, joining ones included; 0 while the grace after the last one runs.
        var connections: Int
        /// Counts the times that the last connection went, so that a grace that was cut short does not end.
        var departures = 0
    }

    /// Its users on this shard; ``PresenceKeeper`` alone changes them.
    var users: [UserID: LocalUser] = [:]
    var crowd: Crowd
    /// When the list of its members is to be read, if it is: not before others have restored theirs.
    var readingDue: ContinuousClock.Instant?
    /// Until when a list that lacks some is put off.
    var settling = ListSettling()
    /// Whether the count of its members is to be told soon.
    var isCountDue = false
    /// Members whose names the broker could not be told of.
    var untoldNames: Set<UserID> = []
    /// The list of its members, for those who join.
    let list = SharedReading<Result<MemberPage, BrokerError>>()

    init(room: RoomName, limit: Int) { self.crowd = Crowd(room: room, limit: limit) }
}
