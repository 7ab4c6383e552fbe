internal import NIOCore

/// What a pipeline must know of a request.
protocol PipelineRequest {
    /// Whether it runs a script, which Redis may have forgotten.
    var isScript: Bool { get }
    /// Whether it may be sent again when the connection was lost before its answer came.
    var isRepeatable: Bool { get }
    /// Whether it goes out before a new connection has been found to lead to the same data.
    var isUrgent: Bool { get }
    /// Whether its answer speaks of the requests before it, so that it means nothing while one of them is not done.
    var confirmsEarlier: Bool { get }
    /// Whether it was on the wire of a connection that was lost before its answer came.
    var mayBeDone: Bool { get set }
    /// How long it may wait to be sent.
    var deadline: NIODeadline { get }
    /// How many bytes it takes.
    var byteCount: Int { get }
}

/// Decides which requests are on the wire, which wait and which have failed: closed → verifying → open, and from either
/// of the latter through reloading and back.
///
/// Requests keep their order, whatever happens:
///
/// - A connection that is opened anew carries urgent requests alone until they are answered: they compare what was seen
///   with what Redis has, and nothing may be stored in a log that was rolled back and not yet found to be.
/// - When Redis has forgotten its scripts, every script on the wire is refused, and nothing more is sent until the last
///   answer is in. Then the scripts are loaded and the refused requests go out again, before anything newer. Had
///   another node loaded the scripts in between, so that a later request was done before an earlier refused one, the
///   refused ones fail: an order that cannot be kept is not pretended.
struct CommandPipeline<Request: PipelineRequest> {
    /// The most requests that wait or are on the wire.
    let limit: Int
    /// The most bytes that they have together.
    let byteLimit: Int

    private enum State: Equatable { case closed, verifying, open }
    fileprivate enum Entry {
        case request(Request)
        /// A script is being loaded.
        case load
    }

    private var state = State.closed
    private var isReloading = false
    private var onWire = CircularBuffer<Entry>()
    private var urgentOnWire = 0
    private var refused: [Request] = []
    private var urgent = CircularBuffer<Request>()
    private var waiting = CircularBuffer<Request>()
    private var count = 0
    private var byteCount = 0
    /// Since when an answer is owed; nil when none is.
    private var owedSince: NIODeadline?

    init(limit: Int, byteLimit: Int) {
        self.limit = limit
        self.byteLimit = byteLimit
    }

