// What lies between two lists of members, as changes that clients understand.

extension Crowd {
    /// Makes events of the difference between what was told and what is.
    ///
    /// Each change that happened counted the version up by one, and a user is in the difference once, however many of
    /// them were about it: so there are numbers enough, or the broker was told to go on counting there. The last event
    /// bears the new version, those before it the numbers before it; where these do not follow on what was told, a count
    /// comes first, which is no hole to a client.
    ///
    /// - Parameters:
    ///   - told: Who the members have been told to be there.
    ///   - names: Who is there.
    ///   - version: What the members have been told last.
    ///   - count: How many they have been told to be.
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
