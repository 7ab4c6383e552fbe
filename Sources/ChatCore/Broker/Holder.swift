/// The name of a holder: one shard of one incarnation of a node, which holds members in rooms.
package struct HolderID: Hashable, Sendable, CustomStringConvertible {
    package let rawValue: String

    package init(node: String, incarnation: String, shard: Int) {
        self.rawValue = "\(node)/\(incarnation)/\(shard)"
    }

    package init(_ rawValue: String) { self.rawValue = rawValue }

    package var description: String { self.rawValue }

    /// The name that the same shard goes on under after its members were swept: members under the old name are going to
    /// be taken away, whenever that happens, and none under the new one.
    package var successor: HolderID {
        let parts = self.rawValue.split(separator: "+", omittingEmptySubsequences: false)
        let count = parts.count > 1 ? Int(parts[parts.count - 1]) : nil
        guard let count else { return HolderID(self.rawValue + "+1") }
        return HolderID(parts.dropLast().joined(separator: "+") + "+\(count + 1)")
    }
}

/// What has become of the members of a holder.
package enum LeaseState: Equatable, Sendable {
    /// They are where they were.
    case held
    /// The holder was taken for dead, and they leave: it goes on as its ``HolderID/successor``, and restores them.
    case lost
}

/// What a holder has in a room, from one user's id to another's.
package struct HeldPart: Equatable, Sendable {
    package var room: RoomName
    /// The newest version of the room's members that somebody was told.
    package var told: Int
    /// Only users with greater ids are spoken of; nil: from the first on.
    package var after: UserID?
    /// Only users up to this id are spoken of; nil: to the last.
    package var through: UserID?
    /// All of them that are there, by id.
    package var users: [User]

    package init(room: RoomName, told: Int, after: UserID? = nil, through: UserID? = nil, users: [User]) {
        self.room = room
        self.told = told
        self.after = after
        self.through = through
        self.users = users
    }

    /// What became of it.
    package struct Answer: Equatable, Sendable {
        /// The version of the room's members after that.
        package var version: Int
        /// Whether that was all: where many were too many, the same is to be asked for again.
        package var isDone: Bool

        package init(version: Int, isDone: Bool) {
            self.version = version
            self.isDone = isDone
        }
    }
}
