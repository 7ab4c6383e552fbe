/// The confirmation that a message is stored.
public struct Receipt: Sendable, Equatable {
    /// The message's place in its room's log.
    public var position: LogPosition
    /// The time when it was stored, in milliseconds since the Unix epoch.
    public var time: Int
    /// Whether the key had been seen before; position and time are the first one's.
    public var isDuplicate: Bool
    /// The number of replicas that have it as well; nil where none are asked.
    public var replicas: Int?

    package init(position: LogPosition, time: Int, isDuplicate: Bool, replicas: Int? = nil) {
        self.position = position
        self.time = time
        self.isDuplicate = isDuplicate
        self.replicas = replicas
    }
}
