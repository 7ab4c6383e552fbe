internal import ChatCore

/// The identity of the client's user.
enum Identity: Equatable {
    /// No server has welcomed the client yet: the name and the session that it asks for.
    case wanted(UserName?, SessionSecret?)
    /// The server has sent the user, and the secret that brings the client back as this user.
    case known(User, SessionSecret)

    /// The secret that brings the client back as the same user.
    var session: SessionSecret? {
        switch self {
        case .wanted(_, let session): session
        case .known(_, let session): session
        }
    }

    /// The name that the next `hello` asks for.
    ///
    /// A known user asks for none: the session has its name, which may have been changed elsewhere meanwhile. A change
    /// that was made here is a waiting command.
    var nameToAsk: UserName? {
        switch self {
        case .wanted(let name, _): name
        case .known: nil
        }
    }

    /// The name for a new user when the server has forgotten the session; nil for a guest.
    var nameToKeep: UserName? {
        guard case .known(let user, _) = self, user.name != .guest(user.id) else { return nil }
        return user.name
    }

    /// The user has another name.
    ///
    /// - Parameters:
    ///   - name: The name.
    ///   - id: The user of the name; another user's name changes nothing.
    mutating func renamed(_ name: UserName, _ id: UserID) {
        guard case .known(var user, let session) = self, user.id == id else { return }
        user.name = name
        self = .known(user, session)
    }
}
