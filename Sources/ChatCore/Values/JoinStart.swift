/// The beginning of a member's view of the log.
public enum JoinStart: Hashable, Sendable {
    /// With the next message.
    case live
    /// With the last messages, up to this number.
    case last(Int)
    /// After a message that the member has: resume.
    case after(LogPosition)
}
