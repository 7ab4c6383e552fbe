/// What a client may do: every way in asks it, and what it does not allow is refused.
package indirect enum Access: Hashable, Sendable {
    /// The server asks for no tokens: everybody may read and write, nobody may moderate.
    case open
    /// A token says it.
    case granted(Grant)

    /// The token's grant; nil where no tokens are needed.
    package var grant: Grant? {
        switch self {
        case .open: nil
        case .granted(let grant): grant
        }
    }

    /// What it allows in a room.
    package func rights(in room: RoomName) -> RoomRights {
        switch self {
        case .open: .everybody
        case .granted(let grant): grant.rights(in: room)
        }
    }

    /// What it allows in every room, whatever its name: what is told of the whole server is told to those.
    package var rightsEverywhere: RoomRights {
        switch self {
        case .open: .everybody
        case .granted(let grant): grant.rightsEverywhere
        }
    }

    /// Checks that something is allowed.
    ///
    /// - Throws: ``ProtocolError`` with the code `forbidden`.
    package func require(_ right: RoomRights, in room: RoomName) throws(ProtocolError) {
        guard self.rights(in: room).isSuperset(of: right) else { throw right.refusal(in: room) }
    }
}

extension RoomRights: CustomStringConvertible {
    /// The error for somebody who lacks these rights.
    package func refusal(in room: RoomName) -> ProtocolError {
        ProtocolError(.forbidden, "your token does not allow \(self) in \(room)")
    }

    /// The words of a token, with commas between.
    package var description: String {
        let words: [(RoomRights, String)] = [
            (.live, "live"), (.history, "history"), (.presence, "presence"), (.write, "write"),
            (.moderate, "moderate"),
        ]
        return words.filter { self.contains($0.0) }.map(\.1).joined(separator: ", ")
    }
}
