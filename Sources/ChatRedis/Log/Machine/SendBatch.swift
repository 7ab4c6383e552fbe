internal import ChatCore
internal import NIOCore

/// Messages of one room that one script stores, in the order given: all with keys, or all without.
///
/// Calling a script costs Redis more than storing a message, so the messages of one turn of an event loop go together.
/// The number is bounded because Redis does nothing else while it runs a script.
struct SendBatch {
    /// The most messages in one batch.
    static let limit = 16
    /// The most bytes of messages in one batch; one message may have more.
    static let byteLimit = 64 * 1024

    let room: RoomName
    let isKeyed: Bool
    private(set) var drafts: [Draft] = []
    /// The bytes of the messages.
    private(set) var bytes = 0

    fileprivate init(_ draft: Draft) {
        (self.room, self.isKeyed) = (draft.room, draft.key != nil)
        self.append(draft)
    }

    fileprivate mutating func append(_ draft: Draft) {
        self.drafts.append(draft)
        self.bytes += draft.tail.readableBytes
    }

    fileprivate func takes(_ draft: Draft) -> Bool {
        self.isKeyed == (draft.key != nil) && self.drafts.count < Self.limit
            && self.bytes + draft.tail.readableBytes <= Self.byteLimit
    }
}

/// Messages that were handed over together, in batches of one room each, with the place of each message.
struct SendBatches {
    /// The batches; those of one room must be stored in this order.
    private(set) var batches: [SendBatch] = []
    /// For each message its batch, and its place there.
    private(set) var places: [(batch: Int, place: Int)] = []

    /// Puts messages into batches.
    ///
    /// - Parameter drafts: The messages, those of each room in the order in which they are to be stored.
    init(_ drafts: [Draft]) {
        /// The last batch of each room except the newest one. Earlier batches take no more messages, which would
        /// overtake others.
        var last: [RoomName: Int] = [:]
        self.places.reserveCapacity(drafts.count)
        for draft in drafts {
            let newest = self.batches.count - 1
            let index: Int?
            if newest >= 0, self.batches[newest].room == draft.room {
                index = newest
            } else {
                // Messages that come together are mostly of one room.
                if newest >= 0 { last[self.batches[newest].room] = newest }
                index = last[draft.room]
            }
            self.places.append(self.add(draft, to: index))
        }
    }

    private mutating func add(_ draft: Draft, to index: Int?) -> (batch: Int, place: Int) {
        guard let index, self.batches[index].takes(draft) else {
            self.batches.append(SendBatch(draft))
            return (self.batches.count - 1, 0)
        }
        self.batches[index].append(draft)
        return (index, self.batches[index].drafts.count - 1)
    }
}
