/// Where a member's view of the log begins.
public enum ReplayStart: Hashable, Sendable {
    /// With the next message.
    case live
    /// With the last messages, so many at most.
    case last(Int)
    /// After a message that the member has: resume.
    case after(LogPosition)
}
