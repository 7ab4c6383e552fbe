/// Some members of a room, by id.
public struct MemberPage: Sendable, Equatable {
    /// The members.
    public var members: [User]
    /// The number of the room's members.
    public var count: Int
    /// The cursor of the next page; nil when there is none.
    public var cursor: String?
    /// Counts the changes of the room's members.
    public var version: Int
    /// Whether the list is complete, as far as the broker knows; it may have lost some members, which will be restored
    /// soon.
    package var isWhole = true

    package init(members: [User], count: Int, cursor: String?, version: Int) {
        self.members = members
        self.count = count
        self.cursor = cursor
        self.version = version
    }

    /// The answer to somebody who may not know who is there.
    package static let untold = MemberPage(members: [], count: 0, cursor: nil, version: 0)

    /// Checks a cursor that a client sends: lists go on after the id of a member.
    ///
    /// - Throws: ``ProtocolError`` with the code `bad_command` for what cannot be one.
    package static func checkedCursor(_ raw: String) throws(ProtocolError) -> String {
        guard UserID(checking: raw) != nil else { throw .badCommand("cursor is one that an earlier page gave") }
        return raw
    }
}
