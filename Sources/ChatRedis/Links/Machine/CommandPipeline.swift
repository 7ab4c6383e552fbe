internal import NIOCore

/// The properties of a request that a pipeline needs.
protocol PipelineRequest {
    /// Whether it runs a script, which Redis may have forgotten.
    var isScript: Bool { get }
    /// Whether it may be sent again when the connection was lost before its answer came.
    var isRepeatable: Bool { get }
    var priority: RequestPriority { get }
    /// Whether a command goes before it that lets a server take it which has not got its slot.
    var asks: Bool { get }
    /// Whether its answer covers the requests before it, so that it means nothing while one of them is not done.
    var confirmsEarlier: Bool { get }
    /// Whether it was on the wire of a connection that was lost before its answer came.
    var mayBeDone: Bool { get set }
    /// The time until which it may wait to be sent.
    var deadline: NIODeadline { get set }
    /// The number of its bytes.
    var byteCount: Int { get }
}

/// How long a request may be kept from Redis for the sake of others.
enum RequestPriority {
    /// It goes out before the comparison shows that a new connection leads to the same data.
    case urgent
    case normal
    /// There may be thousands of it: joins, departures, pages. So many as a window allows are on the wire, and what has
    /// a higher priority overtakes the rest.
    case bulk
}

/// Decides which requests are on the wire, which wait and which have failed: closed → verifying → open, and from either
/// of the latter through reloading and back.
///
/// Requests of one priority always keep their order, and nothing is overtaken by what is less urgent:
///
/// - A new connection carries only urgent requests until they are answered. They compare the followed logs with those
///   in Redis: nothing may be stored in a log that was rolled back before the node has noticed it.
/// - When Redis has forgotten its scripts, it refuses every script on the wire, and nothing more is sent until the last
///   answer is in. Then the scripts are loaded and the refused requests go out again, before any newer ones. If another
///   node loaded the scripts in between, and a later request was done before an earlier refused one, the refused ones
///   fail, since their order cannot be kept.
/// - When crowds come and go, Redis has a ``bulkWindow`` of their requests at a time, so that a message need not wait for
///   the thousands of others.
struct CommandPipeline<Request: PipelineRequest> {
    /// The most requests that wait or are on the wire.
    let limit: Int
    /// The most bytes of these together.
    let byteLimit: Int
    /// The most bulk requests on the wire: some milliseconds of Redis' time.
    static var bulkWindow: Int { 32 }

    /// The requests that a connection may carry.
    private enum Phase: Equatable {
        /// Only urgent requests.
        case verifying
        /// All requests.
        case open
    }

    private enum State {
        /// There is no connection.
        case closed
        case standing(Phase)
        /// Redis has forgotten its scripts: nothing is sent until everything on the wire is answered.
        case reloading(refused: [Request], then: Phase)
    }

    private var state = State.closed
    private var wire = Wire()
    private var urgent = CircularBuffer<Request>()
    private var waiting = CircularBuffer<Request>()
    private var bulk = CircularBuffer<Request>()
    private var count = 0
    private var byteCount = 0

    init(limit: Int, byteLimit: Int) {
        self.limit = limit
        self.byteLimit = byteLimit
    }

    // MARK: Requests

    enum OnSubmit: Equatable {
        /// Send it now.
        case send
        /// It waits for its turn, until its deadline.
        case wait
        /// Too many wait.
        case refuse
    }

    mutating func submit(_ request: Request, now: NIODeadline) -> OnSubmit {
        guard self.hasSpace(for: request) else { return .refuse }
        self.count += 1
        self.byteCount += request.byteCount
        guard self.maySend(request) else {
            switch request.priority {
            case .urgent: self.urgent.append(request)
            case .normal: self.waiting.append(request)
            case .bulk: self.bulk.append(request)
            }
            return .wait
        }
        self.wire.append(.request(request), now)
        return .send
    }

    /// Crowds leave a quarter of the space to everybody else.
    private func hasSpace(for request: Request) -> Bool {
        let isBulk = request.priority == .bulk
        let limit = isBulk ? self.limit - self.limit / 4 : self.limit
        let byteLimit = isBulk ? self.byteLimit - self.byteLimit / 4 : self.byteLimit
        return self.count < limit && self.byteCount + request.byteCount <= byteLimit
    }

    private func maySend(_ request: Request) -> Bool {
        switch self.state {
        case .closed, .reloading: false
        case .standing(.verifying): request.priority == .urgent
        case .standing(.open): request.priority != .bulk || self.bulk.isEmpty && self.bulkRoom > 0
        }
    }

    /// The number of further bulk requests that may be on the wire.
    private var bulkRoom: Int { Self.bulkWindow - self.wire.bulkCount }

    /// Takes the requests out that have waited for a connection for too long.
    ///
    /// Bulk requests that wait for their turn are not among them: Redis answers, and there are many of them.
    mutating func expire(_ now: NIODeadline) -> [Request] {
        var expired = Self.takeExpired(&self.urgent, now) + Self.takeExpired(&self.waiting, now)
        if case .closed = self.state { expired += Self.takeExpired(&self.bulk, now) }
        return expired.map { self.done($0) }
    }

    private static func takeExpired(_ queue: inout CircularBuffer<Request>, _ now: NIODeadline) -> [Request] {
        let expired = Array(queue.prefix { $0.deadline <= now })
        queue.removeFirst(expired.count)
        return expired
    }

