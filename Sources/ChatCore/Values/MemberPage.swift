/// Some members of a room, by id.
public struct MemberPage: Sendable, Equatable {
    /// The members.
    public var members: [User]
    /// How many the room has.
    public var count: Int
    /// Where the next page goes on; nil when there is none.
    public var cursor: String?
    /// Counts the changes of the room's members.
    public var version: Int
    /// Whether nobody is missing for all that the broker knows; it may have lost some, who are about to be restored.
    package var isWhole = true

    package init(members: [User], count: Int, cursor: String?, version: Int) {
        self.members = members
        self.count = count
        self.cursor = cursor
        self.version = version
    }

    /// Checks a cursor that a client gives back: lists go on behind the id of a member.
    ///
    /// - Throws: ``ProtocolError`` with the code `bad_command` for what cannot be one.
    package static func checkedCursor(_ raw: String) throws(ProtocolError) -> String {
        guard UserID(checking: raw) != nil else { throw .badCommand("cursor is one that an earlier page gave") }
        return raw
    }
}
