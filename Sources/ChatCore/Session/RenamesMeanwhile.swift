/// Who got another name while sessions were being looked up.
///
/// A session is read at one moment and used at another. A new name that all nodes are told of in between belongs to no
/// connection yet: it would be missed. Names are kept for as long as a look-up is under way that began before them.
package struct RenamesMeanwhile: Sendable {
    private struct Rename {
        var user: User
        var time: Int
    }

    /// Counts look-ups and names, in the order in which they came.
    private var time = 0
    /// When those began that are under way, oldest first.
    private var lookups: [Int] = []
    private var renames: [UserID: Rename] = [:]

    package init() {}

    /// How many names are kept.
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

    /// The user by the newest name that is known.
    package func newest(_ user: User) -> User { self.renames[user.id]?.user ?? user }
}
