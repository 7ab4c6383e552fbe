internal import ChatCore

extension BrokerError {
    /// No server has said yet which rooms it has.
    static let isOpening = BrokerError(.away, "the Redis servers have not been asked yet which rooms they have")
    /// Some servers do not know the new list.
    static let isMoving = BrokerError(
        .away,
        "this room moves to another Redis server, and not all of them have been told"
    )
    /// A newer list has other servers.
    static let hasMoved = BrokerError(
        .refused,
        "this room has moved to a Redis server that this node does not know"
    )
    /// Too many requests wait for the list.
    static let isCrowded = BrokerError(.overloaded, "too many requests wait for the Redis servers")
    /// A server is away, or the fleet has ended.
    static let isAway = BrokerError(.away, "Redis is out of reach")
}
