package import ChatCore
internal import Logging
internal import NIOCore

extension RedisBroker {
    /// How the broker is.
    enum Status: Equatable {
        /// Nothing was tried yet.
        case starting
        case ok
        case degraded(BrokerError)
        /// It is being shut down, and what is lost now is no news.
        case stopping
    }

    // MARK: Connections

    /// Keeps its connections for as long as it runs; Redis may be absent when it begins.
    ///
    /// - Throws: ``BrokerError`` when the data there are of a newer layout than this server knows.
    package func run() async throws {
        try await withTaskCancellationHandler {
            await withDiscardingTaskGroup { group in
                for role in self.roles {
                    group.addTask { await self.keepConnected(role) }
                }
                group.addTask { await self.watchLeases() }
            }
            if let refusal = self.refusal { throw refusal }
        } onCancel: {
            self.stop()
        }
    }

    private var roles: [RedisChannelHandler.Role] {
        self.logLink === self.commands ? [.commands, .subscriptions] : [.commands, .log, .subscriptions]
    }

    /// Gives up the connections, those too that are still being made; what is lost from now on is no news.
    private nonisolated func stop() {
        self.eventLoop.execute {
            self.assumeIsolated {
                $0.status = .stopping
                for handler in $0.handlers.values { handler.close(.isAway) }
                // Nothing of it will be answered: a Redis that hangs must not hold up who waits for it.
                $0.commands.stop()
                $0.logLink.stop()
                for subscription in $0.channels.values { subscription.fail(.isAway) }
                for probe in $0.probes.values { probe.resume(.failure(.isAway)) }
            }
        }
    }

    private func keepConnected(_ role: RedisChannelHandler.Role) async {
        var random = SystemRandomNumberGenerator()
        while !Task.isCancelled, self.refusal == nil {
            await self.connect(role)
            guard self.refusal == nil else { break }
            let pause = self.backoffs[role, default: Backoff()].next(.now(), using: &random)
            try? await Task.sleep(for: pause)
        }
    }

    /// Connects and waits for the end of the connection.
    private func connect(_ role: RedisChannelHandler.Role) async {
        do {
            let channel = try await self.connector.connect(self.makeHandler(role), on: self.eventLoop)
            await withTaskCancellationHandler {
                try? await channel.closeFuture.get()
            } onCancel: {
                // Said once more: the order in which nested handlers are called is not known.
                self.stop()
                channel.close(promise: nil)
            }
        } catch {
            self.updateStatus(lost: BrokerError(connection: error))
        }
    }

    private func makeHandler(_ role: RedisChannelHandler.Role) -> RedisChannelHandler {
        let handshake =
            switch role {
            // A replica takes all of it but a write.
            case .commands, .log:
                self.connector.logIn + [RedisCommand("SET", self.nodeKey, "", "EX", "60"), self.introductionCommand]
                    + self.scripts.loadCommands
            // PING is refused while Redis loads its data, and SUBSCRIBE where the user may not use the channels: such a
            // connection does not count as one. Nothing is published on the node's own channel meanwhile, so that each
            // command has one answer.
            case .subscriptions:
                self.connector.logIn + [RedisCommand("PING"), self.introductionCommand]
                    + [RedisCommand("SUBSCRIBE", self.nodeChannel.rawValue)]
            }
        let usesTLS = self.configuration.url.usesTLS
        let handler = RedisChannelHandler(role, handshake: handshake, usesTLS: usesTLS) { [weak self] event in
            self?.assumeIsolated { $0.handle(event, of: role) }
        }
        self.handlers[role] = handler
        return handler
    }

