/// What one address, one user and one room may cost a node and everybody on it (docs/LIMITS.md).
///
/// An address is an IPv4 address or a /64 of IPv6 (``NetworkAddress/block``), and people share one: the defaults are for
/// five hundred of them in one office or school, who all come back at the same moment. nil: no limit.
package struct CostLimits: Equatable, Sendable {
    // MARK: Of an address

    /// The most connections.
    package var connectionsPerAddress: Int? = 1000
    /// The most connections that have not finished a request: handshakes under way, and slow heads.
    package var pendingPerAddress: Int? = 300
    /// New connections.
    package var openings: Limits.Rate? = Limits.Rate(burst: 1000, perSecond: 50)
    /// New sessions: the memory broker keeps 200,000, Redis each for 30 days.
    package var sessions: Limits.Rate? = Limits.Rate(burst: 500, 60, per: .minute)
    /// Joins: each is a script or two at Redis, and an event to everybody in the room.
    package var joins: Limits.Rate? = Limits.Rate(burst: 2000, perSecond: 200)
    /// Rooms that are new to the node and have no messages: the memory broker keeps 100,000.
    package var newRooms: Limits.Rate? = Limits.Rate(burst: 500, 60, per: .minute)
    /// Sends.
    package var addressSends: Limits.Rate? = Limits.Rate(burst: 200, perSecond: 50)
    /// Signals of typing.
    package var typing: Limits.Rate? = Limits.Rate(burst: 200, perSecond: 50)
    /// New names: each is an event in all rooms of its user.
    package var addressRenames: Limits.Rate? = Limits.Rate(burst: 100, 60, per: .minute)
    /// Bytes of replays and pages of history.
    package var replayBytes: Limits.Rate? = Limits.Rate(burst: 64 << 20, perSecond: 4 << 20)
    /// Requests to the API.
    package var requests: Limits.Rate? = Limits.Rate(burst: 300, perSecond: 30)

    // MARK: Of a user and of a room

    /// New names of a user.
    package var renames: Limits.Rate? = Limits.Rate(burst: 5, 12, per: .minute)
    /// Sends into a room, of everybody on the node.
    ///
    /// It bounds the work of a flood. It is no fair share: a lower one would let a flood silence the room.
    package var roomSends: Limits.Rate? = Limits.Rate(burst: 1000, perSecond: 500)
    /// The most members of a room.
    package var membersPerRoom: Int? = 50_000

    // MARK: Of the node

    /// New connections of all addresses.
    package var nodeOpenings: Limits.Rate? = Limits.Rate(burst: 20_000, perSecond: 5000)
    /// The most rooms with members here.
    package var rooms: Int? = 100_000
    /// The most joins that wait for their turn on a loop.
    package var joinsWaiting: Int? = 100_000
    /// The most requests to the API that wait for the broker: sends and joins have the rest of its queue.
    package var requestsUnderWay: Int? = 256
    /// The most bytes that wait for clients, or are parts of their messages; nil: a quarter of the memory that the
    /// process may use.
    package var bufferedBytes: Int?

    package init() {}

    /// No limit at all: for load tests.
    package static var none: CostLimits {
        var cost = CostLimits()
        (cost.connectionsPerAddress, cost.pendingPerAddress, cost.openings, cost.sessions) = (nil, nil, nil, nil)
        (cost.joins, cost.newRooms, cost.addressSends, cost.addressRenames) = (nil, nil, nil, nil)
        cost.typing = nil
        (cost.replayBytes, cost.requests, cost.renames, cost.roomSends) = (nil, nil, nil, nil)
        (cost.membersPerRoom, cost.nodeOpenings, cost.rooms, cost.requestsUnderWay) = (nil, nil, nil, nil)
        cost.joinsWaiting = nil
        return cost
    }
}
