internal import ChatCore

/// Decides everything a client does with a connection: a machine without I/O and without a clock.
///
/// It outlives connections. What a program wants (rooms joined, messages sent, questions answered) is kept here until it
/// is done, and begun again on each new connection; what belongs to one connection is forgotten with it.
struct ClientMachine {
    /// What the shell does, in this order.
    enum Action: Equatable {
        /// Send a command.
        case transmit(CommandEnvelope)
        /// Give whoever waits for this id its answer.
        case answer(Int, Answer)
        /// Tell the program.
        case emit(ClientEvent)
        /// Close the connection: it is dead or of no use.
        case disconnect(ConnectionFailure)
    }

    /// How a command ended.
    enum Answer: Equatable {
        case ok(ReplyFields)
        /// Nothing had to be asked of the server.
        case done
        case failed(ClientError)
    }

    /// Where the connection stands.
    enum Phase: Equatable {
        case offline
        case greeting(id: Int, since: ContinuousClock.Instant)
        case ready(Welcome, since: ContinuousClock.Instant)
    }

    /// What the answer to an id is about, as far as it belongs to this connection.
    enum Expectation: Equatable {
        case join(RoomName)
        case leave
        case request
        case probe
        /// A list of members, because changes were missed.
        case members(RoomName)
    }

    /// How long the server may take to say welcome.
    static let welcomeTimeout: Duration = .seconds(10)

    let capacity: Int
    /// How much longer than others this client waits before it asks what all may want to ask.
    let jitter: Duration
    let token: String?
    /// What the user is called, as far as the client knows.
    var name: UserName?
    var userID: UserID?
    var session: SessionSecret?
    /// The `reconnect_ms` of the last `closing`.
    var reconnectHint: Int?

    var phase = Phase.offline
    var rooms = RoomTable()
    var outbox: Outbox
    /// Questions without an answer, in order of their ids; all may be asked twice without harm.
    var requests: [(id: Int, command: Command)] = []
    var expectations: [Int: Expectation] = [:]
    var liveness: LinkLiveness?
    private var lastID = 0

    init(name: UserName?, session: SessionSecret?, token: String?, capacity: Int, jitter: Duration = .zero) {
        self.name = name
        self.session = session
        self.token = token
        self.capacity = capacity
        self.jitter = jitter
        self.outbox = Outbox(capacity: capacity)
    }

    /// The ids on the wire are counted over all connections: no late answer can be taken for another.
    mutating func makeID() -> Int {
        self.lastID += 1
        return self.lastID
    }

    /// What the server said at its welcome, while there is a connection.
    var welcome: Welcome? {
        guard case .ready(let welcome, since: _) = self.phase else { return nil }
        return welcome
    }
}

// MARK: - The connection

extension ClientMachine {
    /// Takes what the server has said about coming back: it holds for the next attempt, and not for those after it.
    mutating func takeReconnectHint() -> Int? {
        defer { self.reconnectHint = nil }
        return self.reconnectHint
    }

    /// A connection was made.
    mutating func connected(now: ContinuousClock.Instant) -> [Action] {
        let id = self.makeID()
        self.phase = .greeting(id: id, since: now)
        self.reconnectHint = nil
        self.liveness = LinkLiveness(interval: .seconds(25), now: now)
        // A session has its name: who comes back must not undo what was changed elsewhere meanwhile. What was changed here
        // is a command that waits.
        let name = self.userID == nil ? self.name : nil
        let hello = Command.Hello(name: name, session: self.session, token: self.token)
        return [.transmit(CommandEnvelope(id: id, .hello(hello)))]
    }

    /// The connection is gone.
    ///
    /// - Returns: How long the server had welcomed the client, nil when it never did; and what is done now.
    mutating func disconnected(now: ContinuousClock.Instant) -> (lifetime: Duration?, actions: [Action]) {
        var lifetime: Duration?
        if case .ready(_, let since) = self.phase { lifetime = now - since }
        // Who is not connected is in no room: what was to be left is left.
        let left = self.expectations.lazy.filter { $0.value == .leave }.map { Action.answer($0.key, .done) }
        let actions = Array(left)
        self.phase = .offline
        self.liveness = nil
        self.expectations = [:]
        self.rooms.disconnected()
        self.outbox.disconnected()
        return (lifetime, actions)
    }

    /// There will be no connection any more: everything that waits fails.
    mutating func stop(_ error: ClientError) -> [Action] {
        let waiting =
            self.requests.map(\.id) + self.outbox.removeAll().map(\.id) + self.rooms.removeAll().flatMap(\.waiters)
        self.requests = []
        return waiting.map { .answer($0, .failed(error)) }
    }

    /// Something came that says nothing: the other side lives.
    mutating func heard(now: ContinuousClock.Instant) { self.liveness?.received(now: now) }

    /// When ``tick(now:)`` has something to do; nil: not before something else happens.
    var deadline: ContinuousClock.Instant? {
        switch self.phase {
        case .offline: nil
        case .greeting(id: _, let since): since + Self.welcomeTimeout
        case .ready:
            [self.liveness?.deadline, self.outbox.deadline, self.rooms.deadline].lazy.compactMap(\.self).min()
        }
    }

    /// It is time to look.
    mutating func tick(now: ContinuousClock.Instant) -> [Action] {
        switch self.phase {
        case .offline: return []
        case .greeting(id: _, let since):
            guard since + Self.welcomeTimeout <= now else { return [] }
            return [.disconnect(ConnectionFailure("the server did not say welcome in time"))]
        case .ready: break
        }
        switch self.liveness?.check(now: now) {
        case .disconnect: return [.disconnect(ConnectionFailure("the server does not answer"))]
        case .probe:
            let id = self.makeID()
            self.expectations[id] = .probe
            return [.transmit(CommandEnvelope(id: id, .ping))] + self.advance(now: now)
        case .wait, nil: return self.advance(now: now)
        }
    }

    /// Sends whatever can be sent now.
    mutating func advance(now: ContinuousClock.Instant) -> [Action] {
        guard case .ready = self.phase else { return [] }
        var actions: [Action] = []
        for room in self.rooms.due(now: now) { actions += self.transmitJoin(room) }
        for room in self.rooms.takeIncomplete(now: now) {
            let id = self.makeID()
            self.expectations[id] = .members(room)
            actions.append(.transmit(CommandEnvelope(id: id, .members(room, cursor: nil))))
        }
        for room in self.rooms.joined {
            guard let entry = self.outbox.next(room, now: now) else { continue }
            actions.append(.transmit(CommandEnvelope(id: entry.id, .send(entry.send))))
        }
        self.noteAwaiting(now: now)
        return actions
    }

    mutating func noteAwaiting(now: ContinuousClock.Instant) {
        self.liveness?.setAwaiting(!self.expectations.isEmpty || self.outbox.isAwaiting, now: now)
    }

    private mutating func transmitJoin(_ room: RoomName) -> [Action] {
        let id = self.makeID()
        guard let start = self.rooms.joining(room, id: id) else { return [] }
        self.expectations[id] = .join(room)
        return [.transmit(CommandEnvelope(id: id, .join(.init(room: room, start: start))))]
    }
}
