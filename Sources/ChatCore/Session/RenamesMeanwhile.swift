/// Users that got another name while sessions were being looked up.
///
/// A session is read at one moment and used later. A new name that arrives in between has no connection yet, and would
/// be missed. So names are kept for as long as an earlier look-up is under way.
package struct RenamesMeanwhile: Sendable {
    private struct Rename {
        var user: User
        var time: Int
    }

    /// Counts look-ups and names, in the order in which they came.
    private var time = 0
    /// The beginnings of the look-ups under way, oldest first.
    private var lookups: [Int] = []
    private var renames: [UserID: Rename] = [:]

    package init() {}

    /// The number of names that are kept.
    package var count: Int { self.renames.count }

    /// A look-up begins.
    ///
    /// - Returns: Its number, for ``end(_:)``.
    package mutating func begin() -> Int {
        self.time += 1
        self.lookups.append(self.time)
        return self.time
    }

    /// The user of a look-up is known to the shard, or there is none.
    package mutating func end(_ lookup: Int) {
        if let index = self.lookups.firstIndex(of: lookup) { self.lookups.remove(at: index) }
        guard !self.renames.isEmpty else { return }
        guard let oldest = self.lookups.first else { return self.renames = [:] }
        self.renames = self.renames.filter { $0.value.time > oldest }
    }

    /// A user has another name.
    package mutating func note(_ user: User) {
        guard !self.lookups.isEmpty else { return }
        self.time += 1
        self.renames[user.id] = Rename(user: user, time: self.time)
    }

    /// The user with the newest known name.
    package func newest(_ user: User) -> User { self.renames[user.id]?.user ?? user }
}
