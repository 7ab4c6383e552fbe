/// Compares the published changes of a room's members with the result of each check of the room.
///
/// Changes are counted one by one, and come on the channel in this order. A number that is not above the one before it
/// is not old news: Redis has lost its count.
struct PresenceTrack {
    /// The verdict on a change or a check.
    enum Verdict: Equatable {
        /// Do nothing: all is correct.
        case agrees
        /// Changes have not come: the members here may have been told less than this version.
        case behind(Int)
        /// Redis has lost some records of the members.
        case lost
    }

    /// The newest known change; nil: none.
    private(set) var version: Int?
    private var count = 0
    /// The change that came last on the channel.
    ///
    /// A change that a check shows may still be on its way there.
    private var published: Int?

    /// A change came on the channel.
    mutating func published(version: Int, count: Int) -> Verdict {
        let isNext = version > self.published ?? 0
        self.published = version
        if !isNext || version >= self.version ?? 0 { (self.version, self.count) = (version, count) }
        return isNext ? .agrees : .lost
    }

    /// Whether a glance at the room agrees with the state here.
    func agrees(version: Int, members: Glance.Members) -> Bool {
        guard let known = self.version, known == version else { return false }
        return members == (self.count > 0 ? .some : .none)
    }

    /// The room was checked.
    ///
    /// - Parameters:
    ///   - version: The number of changes that it has counted.
    ///   - count: The number of its members.
    ///   - isWhole: Whether its records of the members agree with each other.
    ///   - known: The value of ``version`` when the check was requested: news may have overtaken the answer.
    /// - Returns: The verdict on a change or a check.
    mutating func looked(version: Int, count: Int, isWhole: Bool, since known: Int?) -> Verdict {
        let newest = self.version
        guard isWhole, version >= known ?? 0 else {
            // The next change is compared with the present state.
            (self.version, self.count, self.published) = (version, count, nil)
            return .lost
        }
        if let newest, version < newest { return .agrees }
        defer { (self.version, self.count) = (version, count) }
        guard version == newest ?? 0 else { return .behind(version) }
        return newest == nil || count == self.count ? .agrees : .lost
    }
}
