import ChatCore
import Synchronization

/// Limits how fast each user, each address and everybody in a room may send on this node, over connections and HTTP
/// together.
///
/// It takes one lock for each send, none for a delivery. What has its burst whole again is forgotten by ``sweep(now:)``.
final class SendLimiter: SharedLimiter {
    let account = "sends"

    private let state: Mutex<State>
    private let refusals: RefusalMetrics
    /// Whether there is any limit.
    private let isOn: Atomic<Bool>

    private struct State {
        var users: UserBudgets
        var addresses: BucketTable<AddressBlock>
        var rooms: BucketTable<RoomName>

        var isOn: Bool { self.users.rate != nil || self.addresses.rate != nil || self.rooms.rate != nil }

        mutating func take(_ send: Send, now: ContinuousClock.Instant) -> Refusal? {
            if let wait = self.users.take(send.user, now: now) {
                return Refusal(name: .sendsPerUser, "a user sends", self.users.rate, wait)
            }
            if let address = send.address, let wait = self.addresses.take(address, now: now) {
                self.users.giveBack(send.user, now: now)
                return Refusal(name: .sendsPerAddress, "an address sends", self.addresses.rate, wait)
            }
            if let wait = self.rooms.take(send.room, now: now) {
                self.users.giveBack(send.user, now: now)
                if let address = send.address { self.addresses.giveBack(address, now: now) }
                return Refusal(name: .sendsPerRoom, "a room takes", self.rooms.rate, wait)
            }
            self.users.spend(send.user, now: now)
            return nil
        }
    }

    /// A send, by those who pay for it.
    struct Send {
        var user: UserID
        /// nil for a connection without an address.
        var address: AddressBlock?
        var room: RoomName
    }

    private struct Refusal {
        let name: LimitName
        let error: ProtocolError?

        init(name: LimitName, _ subject: String, _ rate: Limits.Rate?, _ wait: Duration) {
            self.name = name
            self.error = rate.map { .rateLimited(subject, $0, "messages", after: wait) }
        }
    }

    /// The most keys of each kind that are checked while others wait to send.
    static let sweptAtOnce = 1000

    /// Makes a limiter; without a rate it lets everything pass.
    init(_ limits: Limits, _ refusals: RefusalMetrics) {
        let state = State(
            users: UserBudgets(rate: limits.sends),
            addresses: BucketTable(rate: limits.cost.addressSends),
            rooms: BucketTable(rate: limits.cost.roomSends)
        )
        self.isOn = Atomic(state.isOn)
        self.state = Mutex(state)
        self.refusals = refusals
    }

    /// The number of remembered users, addresses and rooms.
    var counts: (users: Int, addresses: Int, rooms: Int) {
        self.state.withLock { ($0.users.count, $0.addresses.count, $0.rooms.count) }
    }

    /// Counts a send.
    ///
    /// - Returns: nil when it may go on; otherwise the error for the sender.
    func take(_ send: Send, now: ContinuousClock.Instant) -> ProtocolError? {
        guard self.isOn.load(ordering: .relaxed) else { return nil }
        guard let refusal = self.state.withLock({ $0.take(send, now: now) }) else { return nil }
        self.refusals.count(refusal.name)
        return refusal.error
    }

    /// A room gets back what somebody was not allowed to say there: the muted must not silence the others.
    func giveBack(room: RoomName, now: ContinuousClock.Instant) {
        guard self.isOn.load(ordering: .relaxed) else { return }
        self.state.withLock { $0.rooms.giveBack(room, now: now) }
    }

    func withUsers<Result: Sendable>(_ body: (inout UserBudgets) -> Result) -> Result {
        self.state.withLock { body(&$0.users) }
    }

    /// Sets other limits.
    func apply(_ limits: Limits) {
        self.state.withLock { state in
            state.users.setRate(limits.sends)
            state.addresses.setRate(limits.cost.addressSends)
            state.rooms.setRate(limits.cost.roomSends)
            self.isOn.store(state.isOn, ordering: .relaxed)
        }
    }

    /// Forgets those that have not sent for a while; each shard does its share.
    ///
    /// - Returns: The number of users, addresses and rooms checked: those whose buckets were due to be full again.
    @discardableResult
    func sweep(now: ContinuousClock.Instant) -> Int {
        // One at a time: meanwhile others wait to send.
        self.state.withLock { $0.users.sweep(limit: Self.sweptAtOnce, now: now) }
            + self.state.withLock { $0.addresses.sweep(limit: Self.sweptAtOnce, now: now) }
            + self.state.withLock { $0.rooms.sweep(limit: Self.sweptAtOnce, now: now) }
    }
}
