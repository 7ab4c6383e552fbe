internal import ChatCore

/// Decides everything a client does with a connection: a machine without I/O and without a clock.
///
/// It outlives connections. The program's requests (joins, sends, questions) are kept here until they are done, and
/// sent again on each new connection; the state of a connection is dropped with it.
struct ClientMachine {
    /// The actions for the shell, in this order.
    enum Action: Equatable {
        /// Send a command.
        case transmit(CommandEnvelope)
        /// Answer the task that waits for this id.
        case answer(Int, Answer)
        /// Hand the program an event.
        case emit(ClientEvent)
        /// Get another token: the present one is about to end.
        case wantToken
        /// Close the connection: it is dead or useless.
        case disconnect(ConnectionFailure)
    }

    /// The result of a command.
    enum Answer: Equatable {
        case ok(ReplyFields)
        /// No request to the server was necessary.
        case done
        case failed(ClientError)
    }

    let capacity: Int
    /// The extra delay of this client before a request that all clients may send at the same time.
    let jitter: Duration
    /// A random number from 0 to 1, by which this client renews its tokens earlier or later than others.
    let fraction: Double
    var tokens: TokenMachine
    var identity: Identity

    /// The present connection; nil while there is none.
    var connection: LiveConnection?
    var rooms = WantedRooms()
    var sendQueue: SendQueue
    /// The send of each room that the program was told about when it had to wait.
    var heldSends: [RoomName: Int] = [:]
    /// Requests without an answer, in order of their ids; repeating them is harmless.
    var requests: [(id: Int, command: Command)] = []
    private var reconnect = ReconnectMachine()
    private var lastID = 0

    init(
        name: UserName?,
        session: SessionSecret?,
        hasFixedToken: Bool = true,
        capacity: Int,
        jitter: Duration = .zero,
        fraction: Double = 0
    ) {
        self.identity = .wanted(name, session)
        self.tokens = TokenMachine(isFixed: hasFixedToken)
        self.fraction = fraction
        self.capacity = capacity
        self.jitter = jitter
        self.sendQueue = SendQueue(capacity: capacity)
    }

    /// Makes an id; they are counted over all connections, so that no late answer can be taken for another.
    mutating func makeID() -> Int {
        self.lastID += 1
        return self.lastID
    }

    /// The server's welcome, while there is a connection.
    var welcome: Welcome? { self.connection?.welcome }
}

// MARK: - The connection

extension ClientMachine {
    /// A connection was made.
    ///
    /// - Parameters:
    ///   - token: The token for its `hello`, if there is one.
    ///   - now: The time.
    /// - Returns: The actions.
    mutating func connected(token: String? = nil, now: ContinuousClock.Instant) -> [Action] {
        let id = self.makeID()
        self.connection = LiveConnection(hello: id, now: now)
        let hello = Command.Hello(
            name: self.identity.nameToAsk,
            session: self.identity.session,
            token: token
        )
        return [.transmit(CommandEnvelope(id: id, .hello(hello)))]
    }

    /// The connection is gone, or was never made.
    ///
    /// - Parameters:
    ///   - failure: The reason.
    ///   - now: The time.
    ///   - generator: Draws the wait.
    /// - Returns: The actions, and whether and when to connect again.
    mutating func disconnected(
        _ failure: ConnectionFailure,
        now: ContinuousClock.Instant,
        using generator: inout some RandomNumberGenerator
    ) -> (actions: [Action], next: ReconnectMachine.OnEnd) {
        let ended = self.connection
        self.connection = nil
        self.rooms.disconnected()
        self.sendQueue.disconnected()
        // A client without a connection is in no room: pending leaves are done.
        let left = ended?.expectations.filter { $0.value == .leave }.keys.sorted() ?? []
        // What removes messages is not asked for twice: others may have written since.
        let removals = ended?.welcome == nil ? [] : self.requests.filter(\.command.removesWhatIsThere).map(\.id)
        self.requests.removeAll { removals.contains($0.id) }
        let actions: [Action] =
            left.map { .answer($0, .done) } + removals.map { .answer($0, .failed(.disconnected(failure))) }
        let isWithoutToken = self.tokens.ended(failure)
        guard !failure.isFinal, !isWithoutToken else { return (actions, .stop) }
        let next = self.reconnect.ended(
            failure.disconnect,
            lifetime: ended?.lifetime(now: now),
            hint: ended?.reconnectHint,
            using: &generator
        )
        return (actions, next)
    }

    /// The connection is broken on purpose, so the wait before the next one does not grow.
    mutating func interrupted() { self.reconnect = ReconnectMachine() }

    /// There will be no connection any more: everything that waits fails.
    mutating func stop(_ error: ClientError) -> [Action] {
        let waiting =
            self.requests.map(\.id) + self.sendQueue.removeAll().map(\.id) + self.rooms.removeAll().flatMap(\.waiters)
        self.requests = []
        return waiting.map { .answer($0, .failed(error)) }
    }

    /// Something came, such as a pong: the other side is alive.
    mutating func heard(now: ContinuousClock.Instant) { self.connection?.liveness.received(now: now) }

    /// The client itself stops reading for a while, or resumes.
    mutating func setSuspended(_ isSuspended: Bool, now: ContinuousClock.Instant) {
        self.connection?.liveness.setSuspended(isSuspended, now: now)
    }

    /// The time of the next ``tick(now:)``; nil: not before something else happens.
    var deadline: ContinuousClock.Instant? {
        guard let connection else { return nil }
        switch connection.stage {
        case .greeting(id: _, let since): return since + LiveConnection.welcomeTimeout
        case .welcomed:
            return [
                connection.liveness.deadline, self.sendQueue.deadline, self.rooms.deadline, self.tokens.deadline,
            ].lazy.compactMap(\.self).min()
        }
    }

    /// The time for a check has come.
    mutating func tick(now: ContinuousClock.Instant) -> [Action] {
        switch self.connection?.stage {
        case nil: return []
        case .greeting(id: _, let since):
            guard since + LiveConnection.welcomeTimeout <= now else { return [] }
            return [.disconnect(ConnectionFailure("the server did not say welcome in time"))]
        case .welcomed: break
        }
        let wanted: [Action] = self.tokens.takeDue(now: now) ? [.wantToken] : []
        switch self.connection?.liveness.check(now: now) {
        case .disconnect: return [.disconnect(ConnectionFailure("the server does not answer"))]
        case .probe: return wanted + [self.ask(.ping(.init()), as: .probe)] + self.advance(now: now)
        case .wait, nil: return wanted + self.advance(now: now)
        }
    }
}

// MARK: - Tokens

extension ClientMachine {
    /// Another token is there.
    mutating func renewToken(with token: String, now: ContinuousClock.Instant) -> [Action] {
        guard self.welcome != nil else { return [] }
        let action = self.ask(.refresh(.init(token: token)), as: .refresh)
        self.noteAwaiting(now: now)
        return [action]
    }

    /// There is no other token: it is tried again while the present one is good, and the program is told.
    mutating func tokenFailed(_ failure: TokenFailure, now: ContinuousClock.Instant) -> [Action] {
        guard self.welcome != nil else { return [] }
        self.tokens.renewalFailed(now: now)
        return [.emit(.tokenNotRenewed(ConnectionFailure(failure)))]
    }
}

extension Command {
    /// Whether it removes what it finds, which is something else the second time.
    fileprivate var removesWhatIsThere: Bool {
        if case .clear = self { return true }
        // With an epoch it is about one message, however often it is asked.
        guard case .delete(let delete) = self else { return false }
        return delete.epoch == nil
    }
}
