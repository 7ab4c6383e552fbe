internal import ChatCore
internal import ChatSystem
internal import ChatWebSocket
internal import NIOCore
internal import NIOHTTP1
internal import Synchronization

/// Stands in for a WebSocket where none can be had: events come as a stream, and each command goes by a request.
///
/// ``StreamLinkMachine`` and ``WebSocketSearch`` decide; this asks for streams, reads them, and sends requests, one at a
/// time, so that their order stays.
actor StreamLink: Link {
    private nonisolated let failure: ConnectionFailure
    private let connector: ServerConnector
    private var machine = StreamLinkMachine()
    private var settled: [StreamLinkMachine.StreamNumber: Promised<Void>] = [:]
    private var channels: [StreamLinkMachine.StreamNumber: any Channel] = [:]
    /// Wakes the task that asks for streams.
    private let due = Wakeup()
    private nonisolated let ending = Promised<Void>()
    /// Why it ends, if nobody has asked for it.
    private var loss: ConnectionFailure?
    private nonisolated let end = Mutex(End())
    // The client bounds the commands that wait for an answer.
    private nonisolated let commands = AsyncStream.makeStream(of: CommandEnvelope.self)
    private nonisolated let requests = AsyncStream.makeStream(of: CommandEnvelope.self)

    /// What is known of the end, also while nobody reads.
    private struct End {
        var isClosed = false
        var actions: [@Sendable () -> Void] = []
        /// The channel of the stream that counts: when it ends, the connection does.
        var current: ObjectIdentifier?
    }

    /// Prepares a connection, without a request yet.
    ///
    /// - Parameters:
    ///   - connector: Reaches the server.
    ///   - failure: Why there is no WebSocket; it is also why there is no connection where nobody knows streams.
    init(_ connector: ServerConnector, inPlaceOf failure: ConnectionFailure) {
        self.connector = connector
        self.failure = failure
    }

    // MARK: Link

    nonisolated var detour: ConnectionFailure? { self.failure }

    nonisolated func send(_ command: CommandEnvelope) { self.commands.continuation.yield(command) }

    nonisolated func flush() {}

    nonisolated func leave() { self.close() }

    nonisolated func close() { self.ending.resolve(()) }

    nonisolated func whenClosed(_ action: @escaping @Sendable () -> Void) {
        let isClosed = self.end.withLock { end in
            if !end.isClosed { end.actions.append(action) }
            return end.isClosed
        }
        if isClosed { action() }
    }

    func run(for reader: isolated some LinkReader) async throws {
        try await self.converse { await reader.received($0) }
    }

    private func converse(_ receive: @escaping @Sendable (Inbound) async -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await self.obeyCommands(receive) }
            group.addTask { try await self.sendRequests(receive) }
            group.addTask { try await self.openStreams(receive) }
            group.addTask { try await self.seekWebSocket() }
            group.addTask { try await self.ended() }
            defer {
                self.closed()
                group.cancelAll()
            }
            // The first that ends, ends the others.
            try await group.next()
        }
    }

    /// Returns, or throws the reason, when it is to end.
    private func ended() async throws {
        _ = await self.ending.wait()
        if let loss { throw loss }
    }

    private nonisolated func closed() {
        self.commands.continuation.finish()
        self.requests.continuation.finish()
        self.release()
    }

    /// Tells of the end.
    private nonisolated func release() {
        let actions = self.end.withLock { end in
            end.isClosed = true
            defer { end.actions = [] }
            return end.actions
        }
        for action in actions { action() }
    }

    /// From now on the end of this stream is the end of the connection, also while nobody reads; what has come until then
    /// is still read.
    private func follow(_ channel: any Channel) {
        let id = ObjectIdentifier(channel)
        self.end.withLock { $0.current = id }
        channel.closeFuture.whenComplete { _ in
            if self.end.withLock({ $0.current == id }) { self.release() }
        }
    }

    // MARK: Commands

    private func obeyCommands(_ receive: @escaping @Sendable (Inbound) async -> Void) async {
        for await command in self.commands.stream {
            switch self.machine.command(command) {
            case .open: self.due.wake()
            case .openAnswering(let answer):
                self.due.wake()
                await receive(.message(answer))
            case .post: self.requests.continuation.yield(command)
            }
        }
    }

    private func sendRequests(_ receive: @escaping @Sendable (Inbound) async -> Void) async throws {
        let path = self.connector.server.sibling("api/commands")
        for await command in self.requests.stream {
            let answer = try await self.connector.request(
                .POST,
                path,
                token: self.machine.bearer,
                body: command.encoded()
            )
            await receive(.message(try Self.message(answer, to: command)))
        }
    }

    private static func message(_ answer: HTTPAnswer, to command: CommandEnvelope) throws -> ServerMessage {
        if answer.status == 200 { return try ServerMessage(decoding: answer.body) }
        let json = try? JSONValue(answer.body)["error"]
        guard let error = ProtocolError(answer: json) else {
            throw ConnectionFailure("the server answered with status \(answer.status)")
        }
        return .error(CommandRefusal(id: command.id, room: command.command.room?.rawValue, error))
    }

    // MARK: Streams

    private func openStreams(_ receive: @escaping @Sendable (Inbound) async -> Void) async throws {
        try await withThrowingDiscardingTaskGroup { group in
            while !Task.isCancelled {
                await self.due.wait()
                guard !Task.isCancelled else { return }
                let request = self.machine.nextRequest()
                let stream = try await self.open(request)
                let settled = Promised<Void>()
                self.settled[request.number] = settled
                self.channels[request.number] = stream.channel
                self.follow(stream.channel)
                group.addTask { await self.read(stream, request.number, receive) }
                _ = await settled.wait()
                for old in self.machine.settled(request.number) {
                    self.channels.removeValue(forKey: old)?.close(promise: nil)
                }
            }
        }
    }

    private func open(_ request: StreamLinkMachine.Request) async throws -> EventStream {
        do throws(ConnectionFailure) {
            return try await self.connector.stream(request.parameters, bearer: request.bearer)
        } catch {
            // Whoever does not know streams has said by the first answer what is wrong.
            throw error.status != nil && error.refusal == nil ? self.failure : error
        }
    }

    private func read(
        _ stream: EventStream,
        _ number: StreamLinkMachine.StreamNumber,
        _ receive: @escaping @Sendable (Inbound) async -> Void
    ) async {
        var failure = ConnectionFailure("the connection was lost")
        do {
            try await stream.executeThenClose { inbound, _ in
                for try await part in inbound { try await self.received(part, number, receive) }
            }
        } catch let reason as ConnectionFailure {
            failure = reason
        } catch {
            // It broke, or was given up.
        }
        self.settled.removeValue(forKey: number)?.resolve(())
        guard self.machine.isNeeded(number) else { return }
        if let closing = self.machine.closing {
            await receive(.close(CloseFrame(code: closing.code, reason: closing.reason)))
        }
        // The task that asks for streams would not hear of an error here.
        self.loss = self.loss ?? failure
        self.ending.resolve(())
    }

    private func received(
        _ part: StreamPart,
        _ number: StreamLinkMachine.StreamNumber,
        _ receive: @escaping @Sendable (Inbound) async -> Void
    ) async throws {
        guard case .event(let text) = part, let message = try? ServerMessage(decoding: text) else {
            return await receive(.heartbeat)
        }
        let verdict = self.machine.received(message, from: number)
        if self.machine.isSettled(number) { self.settled.removeValue(forKey: number)?.resolve(()) }
        switch verdict {
        case .deliver(let message): await receive(.message(message))
        case .drop: await receive(.heartbeat)
        case .fail(let error): throw ConnectionFailure(error.message)
        }
    }

    // MARK: A better way

    /// Returns when a WebSocket can be had again.
    private func seekWebSocket() async throws {
        var search = WebSocketSearch(now: .now)
        while true {
            try await Task.sleep(until: search.due)
            let socket = try? await self.connector.webSocket()
            try? await socket?.executeThenClose { _, _ in }
            try Task.checkCancellation()
            switch search.tried(isOpen: socket != nil, now: .now) {
            case .goOn: break
            case .leave: throw ConnectionFailure("a WebSocket can be had again")
            }
        }
    }
}