    /// The time that the oldest request on the wire has waited for its answer.
    func silence(_ now: NIODeadline) -> TimeAmount { self.wire.silence(now) }

    // MARK: Answers

    enum OnReply {
        /// It answers this one. The others were refused because a script was missing, and were overtaken since: they
        /// fail.
        case complete(Request, overtaken: [Request])
        /// It covers requests that were refused because a script was missing: it fails.
        case fail(Request)
        /// It was refused because its script was missing, and is kept to be sent again.
        case keep
        /// A script is in place, or the way for the next request is free.
        case loaded
        /// There was no request for it: close the connection.
        case close
    }

    mutating func replied(isNoScript: Bool, now: NIODeadline) -> OnReply {
        guard let entry = self.wire.popFirst(now) else { return .close }
        guard case .request(let request) = entry else { return .loaded }
        if request.confirmsEarlier, self.hasRefused { return .fail(self.done(request)) }
        guard request.isScript else { return .complete(self.done(request), overtaken: []) }
        guard isNoScript else {
            return .complete(self.done(request), overtaken: self.takeRefused().map { self.done($0) })
        }
        self.refuse(request)
        return .keep
    }

    private var hasRefused: Bool {
        guard case .reloading(let refused, then: _) = self.state else { return false }
        return !refused.isEmpty
    }

    private mutating func refuse(_ request: Request) {
        switch self.state {
        case .closed: break
        case .standing(let phase): self.state = .reloading(refused: [request], then: phase)
        case .reloading(let refused, let phase): self.state = .reloading(refused: refused + [request], then: phase)
        }
    }

    private mutating func takeRefused() -> [Request] {
        guard case .reloading(let refused, let phase) = self.state else { return [] }
        self.state = .reloading(refused: [], then: phase)
        return refused
    }

    enum OnProceed {
        /// Send these, after loading the scripts if necessary.
        case send([Request], loadingFirst: Bool)
        case none
    }

    /// Continues after answers have been handled, or after a connection was opened and all urgent requests are made.
    ///
    /// - Parameters:
    ///   - scripts: The number of scripts to load.
    ///   - now: The time.
    /// - Returns: The requests to send, in order.
    mutating func proceed(scripts: Int, now: NIODeadline) -> OnProceed {
        switch self.state {
        case .closed: return .none
        case .standing(let phase): return self.send([], loads: 0, phase, now)
        case .reloading(let refused, let phase):
            guard self.wire.isEmpty else { return .none }
            return self.send(refused, loads: scripts, phase, now)
        }
    }

    private mutating func send(_ refused: [Request], loads: Int, _ phase: Phase, _ now: NIODeadline) -> OnProceed {
        var requests = refused + self.urgent
        self.urgent.removeAll()
        let mayOpen = self.wire.urgentCount == 0 && !requests.contains { $0.priority == .urgent }
        let phase = mayOpen ? .open : phase
        self.state = .standing(phase)
        if phase == .open {
            requests += self.waiting
            self.waiting.removeAll()
            // A copy: a slice would make the queue copy itself.
            let some = Array(self.bulk.prefix(max(0, self.bulkRoom - refused.count { $0.priority == .bulk })))
            requests += some
            self.bulk.removeFirst(some.count)
        }
        guard loads > 0 || !requests.isEmpty else { return .none }
        for _ in 0..<loads { self.wire.append(.load, now) }
        for request in requests { self.wire.append(.request(request), now) }
        return .send(requests, loadingFirst: loads > 0)
    }

    // MARK: The connection

    /// A connection was established, with the scripts loaded; ``proceed(scripts:now:)`` follows.
    mutating func opened() { self.state = .standing(.verifying) }

    /// The connection is lost.
    ///
    /// - Parameter deadline: The time until which those that waited for their turn now wait for a connection.
    /// - Returns: The requests that fail: it is not known whether they were done. Repeatable ones wait again.
    mutating func lost(bulkUntil deadline: NIODeadline) -> [Request] {
        var failed: [Request] = []
        var again: [Request] = []
        // The refused ones were on the wire before those that still are, and were surely not done.
        for request in self.takeRefused() + self.wire.lost() {
            if request.isRepeatable { again.append(request) } else { failed.append(self.done(request)) }
        }
        self.state = .closed
        self.urgent = CircularBuffer(again.filter { $0.priority == .urgent } + self.urgent)
        self.waiting = CircularBuffer(again.filter { $0.priority == .normal } + self.waiting)
        self.bulk = CircularBuffer(
            (again.filter { $0.priority == .bulk } + self.bulk).map { request in
                var request = request
                request.deadline = deadline
                return request
            }
        )
        return failed
    }

    /// Takes out requests that were not sent, because their slots have moved to another server.
    ///
    /// - Parameter isElsewhere: Whether a request's slot has moved.
    /// - Returns: The requests, those of one priority in order.
    mutating func withdraw(where isElsewhere: (Request) -> Bool) -> [Request] {
        var withdrawn: [Request] = []
        func take(_ queue: inout CircularBuffer<Request>) {
            let leaving = queue.filter(isElsewhere)
            guard !leaving.isEmpty else { return }
            queue.removeAll(where: isElsewhere)
            withdrawn += leaving
        }
        take(&self.urgent)
        take(&self.waiting)
        take(&self.bulk)
        return withdrawn.map { self.done($0) }
    }

    private mutating func done(_ request: Request) -> Request {
        self.count -= 1
        self.byteCount -= request.byteCount
        return request
    }
}
