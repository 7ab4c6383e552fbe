internal import NIOCore

/// The properties of a request that its lane needs.
protocol LaneRequest {
    /// The time until which it may wait.
    var deadline: NIODeadline { get }
    /// The number of its bytes.
    var byteCount: Int { get }
}

/// Keeps the requests of each slot in order while the slot moves from one server to another.
///
/// A request that was redirected is sent again, and so are those that were sent after it; whatever is newer waits behind
/// them. Nothing goes to a slot's new server before the old one has answered everything, since an answer may still be that
/// it was done. While a slot is being moved, its servers refuse what touches several keys: then one request tries again
/// and again, and the others wait for it.
struct SlotLanes<Request: LaneRequest> {
    /// The wait before a request that must wait is tried again.
    static var pause: TimeAmount { .milliseconds(25) }
    /// The same while the cluster does not serve the slot.
    static var longPause: TimeAmount { .milliseconds(200) }
    /// The number of redirections after which a request pauses before the next: servers may disagree for a while.
    static var fewRedirections: Int { 3 }

    /// The most requests that are held.
    let limit: Int
    /// The most bytes of these together.
    let byteLimit: Int

    /// A request that was sent, by its lane and its number.
    struct Ticket: Hashable {
        let slot: HashSlot
        fileprivate let number: Int
    }

    /// A request to send.
    struct Departure {
        let ticket: Ticket
        let request: Request
        /// The server that takes it once although it has not got the slot; nil: the slot's own.
        let asks: RedisURL.Address?
    }

    private struct Held {
        let number: Int
        let request: Request
        var asks: RedisURL.Address?
        /// How often a server has not taken it.
        var refusals = 0
    }

    private enum Phase {
        /// Requests are sent as they come.
        case open
        /// They are held until those that were sent have been answered.
        case draining
        /// They are held until then, and one tries again at that time.
        case pausing(until: NIODeadline)
        /// One is on its way, and the others wait for its answer.
        case trying(Int)
    }

    private struct Lane {
        var phase = Phase.open
        var sent: [Int: Int] = [:]
        var held: [Held] = []
    }

    private var lanes: [HashSlot: Lane] = [:]
    private var lastNumber = 0
    private var heldCount = 0
    private var heldBytes = 0

    init(limit: Int, byteLimit: Int) { (self.limit, self.byteLimit) = (limit, byteLimit) }

    // MARK: Requests

    enum OnSubmit {
        /// Send it now.
        case send(Ticket)
        /// It waits for those before it.
        case hold
        /// Too many wait.
        case refuse
    }

    /// A request has come.
    mutating func submit(_ request: Request, to slot: HashSlot) -> OnSubmit {
        var lane = self.lanes.removeValue(forKey: slot) ?? Lane()
        defer { self.lanes[slot] = lane }
        self.lastNumber += 1
        if case .open = lane.phase, lane.held.isEmpty {
            lane.sent[self.lastNumber] = 0
            return .send(Ticket(slot: slot, number: self.lastNumber))
        }
        guard self.heldCount < self.limit, self.heldBytes + request.byteCount <= self.byteLimit else { return .refuse }
        self.hold(Held(number: self.lastNumber, request: request), in: &lane)
        return .hold
    }

    private mutating func hold(_ held: Held, in lane: inout Lane) {
        self.heldCount += 1
        self.heldBytes += held.request.byteCount
        // Nearly always the end: those that come back do so in order.
        let place = lane.held.lastIndex { $0.number < held.number }.map { $0 + 1 } ?? 0
        lane.held.insert(held, at: place)
    }

    private mutating func release(_ held: Held) -> Request {
        self.heldCount -= 1
        self.heldBytes -= held.request.byteCount
        return held.request
    }

    /// The slot is at another server from now on.
    mutating func moved(_ slot: HashSlot) {
        guard case .open? = self.lanes[slot]?.phase else { return }
        self.lanes[slot]?.phase = .draining
    }

    // MARK: Answers

