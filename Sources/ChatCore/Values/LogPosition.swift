/// A place in a room's log, and what proves that it is a place in *this* log.
///
/// A log that was rolled back gives numbers out again that others have seen with other messages. The time of the message
/// at the place tells the two apart; it is evidence and no part of the place: two positions are equal when epoch and
/// number are.
public struct LogPosition: Sendable {
    /// The log.
    public var epoch: Epoch
    /// The number of a message in it, counted from 1; 0 stands before the first.
    public var seq: Int
    /// The `time` of the message at this place, in milliseconds since the Unix epoch; nil where it is not known.
    public var time: Int?

    /// Names a place.
    public init(epoch: Epoch, seq: Int, time: Int? = nil) {
        self.epoch = epoch
        self.seq = seq
        self.time = time
    }
}

extension LogPosition: Hashable {
    /// Whether both name the same place, whatever proves it.
    public static func == (one: Self, other: Self) -> Bool { one.seq == other.seq && one.epoch == other.epoch }

    /// Hashes what is compared.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(self.epoch)
        hasher.combine(self.seq)
    }
}
