import ChatCore

/// The users in a room through one shard, and what its members have been told about each other.
struct RoomPresence {
    /// A user that is here through some of the shard's connections.
    struct LocalUser {
        var user: User
        /// The number of connections, including joining ones; 0 during the grace after the last one.
        var connections: Int
        /// Counts the losses of the last connection, so that the end of an interrupted grace has no effect.
        var departures = 0
        /// The time when the first of its connections came.
        var since = ContinuousClock.now
    }

    /// Its users on this shard; ``PresenceKeeper`` alone changes them.
    var users: [UserID: LocalUser] = [:]
    var crowd: Crowd
    /// The time to read the list of its members, if it must be read: not before others have restored theirs.
    var readingDue: ContinuousClock.Instant?
    /// The time until which an incomplete list is delayed.
    var settling = ListSettling()
    /// Whether the count of its members must be sent soon.
    var isCountDue = false
    /// Members whose new names the broker could not be told.
    var untoldNames: Set<UserID> = []
    /// The list of its members, for joins.
    let list = SharedReading<Result<MemberPage, BrokerError>>()

    init(room: RoomName, limit: Int) { self.crowd = Crowd(room: room, limit: limit) }
}
