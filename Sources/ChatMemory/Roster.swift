package import ChatCore

/// The members of a room and their holders: users count once, however many holders have them.
package struct Roster: Sendable {
    private struct Entry {
        var user: User
        var holders: SmallSet<HolderID>
    }

    private var entries: [UserID: Entry] = [:]
    /// In order of id, so that a page is a slice.
    private var order: [UserID] = []
    /// Counts the changes of the set of users and of their names.
    package private(set) var version = 0

    package init() {}

    package var count: Int { self.order.count }

    /// The effect of a change for the other members.
    package enum OnChange: Equatable, Sendable {
        case joined(User)
        case left(User)
        case renamed(User, oldName: UserName)
        case none
    }

    /// A holder has the user in the room, under this name.
    package mutating func enter(_ user: User, holder: HolderID) -> OnChange {
        if var entry = self.entries[user.id] {
            entry.holders.insert(holder)
            self.entries[user.id] = entry
            return self.rename(user)
        }
        self.entries[user.id] = Entry(user: user, holders: SmallSet(holder))
        self.order.insert(user.id, at: self.index(of: user.id))
        self.version += 1
        return .joined(user)
    }

    /// A holder has the user in the room; the name of a user that is there already stays.
    package mutating func restore(_ user: User, holder: HolderID) -> OnChange {
        self.enter(self.entries[user.id]?.user ?? user, holder: holder)
    }

    /// The users that a holder has in the room, by id.
    ///
    /// - Parameters:
    ///   - holder: The holder.
    ///   - after: Only users with greater ids; nil: from the first on.
    ///   - through: Only users up to this id; nil: to the last.
    /// - Returns: Their ids.
    package func users(of holder: HolderID, after: UserID?, through: UserID?) -> [UserID] {
        let start = after.map { self.index(after: $0) } ?? 0
        let end = through.map { self.index(after: $0) } ?? self.order.count
        guard start < end else { return [] }
        return self.order[start..<end].filter { self.entries[$0]?.holders.contains(holder) == true }
    }

    /// A holder does not have the user in the room any more.
    package mutating func leave(_ id: UserID, holder: HolderID) -> OnChange {
        guard var entry = self.entries[id], entry.holders.remove(holder) else { return .none }
        guard entry.holders.isEmpty else {
            self.entries[id] = entry
            return .none
        }
        self.entries[id] = nil
        self.order.remove(at: self.index(of: id))
        self.version += 1
        return .left(entry.user)
    }

    /// The user has another name.
    package mutating func rename(_ user: User) -> OnChange {
        guard let entry = self.entries[user.id], entry.user.name != user.name else { return .none }
        self.entries[user.id]?.user.name = user.name
        self.version += 1
        return .renamed(user, oldName: entry.user.name)
    }

    /// Some members, by id.
    ///
    /// - Parameters:
    ///   - cursor: The cursor of an earlier page; nil begins.
    ///   - limit: The most members to give.
    /// - Returns: The members, and the cursor of the next page.
    package func page(cursor: String?, limit: Int) -> MemberPage {
        let start = cursor.map { self.index(after: UserID($0)) } ?? 0
        let ids = self.order[start...].prefix(limit)
        return MemberPage(
            members: ids.compactMap { self.entries[$0]?.user },
            count: self.count,
            cursor: ids.endIndex < self.order.endIndex ? ids.last?.rawValue : nil,
            version: self.version
        )
    }

    private func index(after id: UserID) -> Int {
        let index = self.index(of: id)
        return index < self.order.count && self.order[index] == id ? index + 1 : index
    }

    /// The index of the id, or the index where it belongs.
    private func index(of id: UserID) -> Int {
        var lower = 0
        var upper = self.order.count
        while lower < upper {
            let middle = (lower + upper) / 2
            let isBefore = self.order[middle].rawValue.utf8.lexicographicallyPrecedes(id.rawValue.utf8)
            if isBefore { lower = middle + 1 } else { upper = middle }
        }
        return lower
    }
}
