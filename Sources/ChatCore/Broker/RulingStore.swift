/// The rulings of moderators, and the record of what they did.
///
/// It promises: a ruling that was put holds for every node until it is lifted or ends, and survives what the messages
/// of the broker survive; every change reaches every attached subscriber of every node at once
/// (``BrokerEvent/rulings(_:)``), and a subscriber that may have missed one is told to read all again, within seconds;
/// the number of rulings and of entries is bounded.
package protocol RulingStore: AnyObject, Sendable {
    /// Lets a ruling hold, in place of an earlier one about the same matter.
    ///
    /// When it returns, it is stored, and every node that can be reached has been told.
    ///
    /// - Throws: ``BrokerError`` when the broker is out of reach, or has ``Rulings/maximum`` rulings
    ///   (``BrokerError/Code/rulingsFull``).
    func put(_ ruling: Ruling) async throws(BrokerError)

    /// Lets a ruling hold no more.
    ///
    /// - Returns: The ruling; nil when there was none.
    /// - Throws: ``BrokerError`` when the broker is out of reach.
    func lift(_ id: RulingID) async throws(BrokerError) -> Ruling?

    /// All rulings that hold, with the version of their list.
    ///
    /// - Parameter known: What the caller knows. Where the list is no later version of that, because the broker lost
    ///   its data or has older ones, the rulings that the caller knows and the broker does not are stored again first:
    ///   a ban must not end because a Redis was emptied.
    /// - Returns: The list.
    /// - Throws: ``BrokerError`` when the broker is out of reach.
    func rulings(known: RulingList?) async throws(BrokerError) -> RulingList

    /// Adds an entry to the record; the oldest goes when there are more than ``AuditPage/maximumKept``.
    func record(_ entry: AuditEntry) async throws(BrokerError)

    /// Reads the record backwards.
    ///
    /// - Parameters:
    ///   - cursor: The cursor of a newer page; nil begins with the newest entries.
    ///   - limit: The most entries to give.
    /// - Returns: The entries, oldest first, and the cursor of older ones.
    /// - Throws: ``BrokerError`` when the broker is out of reach.
    func audit(before cursor: String?, limit: Int) async throws(BrokerError) -> AuditPage
}
