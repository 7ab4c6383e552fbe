/// The name of a holder: one shard of one incarnation of a node, which holds members in rooms.
package struct HolderID: Hashable, Sendable, CustomStringConvertible {
    package let rawValue: String

    package init(node: String, incarnation: String, shard: Int) {
        self.rawValue = "\(node)/\(incarnation)/\(shard)"
    }

    package init(_ rawValue: String) { self.rawValue = rawValue }

    package var description: String { self.rawValue }

    /// The name under which the same shard goes on after its members were swept: a sweep may still remove members under
    /// the old name, but none under the new one.
    package var successor: HolderID {
        let parts = self.rawValue.split(separator: "+", omittingEmptySubsequences: false)
        let count = parts.count > 1 ? Int(parts[parts.count - 1]) : nil
        guard let count else { return HolderID(self.rawValue + "+1") }
        return HolderID(parts.dropLast().joined(separator: "+") + "+\(count + 1)")
    }
}

/// The state of a holder's members.
package enum LeaseState: Equatable, Sendable {
    /// They are still members.
    case held
    /// The holder was taken for dead, and its members leave: it goes on as its ``HolderID/successor``, and restores
    /// them.
    case lost
}

/// A holder's members in a room, from one user's id to another's.
package struct HeldPart: Equatable, Sendable {
    package var room: RoomName
    /// The newest version of the room's members that clients were told.
    package var told: Int
    /// Only users with greater ids are meant; nil: from the first on.
    package var after: UserID?
    /// Only users up to this id are meant; nil: to the last.
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

    /// The result for it.
    package struct Answer: Equatable, Sendable {
        /// The version of the room's members after that.
        package var version: Int
        /// Whether it is complete: if too many members had to be removed, the same request must be sent again.
        package var isDone: Bool

        package init(version: Int, isDone: Bool) {
            self.version = version
            self.isDone = isDone
        }
    }
}
