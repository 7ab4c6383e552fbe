internal import ChatCore

/// The lists of rooms in which the holders of this node have members.
///
/// Redis has a copy, and the node that sweeps a dead holder uses it.
///
/// A room is listed before the first member enters, so that a crash between the two leaves nothing unlisted. It is
/// removed after the last member has left, unless somebody has entered meanwhile.
struct HolderRooms {
    /// The mark in each complete list; no room has this name.
    ///
    /// A list that was lost and started again lacks it.
    static let mark = "."

    private struct Holding {
        /// Counts the entries into each room, so that a leave that an entry overtook is noticed.
        var entries: [RoomName: Int] = [:]
        /// The number of renewals of its lease, as counted by Redis.
        var renewals = 0
        /// The time of the last renewal, by Redis' clock; 0: never.
        var renewedAt = 0
        /// Whether Redis may have a different list of the same length.
        var isDoubtful = false
    }

    private var holdings: [HolderID: Holding] = [:]

    /// Whether a holder is known.
    func knows(_ holder: HolderID) -> Bool { self.holdings[holder] != nil }

    /// A holder will have members; it is known from now on.
    mutating func add(_ holder: HolderID) {
        if !self.knows(holder) { self.holdings[holder] = Holding() }
    }

    /// A lease was renewed.
    ///
    /// - Parameters:
    ///   - holder: Whose.
    ///   - count: The number of renewals, as counted by Redis.
    ///   - time: The time by Redis' clock.
    /// - Returns: Whether Redis had lost an earlier count, and with it perhaps other data.
    mutating func renewed(_ holder: HolderID, count: Int, time: Int) -> Bool {
        let known = self.holdings[holder]?.renewals ?? 0
        self.holdings[holder]?.renewals = count
        self.holdings[holder]?.renewedAt = time
        return count <= known
    }

    /// The time of a lease's last renewal, by Redis' clock; 0: never.
    func lastRenewal(_ holder: HolderID) -> Int { self.holdings[holder]?.renewedAt ?? 0 }

    /// Redis may have lost data: a list of the same size need not be the same.
    mutating func doubt() {
        for holder in self.holdings.keys { self.doubt(holder) }
    }

    /// The list of a holder may be different in Redis.
    mutating func doubt(_ holder: HolderID) { self.holdings[holder]?.isDoubtful = true }

    /// Redis has answered the length of a list.
    ///
    /// - Parameters:
    ///   - holder: Whose.
    ///   - listed: The length in Redis, with the mark; nil: not known.
    ///   - known: The value of ``roomCount(_:)`` when the request was sent.
    /// - Returns: Whether the whole list has to be written again.
    mutating func mustWrite(_ holder: HolderID, listed: Int?, known: Int) -> Bool {
        let isDoubtful = self.holdings[holder]?.isDoubtful ?? false
        self.holdings[holder]?.isDoubtful = false
        return isDoubtful || listed != known + 1
    }

    /// A member of the holder enters.
    ///
    /// - Returns: Whether the room has to be listed now.
    mutating func enter(_ room: RoomName, _ holder: HolderID) -> Bool {
        let count = self.holdings[holder]?.entries[room]
        self.holdings[holder, default: Holding()].entries[room] = (count ?? 0) + 1
        return count == nil
    }

    /// The number of entries; ``left(_:_:since:remaining:)`` needs it.
    func count(_ room: RoomName, _ holder: HolderID) -> Int { self.holdings[holder]?.entries[room] ?? 0 }

    /// A member has left.
    ///
    /// - Parameters:
    ///   - room: The room.
    ///   - holder: The member's holder.
    ///   - count: The value of ``count(_:_:)`` when the request was sent.
    ///   - remaining: The number of members that the holder still has there.
    /// - Returns: Whether to remove the room from the list.
    mutating func left(_ room: RoomName, _ holder: HolderID, since count: Int, remaining: Int) -> Bool {
        guard remaining == 0, self.holdings[holder]?.entries[room] == count else { return false }
        self.holdings[holder]?.entries[room] = nil
        return true
    }

    /// The rooms of a holder.
    func rooms(_ holder: HolderID) -> [RoomName] { self.holdings[holder].map { Array($0.entries.keys) } ?? [] }

    /// The number of these rooms.
    func roomCount(_ holder: HolderID) -> Int { self.holdings[holder]?.entries.count ?? 0 }

    /// The holder has ended.
    mutating func remove(_ holder: HolderID) { self.holdings[holder] = nil }
}
