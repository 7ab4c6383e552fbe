internal import ChatCore
internal import ChatWebSocket
internal import NIOCore

// MARK: - Running

extension ChatClient {
    /// Connects, and stays connected until the client is closed, its task is cancelled, or the server wants it no more.
    ///
    /// - Throws: ``ClientError`` with the code `disconnected` when it is of no use to come back, `invalid` when the
    ///   client ran before.
    public func run() async throws(ClientError) {
        guard self.state == .new else { throw .invalid("a client runs once") }
        self.state = .running
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

    /// - Returns: Why it is of no use to come back; nil when the task was cancelled.
    private func stayConnected() async -> ConnectionFailure? {
        var reconnect = ReconnectMachine()
        var generator = SystemRandomNumberGenerator()
        while !Task.isCancelled {
            await self.tell(.connection(.connecting))
            let failure = await self.converse()
            let ended = self.machine.disconnected(now: .now)
            self.performAtOnce(ended.actions)
            guard !Task.isCancelled else { break }
            guard !failure.isFinal else { return failure }
            if self.isInterrupted { reconnect = ReconnectMachine() }
            self.isInterrupted = false
            let verdict = reconnect.ended(
                failure.disconnect,
                lifetime: ended.lifetime,
                hint: self.machine.takeReconnectHint(),
                using: &generator
            )
            switch verdict {
            case .stop: return failure
            case .retry(let wait):
                await self.tell(.connection(.waiting(wait, failure)))
                try? await Task.sleep(for: wait)
            }
        }
        return nil
    }

    /// One connection, from beginning to end.
    private func converse() async -> ConnectionFailure {
        self.failure = nil
        do throws(ConnectionFailure) {
            let link = try await self.connector.connect()
            // A cancelled task could say nothing any more. So this one is not cancelled but ended by the closing
            // handshake, and in any case by the time that is given to that.
            let conversation = Task { try await self.converse(on: link) }
            let result = await withTaskCancellationHandler {
                await conversation.result
            } onCancel: {
                self.buffer.finish()
                link.channel.writeAndFlush(Outbound.close(CloseFrame(code: 1000, reason: "")), promise: nil)
            }
            if case .failure = result { self.fail(ConnectionFailure("the connection broke")) }
        } catch {
            return error
        }
        return self.failure ?? ConnectionFailure("the connection was lost")
    }

    private func converse(on link: Link) async throws {
        self.link = link.channel
        self.observer?(.opened)
        // A client that does not read still notices that there is nothing to read any more.
        self.buffer.setHolding(true)
        link.channel.closeFuture.whenComplete { [buffer] _ in buffer.setHolding(false) }
        defer {
            self.buffer.setHolding(true)
            self.link = nil
            self.observer?(.closed)
        }
        try await link.executeThenClose { inbound, _ in
            self.performAtOnce(self.machine.connected(now: .now))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await self.watch() }
                defer { group.cancelAll() }
                for try await message in inbound { await self.received(message) }
            }
        }
    }

    /// The first reason is the one that counts: what follows comes of it.
    private func fail(_ failure: ConnectionFailure) {
        if self.failure == nil { self.failure = failure }
    }
}

// MARK: - Between the machine and the connection

extension ChatClient {
    private func received(_ inbound: Inbound) async {
        switch inbound {
        case .heartbeat: self.machine.heard(now: .now)
        case .close(let frame):
            let disconnect = Disconnect(code: frame.code ?? 1005, reason: frame.reason)
            let words = frame.reason.isEmpty ? "\(disconnect.code)" : "\(disconnect.code) \(frame.reason)"
            self.fail(ConnectionFailure("the server closed the connection: \(words)", disconnect: disconnect))
        case .text(let text):
            guard let message = try? ServerMessage(decoding: text) else {
                self.observer?(.garbled)
                return self.machine.heard(now: .now)
            }
            self.observer?(.received(message))
            for event in self.perform(self.machine.received(message, now: .now)) {
                // While the program does not take its events nothing is read: that silence is the client's own.
                self.machine.liveness?.setSuspended(true, now: .now)
                await self.tell(event)
                self.machine.liveness?.setSuspended(false, now: .now)
            }
        }
    }

    /// Tells the program something, and waits while it does not take what it was told.
    private func tell(_ event: ClientEvent) async {
        self.buffer.append(event)
        if self.buffer.isOverfull {
            // The answers lie behind events that nobody takes: who waits for one would wait for ever.
            for answer in self.answers.values { answer.resolve(.failed(.unread)) }
            self.answers = [:]
            self.buffer.setAwaiting(false)
        }
        await self.buffer.waitForRoom()
    }

    /// Does what the machine wants done; gives the events that are to be told, in order.
    private func perform(_ actions: [ClientMachine.Action]) -> [ClientEvent] {
        var events: [ClientEvent] = []
        for action in actions {
            switch action {
            case .transmit(let envelope):
                self.observer?(.sent(envelope))
                self.link?.write(Outbound.text(envelope.encoded()), promise: nil)
            case .answer(let id, let answer):
                self.settle(id, answer)
                self.answers.removeValue(forKey: id)?.resolve(answer)
            case .emit(let event):
                if case .connection(.connected(let welcome)) = event {
                    self.outbox?.setSession(welcome.session)
                    if let seconds = welcome.limits.keySeconds { self.outbox?.setKeyWindow(.seconds(seconds)) }
                }
                events.append(event)
            case .disconnect(let failure):
                self.fail(failure)
                self.link?.close(promise: nil)
            }
        }
        self.link?.flush()
        self.buffer.setAwaiting(!self.answers.isEmpty)
        self.rearm()
        return events
    }

    /// Does what the machine wants done, where it has nothing to tell.
    func performAtOnce(_ actions: [ClientMachine.Action]) {
        let events = self.perform(actions)
        assert(events.isEmpty, "only what is received makes events")
    }
}

// MARK: - Time

extension ChatClient {
    /// Lets the machine look whenever it wants to.
    private func watch() async {
        while !Task.isCancelled {
            let deadline = self.machine.deadline ?? .now + .seconds(3600)
            let sleep = Task { _ = try? await Task.sleep(until: deadline, clock: .continuous) }
            self.alarm = (sleep, deadline)
            await withTaskCancellationHandler {
                await sleep.value
            } onCancel: {
                sleep.cancel()
            }
            self.alarm = nil
            guard !Task.isCancelled else { return }
            self.performAtOnce(self.machine.tick(now: .now))
        }
    }

    /// Wakes the watch when the machine wants to look earlier than the watch sleeps.
    private func rearm() {
        guard let alarm, let deadline = self.machine.deadline, deadline < alarm.deadline else { return }
        alarm.task.cancel()
    }
}
