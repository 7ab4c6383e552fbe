package import ChatCore
package import ChatWords

/// A promise of the protocol (docs/PROTOCOL.md, section 4) that a history shows to be broken.
package struct Violation: Equatable, Sendable {
    /// Which promise.
    package enum Kind: String, CaseIterable, Sendable {
        /// A message was acknowledged or seen by others, and a member who came back for it never got it.
        case lost
        /// The numbers jump, and no `gap` says so.
        case hole
        /// A message came to the same client twice.
        case doubled
        /// A message came after one that stands behind it.
        case disordered = "out-of-order"
        /// One number of a log stands for two messages.
        case conflict = "two-messages-under-one-seq"
        /// One message was stored twice in one log.
        case storedTwice = "stored-twice"
        /// A receipt and the delivered messages do not agree.
        case receipt = "receipt-disagrees"
        /// The sends of one client are not stored in the order in which it made them.
        case sendOrder = "send-order"
        /// A message was delivered with another text than it was sent with.
        case altered
        /// The epoch changed, and no `reset` said so.
        case epoch = "silent-epoch-change"
        /// The log lost what a client has, and gave its numbers out again, and no `reset` said so.
        case silentLoss = "silent-loss"
        /// A `reset` for a client whose log is the same and has lost nothing.
        case reset = "false-reset"
        /// A `gap` that does not follow what the client has.
        case gap = "false-gap"
        /// A `join` announced another number of messages than lie between the client and the head.
        case replay = "replay-count"
        /// Something of a room came to a client that is not in it.
        case notMember = "not-a-member"
        /// After everything had come to rest, members of a room are not in the same epoch.
        case divided = "epochs-differ"
        /// A client did not come back, or not to the head of its rooms.
        case unsettled
        /// The server sent something that the protocol does not have.
        case garbled
    }

    package var kind: Kind
    package var client: Int?
    package var room: RoomName?
    package var epoch: Epoch?
    package var seq: Int?
    /// The observation, in words.
    package var detail: Sentence
}

extension Violation {
    /// One line: which promise, where, and what was seen.
    package func line(in language: Language = .current) -> String {
        let place = [
            self.client.map { ("client {value}", "\($0)") }, self.room.map { ("room {value}", "\($0)") },
            self.epoch.map { ("epoch {value}", "\($0)") }, self.seq.map { ("seq {value}", "\($0)") },
        ].compactMap(\.self).map { Sentence($0.0, ["value": $0.1]).text(in: language) }
        return "\(self.kind.rawValue): \(place.joined(separator: ", ")): \(self.detail.text(in: language))"
    }
}