    private func handle(_ event: RedisChannelHandler.Event, of role: RedisChannelHandler.Role) {
        switch (role, event) {
        case (.commands, .opened(let replies)): self.opened(self.commands, role, replies)
        case (.log, .opened(let replies)): self.opened(self.logLink, role, replies)
        case (.commands, .replies(let replies)):
            self.commands.received(replies)
            self.flush()
        case (.log, .replies(let replies)):
            self.logLink.received(replies)
            self.flush()
        case (.subscriptions, .opened(let replies)):
            guard self.introduce(replies.dropLast().last, on: role), let handler = self.handlers[role] else { return }
            self.subscriptions.opened(handler)
            // What nodes told each other of holders meanwhile was missed.
            self.compareHolders()
            self.becameActive(role)
        case (.subscriptions, .pushes(let pushes)): self.received(pushes)
        case (.commands, .closed(let reason)): self.closed(self.commands, role, reason)
        case (.log, .closed(let reason)): self.closed(self.logLink, role, reason)
        case (.subscriptions, .closed(let reason)):
            self.introductions[role] = nil
            self.subscriptions.closed()
            for subscription in self.channels.values { subscription.feed.unsubscribed() }
            self.becameInactive(role, reason)
        case (.commands, .pushes), (.log, .pushes), (.subscriptions, .replies): break
        }
    }

    /// A connection for commands stands.
    private func opened(_ link: CommandLink, _ role: RedisChannelHandler.Role, _ replies: [RedisReply]) {
        let loaded = replies.suffix(self.scripts.all.count)
        guard self.introduce(replies.dropLast(loaded.count).last, on: role), let handler = self.handlers[role] else {
            return
        }
        link.opened(handler, loaded: loaded, run: self.introductions[role]?.run ?? "")
        if link === self.commands { self.say() }
        if link === self.commands { self.begin(with: self.introductions[role]?.run ?? "") }
        self.becameActive(role)
        if link === self.logLink {
            // Before anything is stored: is this still the data that was followed?
            self.unverified = self.channels.values.filter { $0.feed.position != nil }
            for _ in 0..<Self.checksAtOnce { self.verifyNext() }
        }
        link.proceed()
    }

    /// Commands go to this run of Redis from now on; empty: it does not tell.
    private func begin(with run: String) {
        // Nobody could renew a lease meanwhile.
        self.watch.beginAnew()
        let isAnother = self.knownRun.map { $0 != run || run.isEmpty } ?? false
        self.knownRun = run
        guard isAnother else { return }
        // Of what it was told, it may have lost some.
        self.holdings.doubt()
        self.lookAtAllRooms()
        self.tellAttached(.presenceIsDoubtful)
    }

    /// The most logs that are compared at once: each answer lets the next be asked for, and what is to be stored waits for
    /// the last of them.
    private static let checksAtOnce = 512

    private func verifyNext() {
        guard let subscription = self.unverified.popLast() else { return }
        self.check(subscription) { self.verifyNext() }
    }

    /// A connection for commands was lost, or did not come to stand.
    private func closed(_ link: CommandLink, _ role: RedisChannelHandler.Role, _ reason: BrokerError) {
        let wasActive = link.isActive
        self.introductions[role] = nil
        link.closed()
        self.becameInactive(role, reason)
        guard wasActive, reason.code == .leaveServer else { return }
        // The others lead to the same Redis, which may not be the primary any more.
        self.commands.close(reason)
        self.logLink.close(reason)
        self.subscriptions.close(reason)
    }

    // MARK: Status

    package nonisolated func attach(_ subscriber: any BrokerSubscriber) {
        self.eventLoop.execute { self.assumeIsolated { $0.add(subscriber) } }
    }

    private func add(_ subscriber: any BrokerSubscriber) {
        let outlet = self.outlet(subscriber)
        guard !self.attached.contains(where: { $0 === outlet }) else { return }
        outlet.uses += 1
        self.attached.append(outlet)
        if case .degraded(let reason) = self.status {
            self.hand(.status(.degraded, detail: reason.reason), to: outlet)
            self.flush()
        }
    }

    private func becameActive(_ role: RedisChannelHandler.Role) {
        self.backoffs[role, default: Backoff()].opened(.now())
        self.updateStatus(lost: nil)
    }

    private func becameInactive(_ role: RedisChannelHandler.Role, _ reason: BrokerError) {
        self.counters.lostConnections += 1
        self.updateStatus(lost: reason)
    }

