internal import ChatCore

/// In which rooms the holders of this node have members, as Redis is told beside the scripts: who sweeps a holder that
/// died goes by that list.
///
/// A room is listed before the first member enters, so that a crash between the two leaves nothing unlisted, and taken
/// off after the last one has left, unless somebody has entered meanwhile.
struct HolderRooms {
    /// Stands in each list that is whole; no room is called so.
    ///
    /// A list that was lost and started again lacks it.
    static let mark = "."

    private struct Holding {
        /// Counts the entries into each room, so that a leaving that was overtaken by one is found out.
        var entries: [RoomName: Int] = [:]
        /// How often its lease was renewed, as Redis counts.
        var renewals = 0
        /// When that was done last, by Redis' clock; 0: never.
        var renewedAt = 0
        /// Whether Redis may have another list of as many rooms.
        var isDoubtful = false
    }

    private var holdings: [HolderID: Holding] = [:]

    /// Whether a holder is known.
    func knows(_ holder: HolderID) -> Bool { self.holdings[holder] != nil }

    /// A holder is about to have members; it is known from now on.
    mutating func add(_ holder: HolderID) {
        if !self.knows(holder) { self.holdings[holder] = Holding() }
    }

    /// A lease was renewed.
    ///
    /// - Parameters:
    ///   - holder: Whose.
    ///   - count: How often that was done, as Redis counts.
    ///   - time: The time by Redis' clock.
    /// - Returns: Whether Redis had lost an earlier count, and with it, maybe, what stood beside it.
    mutating func renewed(_ holder: HolderID, count: Int, time: Int) -> Bool {
        let known = self.holdings[holder]?.renewals ?? 0
        self.holdings[holder]?.renewals = count
        self.holdings[holder]?.renewedAt = time
        return count <= known
    }

    /// When a lease was renewed last, by Redis' clock; 0: never.
    func lastRenewal(_ holder: HolderID) -> Int { self.holdings[holder]?.renewedAt ?? 0 }

    /// Redis may have lost data: a list of the same size need not be the same.
    mutating func doubt() {
        for holder in self.holdings.keys { self.doubt(holder) }
    }

    /// The list of a holder may be another one in Redis.
    mutating func doubt(_ holder: HolderID) { self.holdings[holder]?.isDoubtful = true }

    /// Redis has told how long a list is.
    ///
    /// - Parameters:
    ///   - holder: Whose.
    ///   - listed: What Redis has, with the mark; nil: it did not tell.
    ///   - known: What ``roomCount(_:)`` said when that was asked for.
    /// - Returns: Whether the whole list has to be written again.
    mutating func mustWrite(_ holder: HolderID, listed: Int?, known: Int) -> Bool {
        let isDoubtful = self.holdings[holder]?.isDoubtful ?? false
        self.holdings[holder]?.isDoubtful = false
        return isDoubtful || listed != known + 1
    }

    /// Somebody enters on behalf of the holder.
    ///
    /// - Returns: Whether the room has to be listed now.
    mutating func enter(_ room: RoomName, _ holder: HolderID) -> Bool {
        let count = self.holdings[holder]?.entries[room]
        self.holdings[holder, default: Holding()].entries[room] = (count ?? 0) + 1
        return count == nil
    }

    /// How often somebody has entered; ``left(_:_:since:remaining:)`` wants to know.
    func count(_ room: RoomName, _ holder: HolderID) -> Int { self.holdings[holder]?.entries[room] ?? 0 }

    /// Somebody has left.
    ///
    /// - Parameters:
    ///   - room: The room.
    ///   - holder: On whose behalf.
    ///   - count: What ``count(_:_:)`` said when that was asked for.
    ///   - remaining: How many members the holder has there still.
    /// - Returns: Whether the room is to be taken off the list.
    mutating func left(_ room: RoomName, _ holder: HolderID, since count: Int, remaining: Int) -> Bool {
        guard remaining == 0, self.holdings[holder]?.entries[room] == count else { return false }
        self.holdings[holder]?.entries[room] = nil
        return true
    }

    /// The rooms of a holder.
    func rooms(_ holder: HolderID) -> [RoomName] { self.holdings[holder].map { Array($0.entries.keys) } ?? [] }

    /// How many there are.
    func roomCount(_ holder: HolderID) -> Int { self.holdings[holder]?.entries.count ?? 0 }

    /// The holder is no more.
    mutating func remove(_ holder: HolderID) { self.holdings[holder] = nil }
}
