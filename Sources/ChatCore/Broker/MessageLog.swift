/// The log of each room, and its messages as they come.
///
/// Every message goes through it and comes back from it, even one between two clients of the same node. It promises: a
/// message is stored once, under one number; a subscriber gets every message after the head exactly once and in order,
/// or is told which ones it cannot have.
package protocol MessageLog: AnyObject, Sendable {
    /// Stores, numbers and publishes messages, each atomically and in the order given.
    ///
    /// - A result with a receipt means that the message is in its room's log, under that position.
    /// - A message whose sender used its key before in this room and de-duplication window is not stored again, even
    ///   when the log got another epoch since and kept it; the receipt is the first one's, with `isDuplicate` set and
    ///   the epoch that the log has now.
    /// - Numbers may go on after a log lost its end and no node saw it; ``LogPage/proves(_:)`` then separates lost
    ///   positions from valid ones, by their times.
    /// - Batches that one caller hands over one after the other are stored in that order.
    /// - The code of an error says whether the message was stored; if that is unknown
    ///   (``BrokerError/Outcome/unknown``), sending with the same key finds out, and never stores it twice.
    /// - It waits a bounded time and holds a bounded number of messages.
    ///
    /// - Parameter drafts: The messages.
    /// - Returns: One result for each message, in their order.
    func publish(_ drafts: [Draft]) async -> [Result<Receipt, BrokerError>]

    /// The lane of a room's messages: those of different lanes do not wait for each other when they are handed over
    /// separately. Where there is one, it is 0.
    func lane(of room: RoomName) -> Int

    /// Deletes a message: its text leaves the log, and an entry that tells of it is stored and published, both at once.
    ///
    /// - The message keeps its place, number and time; it is ``PublicationCodec/deleted(_:)`` from now on.
    /// - The entry is the next one of the log, of the kind ``MessageKind/deletion``. Subscribers get it like every entry,
    ///   and take the text out of what they keep.
    /// - A message that was deleted before is not deleted again; the receipt is its own, with `isDuplicate` set.
    ///
    /// - Parameter deletion: The message.
    /// - Returns: The receipt of the entry; nil if the log has no such message, or keeps it no longer.
    /// - Throws: ``BrokerError``; its code says whether the message may have been deleted. Trying again is harmless.
    func delete(_ deletion: Deletion) async throws(BrokerError) -> Receipt?

    /// Begins to hand a room's events to a subscriber.
    ///
    /// From the moment of the head that is returned, the subscriber receives every message after it exactly once and in
    /// order of `seq`, or ``RoomEvent/gap(epoch:from:to:)`` in place of messages it cannot have: a broker repairs its
    /// own losses. When the log was replaced by another it receives ``RoomEvent/reset(head:)`` and then every message
    /// that the new log keeps. Events at or below the head may come as well, and events may come before this call
    /// returns: a subscriber must compare positions.
    ///
    /// - Parameters:
    ///   - room: The room; subscribing again is harmless and returns the present head.
    ///   - subscriber: The receiver of its events.
    /// - Returns: The head of the room's log, with the time that proves it.
    /// - Throws: ``BrokerError`` when the broker is out of reach.
    func subscribe(_ room: RoomName, _ subscriber: any BrokerSubscriber) async throws(BrokerError) -> LogPosition

    /// Undoes ``subscribe(_:_:)``; events under way may still come.
    func unsubscribe(_ room: RoomName, _ subscriber: any BrokerSubscriber) async

    /// Reads messages that follow a position, oldest first.
    ///
    /// - Parameters:
    ///   - room: The room.
    ///   - seq: The position's number; 0 reads from the beginning.
    ///   - limit: The most messages to give; fewer come when they have more than ``LogPage/maximumBytes``.
    /// - Returns: The messages, and what the log keeps.
    /// - Throws: ``BrokerError`` when the broker is out of reach.
    func log(_ room: RoomName, after seq: Int, limit: Int) async throws(BrokerError) -> LogPage

    /// Reads messages that precede a position, oldest first.
    ///
    /// - Parameters:
    ///   - room: The room.
    ///   - seq: The number after the last of them; nil or a number above the head: the newest.
    ///   - limit: The most messages to give; fewer come when they have more than ``LogPage/maximumBytes``.
    /// - Returns: The messages, and what the log keeps.
    /// - Throws: ``BrokerError`` when the broker is out of reach.
    func log(_ room: RoomName, before seq: Int?, limit: Int) async throws(BrokerError) -> LogPage
}

extension MessageLog {
    /// By default there is one lane.
    package func lane(of room: RoomName) -> Int { 0 }
}