    /// Tells everybody, once, when the broker was lost or regained.
    ///
    /// While it is lost, each new reason is told as well: what is wrong later need not be what was wrong first.
    ///
    /// - Parameter reason: Why a connection was lost or did not come to stand; nil when one has come to stand.
    private func updateStatus(lost reason: BrokerError?) {
        let isUp = self.commands.isActive && self.logLink.isActive && self.subscriptions.isActive
        switch (self.status, isUp) {
        case (.starting, false) where reason == nil: break  // another connection is still on its way
        case (.starting, true):
            self.status = .ok
            self.logger.info("connected to Redis", metadata: ["redis": "\(self.configuration.url)"])
        case (.degraded, true):
            self.status = .ok
            self.logger.notice("Redis is back", metadata: ["redis": "\(self.configuration.url)"])
            self.tellAttached(.status(.ok, detail: "Redis is back"))
        case (.starting, false), (.ok, false):
            let reason = reason ?? .isAway
            _ = self.outages.isNews(reason, .now())
            self.degrade(reason)
        case (.degraded(let known), false):
            guard let reason, reason.reason != known.reason else { return }
            self.degrade(reason, isLogged: self.outages.isNews(reason, .now()))
        case (.ok, true), (.stopping, _): break
        }
    }

    private func degrade(_ reason: BrokerError, isLogged: Bool = true) {
        self.status = .degraded(reason)
        if isLogged {
            self.logger.warning(
                "Redis is out of reach",
                metadata: ["redis": "\(self.configuration.url)", "reason": "\(reason.reason)"]
            )
        }
        self.tellAttached(.status(.degraded, detail: reason.reason))
    }

    private func tellAttached(_ event: BrokerEvent) {
        for outlet in self.attached { self.hand(event, to: outlet) }
        self.flush()
    }

    /// Takes what came on a channel that is no room's.
    func receivedService(_ channel: ChannelName, _ payload: ByteBuffer) {
        if channel == ChannelName(self.keys.control) {
            switch ControlMessage(payload) {
            case .renamed(let user): self.tellAttached(.renamed(user))
            case .holderEnds(let milliseconds): self.holderEnds(after: milliseconds)
            case .roomsLost: self.lookAtAllRooms()
            case nil: break
            }
        } else if channel == self.nodeChannel {
            let word = String(buffer: payload)
            self.hearing.heard(word, at: .now())
            self.probes.removeValue(forKey: ByteString(word))?.resume(.success(()))
        }
    }

    // MARK: Probing

    package func probe() async throws(BrokerError) {
        let nonce = self.newNonce()
        let result = await withCheckedContinuation { continuation in
            let patience = TimeAmount(self.configuration.patience)
            self.probes[ByteString(nonce)] = Waiter(continuation, patience: patience, on: self.eventLoop)
            // Without the subscription it would get lost; it is sent when that stands.
            if self.subscriptions.isLive(self.nodeChannel) { self.sendProbe(nonce) }
        }
        self.probes[ByteString(nonce)] = nil
        do {
            try result.get()
        } catch {
            // Why there is no connection says more than that there is none.
            let isConnectionLost = error.code == .away || error.code == .uncertain
            guard case .degraded(let reason) = self.status, isConnectionLost else { throw error }
            throw reason
        }
    }

    /// Sends the probes that waited for the subscription.
    func sendProbes() {
        for nonce in self.probes.keys { self.sendProbe(nonce.rawValue) }
    }

    private func sendProbe(_ nonce: String) {
        var request = RedisRequest(.probe, keys: self.nodeKey) {
            $0.append(self.nodeChannel.rawValue)
            $0.append(nonce)
        }
        request.completion = { result in
            guard case .failure(let error) = result else { return }
            self.probes.removeValue(forKey: ByteString(nonce))?.resume(.failure(error))
        }
        self.commands.submit(request)
    }

    /// Where the node hears itself.
    var nodeChannel: ChannelName { ChannelName(self.keys.nodeChannel(self.incarnation)) }

    /// What the node writes to find out whether it may.
    private var nodeKey: String { self.keys.node(self.incarnation) }
}
