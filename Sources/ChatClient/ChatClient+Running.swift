package import ChatCore
internal import ChatSystem
internal import ChatWebSocket
internal import NIOCore

// Keeps the client connected: one connection after the other, each with a task that watches the time.

extension ChatClient {
    /// Connects, and stays connected until the client is closed, its task is cancelled, or the server ends it for good.
    ///
    /// - Throws: ``ClientError`` with the code `disconnected` when it must not come back, `invalid` when the client ran
    ///   before.
    public func run() async throws(ClientError) {
        guard case .new = self.state else { throw .invalid("a client runs once") }
        self.state = .offline
        let failure = await withTaskGroup(of: ConnectionFailure?.self) { group in
            group.addTask { await self.stayConnected() }
            group.addTask {
                await self.closing.wait()
                return nil
            }
            let failure = await group.next() ?? nil
            group.cancelAll()
            return failure
        }
        self.state = .ended
        let error = failure.map(ClientError.disconnected) ?? .closed
        self.performAtOnce(self.machine.stop(error))
        self.buffer.finish()
        if failure != nil { throw error }
    }

    /// - Returns: The reason not to come back; nil when the task was cancelled.
    private func stayConnected() async -> ConnectionFailure? {
        // A generator with storage: without storage, an `inout` value has no address that a race detector could watch.
        var generator: any RandomNumberGenerator = SystemRandom()
        while !Task.isCancelled {
            await self.tell(.connection(.connecting))
            let failure = await self.connectAndConverse()
            let ended = self.machine.disconnected(failure, now: .now, using: &generator)
            self.performAtOnce(ended.actions)
            guard !Task.isCancelled else { break }
            switch ended.next {
            case .stop: return failure
            case .retry(let wait):
                await self.tell(.connection(.waiting(wait, failure)))
                try? await Task.sleep(for: wait)
            }
        }
        return nil
    }

    /// One connection, from beginning to end.
    ///
    /// - Returns: The reason why it ended, or why there was none.
    private func connectAndConverse() async -> ConnectionFailure {
        let link: any Link
        let token: String?
        do {
            // Before the connection: the server waits for the `hello`, and a token may take long.
            token = try await self.nextToken()
            link = try await self.connector.link()
        } catch {
            return error
        }
        // A cancelled task says goodbye first. The conversation then ends with the closing handshake, or when the time
        // that `LinkHandler` allows is over.
        return await withCancellationShield {
            await self.converse(on: link, token: token)
        } onCancel: {
            self.buffer.finish()
            link.leave()
        }
    }

    private func converse(on link: any Link, token: String?) async -> ConnectionFailure {
        self.state = .online(StandingConnection(link: link))
        self.observer?(.opened)
        // A client that does not read does not notice the end of its connection by reading.
        self.buffer.setHolding(true)
        link.whenClosed { [buffer] in buffer.setHolding(false) }
        self.performAtOnce(self.machine.connected(token: token, now: .now))
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await self.watch() }
                group.addTask { await self.renewTokens() }
                defer { group.cancelAll() }
                try await link.run(for: self)
            }
        } catch let failure as ConnectionFailure {
            self.fail(failure)
        } catch {
            self.fail(ConnectionFailure("the connection broke"))
        }
        let failure = self.conversation?.failure ?? ConnectionFailure("the connection was lost")
        self.state = .offline
        self.buffer.setHolding(true)
        self.observer?(.closed)
        return failure
    }

    /// Calls the machine at each time that it asks for.
    private func watch() async {
        while !Task.isCancelled {
            self.nextLook = self.machine.deadline
            await self.deadlineMoved.wait(until: self.nextLook)
            self.performAtOnce(self.machine.tick(now: .now))
        }
    }

    /// Wakes the watch when the machine wants an earlier call.
    func rearmWatch() {
        guard let deadline = self.machine.deadline else { return }
        if let nextLook, nextLook <= deadline { return }
        self.nextLook = deadline
        self.deadlineMoved.wake()
    }
}

// MARK: - The conversation

extension ChatClient {
    /// The present connection, if there is one.
    private var conversation: StandingConnection? {
        guard case .online(let conversation) = self.state else { return nil }
        return conversation
    }

    /// The present connection.
    var link: (any Link)? { self.conversation?.link }

    /// Notes the reason why the connection ends.
    ///
    /// The first reason counts: the later ones follow from it.
    func fail(_ failure: ConnectionFailure) {
        guard var conversation, conversation.failure == nil else { return }
        conversation.failure = failure
        self.state = .online(conversation)
    }
}

// MARK: - For programs that judge servers

extension ChatClient {
    /// Sets an observer of the wire, from the next message on.
    package func observe(_ observer: @escaping WireObserver) { self.observer = observer }

    /// Breaks the connection without a close frame; the client reconnects as after any broken connection.
    package func interrupt() {
        self.machine.interrupted()
        self.link?.close()
    }

    /// Moves to another node of the same chat: at once if there is a connection, otherwise with the next one.
    ///
    /// - Parameter configuration: The settings of the connection; its user is ignored.
    /// - Throws: ``ClientError`` with the code `invalid`.
    package func move(to configuration: Configuration) throws(ClientError) {
        self.connector = try LinkConnector(
            configuration.server,
            trustedAuthorities: configuration.trustedAuthorities
        )
        self.interrupt()
    }

    /// The number of sends without an answer.
    package var unconfirmed: Int { self.machine.sendQueue.count }

    /// The rooms that the client is in, or rejoins as soon as it can.
    package var rooms: [RoomName] { self.machine.rooms.names }
}
