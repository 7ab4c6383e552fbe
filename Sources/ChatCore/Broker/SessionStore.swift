/// The users of sessions, with their names.
///
/// It promises: every node finds a stored session until its time is over, and each use restarts that time; a new name
/// is stored in the session and sent to every subscriber of every node.
package protocol SessionStore: AnyObject, Sendable {
    /// Looks a session up and restarts its time: from now on it is kept as long as any other.
    ///
    /// - Parameter hash: ``SessionSecret/hash``.
    /// - Returns: The user, or nil when no such session is known.
    /// - Throws: ``BrokerError`` when the broker is out of reach.
    func session(_ hash: String) async throws(BrokerError) -> User?

    /// Returns the user of a session, which does not count as a use: its time does not restart.
    ///
    /// - Parameter hash: ``SessionSecret/hash``.
    /// - Returns: The user, or nil when no such session is known.
    /// - Throws: ``BrokerError`` when the broker is out of reach.
    func user(ofSession hash: String) async throws(BrokerError) -> User?

    /// Stores a new session.
    ///
    /// - Parameters:
    ///   - hash: ``SessionSecret/hash``.
    ///   - user: The user of the session.
    ///   - isGuest: Whether it is a guest's: it is forgotten after some hours, unless it is looked up or renamed.
    /// - Throws: ``BrokerError`` when the broker is out of reach.
    func saveSession(_ hash: String, _ user: User, isGuest: Bool) async throws(BrokerError)

    /// A connection uses a session from now on: a broker that forgets sessions before their time is over keeps this one.
    ///
    /// - Parameter hash: ``SessionSecret/hash``.
    func hold(_ hash: String)

    /// Undoes ``hold(_:)``, once for each connection.
    func release(_ hash: String)

    /// Gives a user another name: in the session, and by ``BrokerEvent/renamed(_:)`` at every subscriber of every node.
    func rename(_ user: User, session hash: String) async throws(BrokerError)
}

extension SessionStore {
    /// A broker whose sessions end by time alone has nothing to do.
    package func hold(_ hash: String) {}
    package func release(_ hash: String) {}
}
