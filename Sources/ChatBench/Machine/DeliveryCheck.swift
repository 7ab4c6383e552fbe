internal import ChatWords

/// Checks by the numbers alone whether one client gets the messages of its room in order and without a hole.
///
/// It is cheap enough to be always on. `chat-cli verify` checks more closely, and breaks connections meanwhile.
struct DeliveryCheck: Equatable, Sendable {
    /// The fault of a message.
    enum Fault: String, Sendable, CaseIterable {
        /// Messages before it did not come, and no `gap` said so.
        case hole
        /// It came before, or is behind a later one.
        case repeated
    }

    /// The number of the last message; nil until the answer to the join gives the room's position.
    private(set) var last: Int?

    /// The join was answered: what comes after this number is live.
    mutating func joined(at head: Int) { self.last = head }

    /// A message came.
    mutating func received(_ seq: Int) -> Fault? {
        guard let last else {
            self.last = seq
            return nil
        }
        guard seq > last else { return .repeated }
        self.last = seq
        return seq == last + 1 ? nil : .hole
    }

    /// The server said that messages are lost, or that a new log began.
    mutating func moved(to seq: Int?) { self.last = seq }

    /// The number of messages up to a number that have not come.
    func missing(upTo head: Int) -> Int { max(0, head - (self.last ?? head)) }
}
