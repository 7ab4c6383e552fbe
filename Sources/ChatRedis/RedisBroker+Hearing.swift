internal import ChatCore
internal import Logging
internal import NIOCore

/// What Redis says of itself on each new connection.
struct RedisIntroduction: Equatable {
    /// Names the process of the server; empty where it does not tell.
    var process: String
    /// Names the run that the data are in: of this process, for as long as it goes on as the primary.
    var run: String
    /// What it does when its memory is full.
    var evictionPolicy: String
    /// The version of the layout of its data; 0: none is written.
    var layout: Int

    init?(_ reply: RedisReply?) {
        guard let parts = reply?.array, parts.count == 4, let process = parts[0].string, let run = parts[1].string,
            let policy = parts[2].string, let layout = parts[3].integer
        else { return nil }
        (self.process, self.run, self.evictionPolicy, self.layout) = (process, run, policy, layout)
    }
}

/// Whether nodes of the first layout share this Redis, or did of late (docs/PROTOCOL.md, section 9).
enum LegacyNodes: Int {
    case gone
    /// What they remember of keys still counts.
    case remembered
    /// They are there, and must find what this node stores.
    case present
}

extension RedisBroker {
    /// The version of the layout that this server writes.
    static let layout = 2

    /// Asks who Redis is.
    var introductionCommand: RedisCommand {
        RedisCommand("EVAL", ScriptSource.introduction, "1", self.keys.layout, self.newNonce(), String(Self.layout))
    }

    /// A connection has come to stand: it must lead to the same Redis as the others, and to data that this server knows.
    ///
    /// - Returns: Whether it may be used.
    func introduce(_ reply: RedisReply?, on role: RedisChannelHandler.Role) -> Bool {
        guard let introduction = RedisIntroduction(reply) else {
            self.handlers[role]?.close(.isUnintelligible)
            return false
        }
        guard introduction.layout <= Self.layout else {
            let reason = BrokerError.isOfLayout(introduction.layout, known: Self.layout)
            self.refusal = self.refusal ?? (self.status == .starting ? reason : nil)
            self.handlers[role]?.close(reason)
            return false
        }
        self.warn(of: introduction.evictionPolicy)
        self.introductions[role] = introduction
        self.hearing.restart(at: .now())
        // An older connection that leads elsewhere stayed where Redis was before.
        for (other, known) in self.introductions where other != role && known.process != introduction.process {
            self.counters.strayConnections += 1
            self.logger.warning("a connection leads to another Redis than a newer one, and is made again")
            self.introductions[other] = nil
            self.handlers[other]?.close(.isElsewhere)
        }
        return true
    }

    /// A primary may have been a replica in between, while its connections went on: whatever was followed is compared.
    private func judge(run: String) {
        guard let known = self.introductions[.commands]?.run, known != run else { return }
        self.counters.strayConnections += 1
        self.logger.warning("Redis has the data of another run than before, and is connected to again")
        for handler in self.handlers.values { handler.close(.isElsewhere) }
    }

    private func warn(of policy: String) {
        guard policy != "noeviction", !policy.isEmpty, self.warnedPolicy != policy else { return }
        self.warnedPolicy = policy
        self.logger.warning(
            """
            Redis evicts data when its memory is full: rooms lose members, and messages may be stored twice; \
            set maxmemory-policy to noeviction
            """,
            metadata: ["maxmemory-policy": "\(policy)"]
        )
    }

    /// Lets the node hear itself, and gives up a subscription that brings nothing.
    func listen(_ now: NIODeadline) {
        guard self.commands.isActive, self.subscriptions.isLive(self.nodeChannel) else {
            return self.hearing.restart(at: now)
        }
        switch self.hearing.tick(now) {
        case .none: break
        case .say: self.say()
        case .giveUp:
            self.counters.deafConnections += 1
            self.logger.warning("nothing that is published arrives: the subscriptions are made again")
            self.subscriptions.close(.isDeaf)
        }
    }

    /// Says something to itself, and asks who else is there.
    func say() {
        let word = self.newNonce()
        self.hearing.said(word)
        var request = RedisRequest(.beat, keys: self.keys.layout) {
            $0.append(self.nodeChannel.rawValue)
            $0.append(word)
            $0.append(self.keys.control)
            $0.append(self.keys.layoutChannel)
            $0.append(Self.layout)
            $0.append(self.newNonce())
        }
        request.isUrgent = true
        request.completion = { result in
            guard case .success(let reply) = result, let parts = reply.array, parts.count == 3 else {
                return self.hearing.restart(at: .now())
            }
            self.hearing.published(word, at: .now())
            self.judge(run: parts[2].string ?? "")
            self.legacyNodes = parts[0].integer == 1 ? .present : parts[1].integer == 1 ? .remembered : .gone
        }
        self.commands.submit(request)
    }
}
