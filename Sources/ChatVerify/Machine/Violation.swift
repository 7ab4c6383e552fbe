package import ChatCore
package import ChatWords

/// A promise of the protocol (docs/PROTOCOL.md, section 4) that a history shows to be broken.
package struct Violation: Equatable, Sendable {
    /// The broken promise.
    package enum Kind: String, CaseIterable, Sendable {
        /// A message was acknowledged or seen by others, and a member who came back for it never got it.
        case lost
        /// The numbers skip some, and no `gap` was sent.
        case hole
        /// A message came to the same client twice.
        case doubled
        /// A message came after one with a higher number.
        case disordered = "out-of-order"
        /// Two messages have one number of a log.
        case conflict = "two-messages-under-one-seq"
        /// One message was stored twice in one log.
        case storedTwice = "stored-twice"
        /// A receipt and the delivered messages do not agree.
        case receipt = "receipt-disagrees"
        /// The sends of one client are not stored in the order in which it made them.
        case sendOrder = "send-order"
        /// A message was delivered with a different text from the one that was sent.
        case altered
        /// The epoch changed, and no `reset` was sent.
        case epoch = "silent-epoch-change"
        /// The log lost messages that a client has and used their numbers again, and no `reset` was sent.
        case silentLoss = "silent-loss"
        /// A `reset` for a client whose log is the same and has lost nothing.
        case reset = "false-reset"
        /// A `gap` that does not begin after the client's last message.
        case gap = "false-gap"
        /// A `join` announced a number of messages different from the number between the client and the head.
        case replay = "replay-count"
        /// A client got an event of a room that it is not in.
        case notMember = "not-a-member"
        /// After all activity had stopped, members of a room are not in the same epoch.
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
    /// One line: the promise, the place and the observation.
    package func line(in language: Language = .current) -> String {
        let place = [
            self.client.map { ("client {value}", "\($0)") }, self.room.map { ("room {value}", "\($0)") },
            self.epoch.map { ("epoch {value}", "\($0)") }, self.seq.map { ("seq {value}", "\($0)") },
        ].compactMap(\.self).map { Sentence($0.0, ["value": $0.1]).text(in: language) }
        return "\(self.kind.rawValue): \(place.joined(separator: ", ")): \(self.detail.text(in: language))"
    }
}