    var isOpen: Bool { self.state == .open }
    var hasWaiting: Bool { !self.urgent.isEmpty || !self.waiting.isEmpty || !self.refused.isEmpty }

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
        guard self.count < self.limit, self.byteCount + request.byteCount <= self.byteLimit else { return .refuse }
        self.count += 1
        self.byteCount += request.byteCount
        let maySend = self.state == .open || (self.state == .verifying && request.isUrgent)
        guard maySend, !self.isReloading else {
            if request.isUrgent { self.urgent.append(request) } else { self.waiting.append(request) }
            return .wait
        }
        self.put(request, now)
        return .send
    }

    /// Takes the requests out that have waited for too long.
    mutating func expire(_ now: NIODeadline) -> [Request] {
        var expired: [Request] = []
        while let request = self.urgent.first, request.deadline <= now {
            expired.append(self.done(self.urgent.removeFirst()))
        }
        while let request = self.waiting.first, request.deadline <= now {
            expired.append(self.done(self.waiting.removeFirst()))
        }
        return expired
    }

    /// For how long the answer to the oldest request on the wire has not come.
    func silence(_ now: NIODeadline) -> TimeAmount { self.owedSince.map { now - $0 } ?? .zero }

    // MARK: Answers

    enum OnReply {
        /// It answers this one. The others were refused for want of a script and overtaken since: they fail.
        case complete(Request, overtaken: [Request])
        /// It spoke of requests that were refused for want of a script: it fails.
        case fail(Request)
        /// It was refused for want of its script, and is kept to be sent again.
        case keep
        /// A script is in place.
        case loaded
        /// Nobody asked: close the connection.
        case close
    }

    mutating func replied(isNoScript: Bool, now: NIODeadline) -> OnReply {
        guard let entry = self.onWire.popFirst() else { return .close }
        self.owedSince = self.onWire.isEmpty ? nil : now
        guard case .request(let request) = entry else { return .loaded }
        if request.isUrgent { self.urgentOnWire -= 1 }
        if request.confirmsEarlier, !self.refused.isEmpty { return .fail(self.done(request)) }
        guard request.isScript else { return .complete(self.done(request), overtaken: []) }
        if isNoScript {
            self.isReloading = true
            self.refused.append(request)
            return .keep
        }
        let overtaken = self.refused.map { self.done($0) }
        self.refused.removeAll()
        return .complete(self.done(request), overtaken: overtaken)
    }

    enum OnProceed {
        /// Send these, after loading so many scripts first.
        case send([Request], loadingFirst: Bool)
        case none
    }

    /// Goes on after answers have been dealt with, or after a connection was opened and all urgent requests are made.
    ///
    /// - Parameters:
    ///   - scripts: How many scripts there are to load.
    ///   - now: The time.
    /// - Returns: What to send, in order.
    mutating func proceed(scripts: Int, now: NIODeadline) -> OnProceed {
        guard self.state != .closed else { return .none }
        var requests: [Request] = []
        var loadsFirst = false
        if self.isReloading {
            guard self.onWire.isEmpty else { return .none }
            self.isReloading = false
            loadsFirst = true
            for _ in 0..<scripts { self.onWire.append(.load) }
            requests += self.refused
            self.refused.removeAll()
        }
        requests += self.urgent
        self.urgent.removeAll()
        if self.state == .verifying, self.urgentOnWire == 0, !requests.contains(where: \.isUrgent) {
            self.state = .open
        }
        if self.state == .open {
            requests += self.waiting
            self.waiting.removeAll()
        }
        guard loadsFirst || !requests.isEmpty else { return .none }
        self.owedSince = self.owedSince ?? now
        for request in requests { self.put(request, now) }
        return .send(requests, loadingFirst: loadsFirst)
    }

    // MARK: The connection

    /// A connection stands, with the scripts loaded; ``proceed(scripts:now:)`` follows.
    mutating func opened() { self.state = .verifying }

    /// The connection is lost.
    ///
    /// - Returns: The requests that fail: it is not known whether they were done. Those that may be repeated wait again.
    mutating func lost() -> [Request] {
        var failed: [Request] = []
        var again: [Request] = []
        // The refused ones were on the wire before those that still are, and were certainly not done.
        let unanswered = self.onWire.compactMap(\.request).map { request in
            var request = request
            request.mayBeDone = true
            return request
        }
        for request in self.refused + unanswered {
            if request.isRepeatable { again.append(request) } else { failed.append(self.done(request)) }
        }
        self.state = .closed
        self.isReloading = false
        self.refused.removeAll()
        self.onWire.removeAll()
        self.urgentOnWire = 0
        self.owedSince = nil
        self.urgent = CircularBuffer(again.filter(\.isUrgent) + self.urgent)
        self.waiting = CircularBuffer(again.filter { !$0.isUrgent } + self.waiting)
        return failed
    }

    private mutating func put(_ request: Request, _ now: NIODeadline) {
        self.onWire.append(.request(request))
        if request.isUrgent { self.urgentOnWire += 1 }
        if self.owedSince == nil { self.owedSince = now }
    }

    private mutating func done(_ request: Request) -> Request {
        self.count -= 1
        self.byteCount -= request.byteCount
        return request
    }
}

extension CommandPipeline.Entry {
    fileprivate var request: Request? {
        guard case .request(let request) = self else { return nil }
        return request
    }
}
