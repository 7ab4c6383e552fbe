/// A place in a room's log, and the proof that it is a place in *this* log.
///
/// A log that was rolled back uses numbers again that clients have seen with other messages. The time of the message at
/// the place tells the two apart. It is evidence and not part of the place: two positions are equal when epoch and
/// number are.
public struct LogPosition: Sendable {
    /// The log.
    public var epoch: Epoch
    /// The number of a message in it, counted from 1; 0 is before the first.
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
    /// Whether both name the same place, with or without proof.
    public static func == (one: Self, other: Self) -> Bool { one.seq == other.seq && one.epoch == other.epoch }

    /// Hashes the compared fields.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(self.epoch)
        hasher.combine(self.seq)
    }
}
