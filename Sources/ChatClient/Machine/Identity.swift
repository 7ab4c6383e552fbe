internal import ChatCore

/// Who the client's user is.
enum Identity: Equatable {
    /// No server has welcomed the client yet: the name and the session that it asks for.
    case wanted(UserName?, SessionSecret?)
    /// The server has said who the user is, and what brings the client back as this user.
    case known(User, SessionSecret)

    /// What brings the client back as the same user.
    var session: SessionSecret? {
        switch self {
        case .wanted(_, let session): session
        case .known(_, let session): session
        }
    }

    /// The name that the next `hello` asks for.
    ///
    /// A known user asks for none: the session has its name, and somebody may have changed it elsewhere meanwhile. A
    /// change that was made here is a command that waits.
    var nameToAsk: UserName? {
        switch self {
        case .wanted(let name, _): name
        case .known: nil
        }
    }

    /// The name that a new user is to get when the server has forgotten the session; nil for a guest.
    var nameToKeep: UserName? {
        guard case .known(let user, _) = self, user.name != .guest(user.id) else { return nil }
        return user.name
    }

    /// The user has another name.
    ///
    /// - Parameters:
    ///   - name: The name.
    ///   - id: Whose name it is; somebody else's changes nothing.
    mutating func renamed(_ name: UserName, _ id: UserID) {
        guard case .known(var user, let session) = self, user.id == id else { return }
        user.name = name
        self = .known(user, session)
    }
}