    /// A request was answered, or has failed for good; ``proceed(_:_:)`` follows.
    ///
    /// - Returns: Earlier requests that no server has taken and that it has overtaken: they fail.
    mutating func answered(_ ticket: Ticket) -> [Request] {
        // Taken out, so that it is changed in place.
        guard var lane = self.lanes.removeValue(forKey: ticket.slot) else { return [] }
        defer { self.lanes[ticket.slot] = lane }
        guard lane.sent.removeValue(forKey: ticket.number) != nil else { return [] }
        if case .trying(ticket.number) = lane.phase { lane.phase = .draining }
        let overtaken = lane.held.filter { $0.number < ticket.number && $0.refusals > 0 }
        lane.held.removeAll { $0.number < ticket.number && $0.refusals > 0 }
        return overtaken.map { self.release($0) }
    }

    /// Why a request has come back without having been done.
    enum Return: Equatable {
        /// The slot is at another server.
        case moved
        /// Another server takes this request alone.
        case ask(RedisURL.Address)
        /// It must be tried again later.
        case wait
        /// The cluster does not serve the slot.
        case waitLonger
        /// It was not sent.
        case withdrawn
    }

    /// A request has come back without having been done: it goes first when it can be sent again; ``proceed(_:_:)``
    /// follows.
    mutating func returned(_ ticket: Ticket, _ request: Request, _ reason: Return, _ now: NIODeadline) {
        guard var lane = self.lanes.removeValue(forKey: ticket.slot) else { return }
        defer { self.lanes[ticket.slot] = lane }
        guard let refusals = lane.sent.removeValue(forKey: ticket.number) else { return }
        var held = Held(number: ticket.number, request: request, refusals: refusals)
        if case .open = lane.phase { lane.phase = .draining }
        if case .trying(ticket.number) = lane.phase { lane.phase = .draining }
        switch reason {
        case .withdrawn: break
        case .moved:
            held.refusals += 1
            if held.refusals > Self.fewRedirections { lane.phase = .pausing(until: now + Self.pause) }
        case .ask(let server):
            held.refusals += 1
            held.asks = server
            if held.refusals > Self.fewRedirections { lane.phase = .pausing(until: now + Self.pause) }
        case .wait:
            held.refusals += 1
            lane.phase = .pausing(until: now + Self.pause)
        case .waitLonger:
            held.refusals += 1
            lane.phase = .pausing(until: now + Self.longPause)
        }
        self.hold(held, in: &lane)
    }

    /// Continues with a slot, if it can.
    ///
    /// - Returns: The requests to send, in order.
    mutating func proceed(_ slot: HashSlot, _ now: NIODeadline) -> [Departure] {
        guard var lane = self.lanes[slot], lane.sent.isEmpty else { return [] }
        guard let first = lane.held.first else {
            self.lanes[slot] = nil
            return []
        }
        let isAlone: Bool
        switch lane.phase {
        case .open, .draining: isAlone = first.asks != nil
        case .pausing(let time):
            guard time <= now else { return [] }
            isAlone = true
        case .trying: return []
        }
        let leaving = isAlone ? [first] : lane.held
        lane.held.removeFirst(leaving.count)
        lane.phase = isAlone ? .trying(first.number) : .open
        for held in leaving { lane.sent[held.number] = held.refusals }
        self.lanes[slot] = lane
        return leaving.map { held in
            let ticket = Ticket(slot: slot, number: held.number)
            return Departure(ticket: ticket, request: self.release(held), asks: held.asks)
        }
    }

    /// Whether there is no request.
    var isEmpty: Bool { self.lanes.isEmpty }

    // MARK: Time

    /// The slots in which requests wait for a time.
    var pausing: [HashSlot] {
        self.lanes.filter { if case .pausing = $0.value.phase { true } else { false } }.map(\.key)
    }

    /// Takes the held requests out that have waited for too long.
    mutating func expire(_ now: NIODeadline) -> [Request] {
        guard self.heldCount > 0 else { return [] }
        var expired: [Held] = []
        for (slot, lane) in self.lanes where lane.held.contains(where: { $0.request.deadline <= now }) {
            expired += lane.held.filter { $0.request.deadline <= now }
            self.lanes[slot]?.held.removeAll { $0.request.deadline <= now }
            if self.lanes[slot]?.held.isEmpty == true, lane.sent.isEmpty { self.lanes[slot] = nil }
        }
        return expired.map { self.release($0) }
    }
}
