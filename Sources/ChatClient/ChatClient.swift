public import ChatCore
internal import ChatSystem
internal import NIOCore
internal import NIOPosix

/// A client of a chat server that stays connected: it reconnects, joins its rooms again at its positions, and repeats
/// sends that were not confirmed.
///
/// ```swift
/// let client = try ChatClient(.init(server: ServerAddress("ws://127.0.0.1:8080"), name: UserName("Mina")))
/// try await withThrowingTaskGroup { group in
///     group.addTask { try await client.run() }
///     try await client.join(RoomName("lobby"), from: .last(20))
///     try await client.send(RoomName("lobby"), "hello")
///     for await event in client.events { print(event) }
/// }
/// ```
///
/// Its promises, given a server that keeps the protocol (docs/PROTOCOL.md, section 4):
///
/// - Every message of a joined room comes once and in order, over any number of reconnects; losses come as `gap` or
///   `reset`.
/// - A send ends in a ``/ChatCore/Receipt`` or in an error from the server; it is stored once, however often it was sent. The
///   sends of a room are stored in the order in which they were made.
/// - Commands given while there is no connection wait for one.
/// - With an ``OutboxStore`` this holds for sends over restarts of the program as well.
public actor ChatClient {
    /// The settings of a client's connection, and the limits of what it keeps.
    public typealias Configuration = ClientConfiguration

    /// The events, for one consumer.
    ///
    /// Events wait in a bounded queue. While it is full the client does not read, and the server notices a slow client:
    /// nothing is dropped. While the program awaits a command, some more events are read; past that, the command throws
    /// `overflow`.
    public nonisolated let events: Events

    /// The client runs on an event loop, or on a separate thread when it has an outbox, whose disk may block.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { self.executor.asUnownedSerialExecutor() }
    // `unownedExecutor` does not keep it alive; this does.
    private nonisolated let executor: any SerialExecutor

    // The following members are only for the extensions in `ChatClient+….swift`.

    /// The stage of the client's life.
    enum State {
        /// ``run()`` was not called yet.
        case new
        case offline
        case online(StandingConnection)
        /// ``run()`` has returned.
        case ended
    }

    /// A connection, and the first reason for its end.
    struct StandingConnection {
        let link: any Link
        var failure: ConnectionFailure?
    }

    var state = State.new
    /// Whether the program was told that there is no WebSocket.
    var isDetourTold = false
    var machine: ClientMachine
    var connector: LinkConnector
    let tokens: TokenProvider?
    /// What the newest token says that the user may do.
    var rights = TokenRights(nil)
    let buffer: EventBuffer
    let outbox: (any OutboxStore)?
    /// The keys of the sends without an answer that the outbox keeps.
    var keptKeys: [Int: IdempotencyKey] = [:]
    /// The tasks that wait for the answers to commands, by id.
    var answers: [Int: Promised<ClientMachine.Answer>] = [:]
    let keyPrefix: String
    var keysMade = 0
    let closing = Promised<Void>()
    /// Wakes the watch, when the machine wants a call before ``nextLook``.
    let deadlineMoved = Wakeup()
    var nextLook: ContinuousClock.Instant?
    /// Wakes the task that gets tokens, when the machine wants another one.
    let tokenWanted = Wakeup()
    var observer: WireObserver?

    /// Makes a client that does nothing until ``run()``.
    ///
    /// - Parameter configuration: The connection's settings, and the limits of what it keeps.
    /// - Throws: ``ClientError`` with the code `invalid`.
    public init(_ configuration: Configuration) throws(ClientError) {
        self.connector = try LinkConnector(
            configuration.server,
            trustedAuthorities: configuration.trustedAuthorities
        )
        self.executor =
            if configuration.outbox != nil { BlockingThread() } else {
                NIOSingletons.posixEventLoopGroup.next().executor
            }
        self.buffer = EventBuffer(capacity: max(1, configuration.eventCapacity))
        self.events = Events(buffer: self.buffer)
        self.tokens = configuration.tokens
        var generator = SystemRandom()
        self.keyPrefix = Base36.random(digits: 16, using: &generator)
        self.outbox = configuration.outbox
        self.machine = ClientMachine(
            name: configuration.name,
            session: configuration.session ?? configuration.outbox?.contents.session,
            hasFixedToken: configuration.tokens?.isFixed ?? true,
            capacity: max(1, configuration.outboxCapacity),
            jitter: .milliseconds(Int.random(in: 0...5000, using: &generator)),
            fraction: Double.random(in: 0...1, using: &generator)
        )
    }

    /// Ends the client cleanly: ``run()`` returns, and commands without an answer fail with `closed`.
    public func close() { self.closing.resolve(()) }

    /// The secret that brings the client back as the same user, once the server has sent it.
    public var session: SessionSecret? { self.machine.identity.session }
}

extension ChatClient {
    /// The events of a client, for one consumer; the sequence ends when ``ChatClient/run()`` has returned.
    public struct Events: AsyncSequence, Sendable {
        let buffer: EventBuffer

        /// Gives the events to its one consumer.
        public struct AsyncIterator: AsyncIteratorProtocol {
            let buffer: EventBuffer

            /// Waits for the next event; nil at the end, and when the task is cancelled.
            public mutating func next() async -> ClientEvent? { await self.buffer.next() }
        }

        /// Begins to consume.
        public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(buffer: self.buffer) }
    }
}
