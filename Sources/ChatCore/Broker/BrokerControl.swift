/// The list of rooms, the broker's status, and its work as a whole.
///
/// It promises: a room that has members or a log is listed; ``probe()`` succeeds only when a message would have come
/// back; each change of the broker's status reaches every attached subscriber once, with the rooms that it concerns.
package protocol BrokerControl: AnyObject, Sendable {
    /// The kind of broker, in one word for people and programs: `memory`, `redis`.
    var kind: String { get }
    /// Whether it answers without waiting for anything: then tasks that ask it do not give way to the sockets of a loop.
    var answersAtOnce: Bool { get }

    /// Rooms that have members or a log, by name.
    ///
    /// - Parameters:
    ///   - cursor: The name after which to go on; nil begins.
    ///   - limit: The most rooms to give.
    /// - Returns: The rooms, and the cursor of the next page.
    /// - Throws: ``BrokerError`` when the broker is out of reach.
    func rooms(after cursor: RoomName?, limit: Int) async throws(BrokerError) -> RoomPage

    /// Removes every message of a room: its log begins anew, with another epoch.
    ///
    /// The texts are nowhere in the broker after it, and keys that were used before are free again. Every subscriber of
    /// the room gets ``RoomEvent/reset(head:)`` at once. Members and the count of their changes stay.
    ///
    /// - Throws: ``BrokerError`` when the broker is out of reach.
    func clear(_ room: RoomName) async throws(BrokerError)

    /// Adds a subscriber for events of a whole node: ``BrokerEvent/status(_:detail:of:)``, ``BrokerEvent/renamed(_:)``.
    func attach(_ subscriber: any BrokerSubscriber)

    /// Proves that the broker can publish and receive, by a round trip.
    ///
    /// - Throws: ``BrokerError`` with the reason why not.
    func probe() async throws(BrokerError)

    /// What it has counted until now.
    func counts() async -> BrokerCounts

    /// Works until the task is cancelled.
    func run() async throws
}

extension BrokerControl {
    /// By default it waits.
    package var answersAtOnce: Bool { false }

    /// By default there is nothing to count.
    package func counts() async -> BrokerCounts { BrokerCounts() }
}
