import ChatCore
import ChatWebSocket
import NIOCore

/// Names a connection within its shard.
struct ClientID: Hashable, Sendable {
    let rawValue: UInt64
}

/// The way in which the broker keeps the session of a connection, by the hash of its secret.
enum KeptSession {
    /// It is not open yet.
    case none
    /// It is kept only for a short time, since nobody has used it yet.
    case shortly(String)
    case long(String)

    /// The hash of its secret.
    var hash: String? {
        switch self {
        case .none: nil
        case .shortly(let hash), .long(let hash): hash
        }
    }
}

/// What a connection is in its rooms.
enum Audience {
    /// Its user is a member of each of them.
    case member
    /// It hears one room, and is nobody's member.
    case listener(Stream)

    /// The answer to a listener's request.
    enum Stream {
        /// The room has not let it in. The head of the answer waits, and an error may still take its place.
        case awaited(head: ByteBuffer)
        /// The head has gone, and events follow.
        case begun
    }
}

/// One connection of a shard: the machines that decide for it, and the port through which bytes leave.
///
/// It belongs to one shard and never leaves it.
final class Client {
    /// The most commands under way for one connection; past it the socket is not read until half of them are done.
    static let maximumInFlight = 1024

    let id: ClientID
    /// Where it comes from; nil for a connection without an address.
    let address: NetworkAddress?
    let port: OutboundPort
    var decoder: FrameDecoder
    var session: CommandMachine
    var liveness: Liveness
    var stall: StallWatch
    /// Whether the shard checks the bytes that wait for it.
    var isWatched = false
    /// The form in which it gets its messages.
    let form: MessageForm
    var audience: Audience
    var keptSession = KeptSession.none
    var expiry = ExpiryWatch()
    var refreshes = RefreshOrder()
    /// Whether some ruling mutes it, in some room: what it says is looked at more closely.
    var isMutedSomewhere = false
    var memberships: [Membership] = [] {
        didSet { self.port.isShared = self.memberships.count > 1 }
    }
    /// Whether a page of a replay is on its way; the next page waits for it, whatever its room.
    private(set) var isReplaying = false
    // Few replays wait for another one.
    private lazy var pageEnd = Signal()
    private(set) var isClosed = false
    /// The bytes that the node is said to hold for it (``BufferGauge``).
    var heldBytes = 0
    private var inFlight = 0
    private var isReading = true

    init(
        id: ClientID,
        address: NetworkAddress? = nil,
        port: OutboundPort,
        form: MessageForm = .frames(nil),
        audience: Audience = .member,
        limits: Limits,
        entry: CommandMachine.Entry = .free,
        now: ContinuousClock.Instant
    ) {
        self.id = id
        self.address = address
        self.port = port
        self.form = form
        self.audience = audience
        self.decoder = FrameDecoder(role: .server, maximumMessageBytes: limits.messageBytes)
        self.session = CommandMachine(limits: limits, entry: entry, now: now)
        self.liveness = Liveness(limits: limits, now: now)
        self.stall = StallWatch(limits: limits)
    }

    /// Marks the connection as ended.
    ///
    /// - Returns: Whether it was not before.
    func markClosed() -> Bool {
        defer { self.isClosed = true }
        return !self.isClosed
    }

    /// Whether it only listens.
    var isListener: Bool {
        if case .listener = self.audience { true } else { false }
    }

    /// Whether it may give orders in a room.
    func mayModerate(_ room: RoomName) -> Bool { self.session.access.rights(in: room).contains(.moderate) }

    /// Its user; nil until its session is open.
    var user: User? { self.session.user }

    /// What a ruling may name.
    var visitor: Visitor { Visitor(user: self.user?.id, address: self.address) }

    func membership(in room: RoomName) -> Membership? { self.memberships.first { $0.room.name == room } }

    /// Whether it is there, and still has this membership.
    func has(_ membership: Membership) -> Bool {
        !self.isClosed && self.memberships.contains { $0 === membership }
    }

    /// A page of a replay goes out.
    func beginPage() { self.isReplaying = true }

    /// The socket has taken the page: replays that waited for it check again.
    func endPage() {
        self.isReplaying = false
        self.pageEnd.raise()
    }

    /// Returns when the page that is on its way has ended.
    func pageEnded() async { await self.pageEnd.raised() }

    /// A command has gone to the broker.
    func began() {
        self.inFlight += 1
        guard self.isReading, self.inFlight > Self.maximumInFlight else { return }
        self.isReading = false
        self.port.setReading(false)
    }

    /// A command has come back from the broker.
    func ended() {
        self.inFlight -= 1
        guard !self.isReading, self.inFlight <= Self.maximumInFlight / 2 else { return }
        self.isReading = true
        self.port.setReading(true)
    }
}
