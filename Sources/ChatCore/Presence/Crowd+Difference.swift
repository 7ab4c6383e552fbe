// The difference of two lists of members, as changes that clients understand.

extension Crowd {
    /// Makes events from the difference between the list that was told and the present one.
    ///
    /// Each change increased the version by one, and a user is in the difference once, however many changes it had. So
    /// there are enough numbers, or the broker was told to count on from there. The last event has the new version, and
    /// those before it the numbers before it. If these do not directly follow the version that was told, a count comes
    /// first, so that clients see no hole.
    ///
    /// - Parameters:
    ///   - told: The members in the list that was told.
    ///   - names: The present members.
    ///   - version: The version that the members have been told last.
    ///   - count: The count that they have been told.
    /// - Returns: The events, in order.
    func difference(_ told: [UserID: User], _ names: [UserID: User], from version: Int, count: Int) -> [Event] {
        let gone = told.values.filter { names[$0.id] == nil }.sorted { $0.id.rawValue < $1.id.rawValue }
        let others = names.values.filter { told[$0.id] != $0 }.sorted { $0.id.rawValue < $1.id.rawValue }
        var next = self.version - gone.count - others.count
        var events = next > version ? [self.countEvent(count, next)] : []
        var count = count
        for user in gone {
            (count, next) = (count - 1, next + 1)
            events.append(.left(self.change(user, count, next)))
        }
        for user in others {
            next += 1
            if let old = told[user.id] {
                events.append(.renamed(self.change(user, count, next), oldName: old.name))
            } else {
                count += 1
                events.append(.joined(self.change(user, count, next)))
            }
        }
        return events
    }
}
