/// Which user a session's secret brings back, and by which name.
///
/// What it promises: a session that was stored is found by every node until its time is over, and each use restarts
/// that time; a new name is in the session, and is told to every subscriber of every node.
package protocol SessionStore: AnyObject, Sendable {
    /// Looks a session up and restarts its time: from now on it is kept as long as any other.
    ///
    /// - Parameter hash: ``SessionSecret/hash``.
    /// - Returns: The user, or nil when no such session is known.
    /// - Throws: ``BrokerError`` when the broker is out of reach.
    func session(_ hash: String) async throws(BrokerError) -> User?

    /// Tells whose a session is, which is no use of it: its time goes on as it did.
    ///
    /// - Parameter hash: ``SessionSecret/hash``.
    /// - Returns: The user, or nil when no such session is known.
    /// - Throws: ``BrokerError`` when the broker is out of reach.
    func user(ofSession hash: String) async throws(BrokerError) -> User?

    /// Stores a new session.
    ///
    /// - Parameters:
    ///   - hash: ``SessionSecret/hash``.
    ///   - user: Whom it brings back.
    ///   - isGuest: Whether nobody would miss it: it is forgotten after some hours, unless it is looked up or renamed.
    /// - Throws: ``BrokerError`` when the broker is out of reach.
    func saveSession(_ hash: String, _ user: User, isGuest: Bool) async throws(BrokerError)

    /// Gives a user another name: in the session, and by ``BrokerEvent/renamed(_:)`` at every subscriber of every node.
    func rename(_ user: User, session hash: String) async throws(BrokerError)
}
