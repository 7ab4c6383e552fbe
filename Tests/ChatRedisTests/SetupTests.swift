import BrokerContract
import ChatCore
import NIOCore
import TestSupport
import Testing

@testable import ChatRedis

/// What an operator sees of a Redis that is set up otherwise than the chat needs it.
@Suite("How Redis is set up", .patience)
struct SetupTests {
    private let room: RoomName

    init() throws { self.room = try RoomName("설정") }

    private func draft() throws -> Draft {
        let user = User(id: UserID("u1"), name: try UserName("Mina"))
        let tail = PublicationCodec.tail(sender: user, text: "hi", kind: .text, key: nil)
        return Draft(room: self.room, sender: user.id, key: nil, tail: tail)
    }

    /// Asks for the readiness until it fails for a reason.
    private func unreadiness(_ broker: RedisBroker, until reason: String) async throws {
        try await eventually {
            do throws(BrokerError) {
                try await broker.probe()
                return false
            } catch {
                return error.reason == reason
            }
        }
    }

    private func withUser(
        _ rights: String,
        _ server: RedisServerProcess,
        log: RecordedLog? = nil,
        patience: Duration = .seconds(240),
        _ body: (RedisBroker) async throws -> Void
    ) async throws {
        try await server.operate("ACL SETUSER chat reset on >pw \(rights)")
        let change: (inout RedisConfiguration) -> Void = {
            $0.url.user = "chat"
            $0.url.password = .init("pw")
            $0.patience = patience
        }
        try await withBroker(server, log: log, configure: change, body)
    }

    @Test(arguments: ["allkeys-lru", "volatile-ttl"])
    func `a Redis that evicts is warned of, once`(policy: String) async throws {
        try await RedisServerProcess.with(["--maxmemory-policy", policy]) { server in
            let log = RecordedLog()
            try await withBroker(server, log: log) { broker in
                try await broker.probe()
                #expect(log.lines.filter { $0.contains("maxmemory-policy=\(policy)") }.count == 1)
            }
        }
    }

    @Test func `a Redis that evicts nothing is not warned of`() async throws {
        try await RedisServerProcess.with { server in
            let log = RecordedLog()
            try await withBroker(server, log: log) { broker in
                try await broker.probe()
                #expect(log.lines.isEmpty, "\(log.lines)")
            }
        }
    }

    @Test
    func `a user without the channels is told so once, and the attempts become rare`() async throws {
        try await RedisServerProcess.with { server in
            let log = RecordedLog()
            try await self.withUser("~chat:* +@all resetchannels", server, log: log, patience: .seconds(1)) { broker in
                let subscriber = CollectingSubscriber()
                broker.attach(subscriber)
                let reason = "the Redis user may not do this: it lacks the chat's channels"
                try await self.unreadiness(broker, until: reason)
                let lost = await broker.counters.lostConnections
                try await eventually { await broker.counters.lostConnections >= lost + 3 }
                #expect(log.lines.count == 1, "\(log.lines)")
                #expect(subscriber.events.statuses.last == .degraded)
                try await server.operate("ACL SETUSER chat &chat:*")
                try await subscriber.events { $0.haveRecovered }
                try await eventually { (try? await broker.probe()) != nil }
            }
        }
    }

    @Test
    func `what the documents advise is enough`() async throws {
        try await RedisServerProcess.with { server in
            let rights =
                "resetchannels ~chat:* &chat:* +@read +@write +@pubsub +@scripting +@connection -@dangerous +info "
                + "+wait +time"
            try await self.withUser(rights, server) { broker in
                try await broker.probe()
                let subscriber = CollectingSubscriber()
                _ = try await broker.subscribe(self.room, subscriber)
                let user = User(id: UserID("u1"), name: try UserName("Mina"))
                _ = try await broker.enter(self.room, user, holder: HolderID("a"))
                _ = try await broker.rooms(after: nil, limit: 10)
                let drafts = [try self.draft()]
                #expect(try await broker.publish(drafts).map { try $0.get().position.seq } == [1])
                _ = try await subscriber.publications(1, in: self.room)
            }
        }
    }

    @Test
    func `one room that is refused harms no other`() async throws {
        try await RedisServerProcess.with { server in
            let rights = "~chat:* +@all resetchannels &chat:node:* &chat:control &chat:{open}"
            try await self.withUser(rights, server) { broker in
                try await broker.probe()
                let subscriber = CollectingSubscriber()
                let open = try RoomName("open")
                // Both go out in one command, which is refused as a whole.
                async let allowed: LogPosition = broker.subscribe(open, subscriber)
                await #expect(
                    throws: BrokerError(.refused, "the Redis user may not do this: it lacks the chat's channels")
                ) {
                    _ = try await broker.subscribe(self.room, subscriber)
                }
                _ = try await allowed
                #expect(await broker.counters.lostConnections == 0)
                try await server.operate("ACL SETUSER chat allchannels")
                _ = try await broker.subscribe(self.room, subscriber)
            }
        }
    }

    @Test
    func `without the right to run scripts a node is not ready`() async throws {
        try await RedisServerProcess.with { server in
            let rights = "resetchannels ~chat:* &chat:* +@all -evalsha"
            try await self.withUser(rights, server, patience: .seconds(1)) { broker in
                try await self.unreadiness(
                    broker,
                    until: "the Redis user may not do this: it lacks the command evalsha"
                )
            }
        }
    }

    @Test(arguments: [
        ("", "redis://:pw@h", "Redis wants no password, and one was given"),
        ("", "redis://h/99", "Redis has no database of this number"),
        ("--requirepass right", "redis://h", "Redis wants a password"),
        ("--requirepass right", "redis://:wrong@h", "Redis refused the user name or password"),
        ("--maxclients 1", "redis://h", "Redis has as many clients as it allows (maxclients)"),
        (
            "--rename-command SCRIPT nobody", "redis://h",
            "Redis does not have the command script: it is switched off, or too new"
        ),
    ])
    func `what is wrong is told by its name`(options: String, url: String, reason: String) async throws {
        try await RedisServerProcess.with(options.split(separator: " ").map(String.init)) { server in
            var wanted = try RedisURL(url)
            wanted.target = .server(.host("127.0.0.1", port: server.port))
            let change: (inout RedisConfiguration) -> Void = {
                $0.url = wanted
                $0.patience = .seconds(1)
            }
            try await withBroker(server, configure: change) { broker in
                try await self.unreadiness(broker, until: reason)
            }
        }
    }

    @Test
    func `each new reason is told: first nobody is there, then the password is wrong`() async throws {
        let server = try RedisServerProcess(["--requirepass", "right"])
        defer { server.kill() }
        let log = RecordedLog()
        try await withBroker(server, log: log, configure: { $0.patience = .seconds(1) }) { broker in
            try await self.unreadiness(broker, until: "Redis cannot be reached: Connection refused")
            try await server.start()
            try await self.unreadiness(broker, until: "Redis wants a password")
            #expect(log.lines.count { $0.contains("reason=Redis cannot be reached: Connection refused") } == 1)
            #expect(log.lines.count { $0.contains("reason=Redis wants a password") } == 1)
        }
    }

    @Test
    func `a host that nobody knows is told`() async throws {
        try await RedisServerProcess.with { server in
            let url = try RedisURL("redis://nowhere.invalid")
            let change: (inout RedisConfiguration) -> Void = {
                $0.url = url
                $0.patience = .seconds(1)
            }
            try await withBroker(server, configure: change) { broker in
                try await self.unreadiness(broker, until: "the host of Redis cannot be resolved")
            }
        }
    }

    @Test
    func `databases keep installations apart, and nodes of one meet`() async throws {
        try await RedisServerProcess.with { server in
            let urls = try ["/1", "/1", "/2"].map { try RedisURL(server.url + $0) }
            try await withBroker(server, configure: { $0.url = urls[0] }) { first in
                try await withBroker(server, configure: { $0.url = urls[1] }) { second in
                    try await withBroker(server, configure: { $0.url = urls[2] }) { other in
                        let (near, far) = (CollectingSubscriber(), CollectingSubscriber())
                        second.attach(near)
                        other.attach(far)
                        _ = try await second.subscribe(self.room, near)
                        _ = try await other.subscribe(self.room, far)
                        let user = User(id: UserID("u1"), name: try UserName("Mina"))
                        _ = try await first.publish([try self.draft()]).map { try $0.get() }
                        await first.signalTyping(self.room, user, active: true)
                        try await first.rename(user, session: "hash")
                        try await near.events { $0.renamed == [user] && $0.publications(in: self.room).count == 1 }
                        // What the other one is told of the same Redis comes after all of that.
                        _ = try await other.publish([try self.draft()]).map { try $0.get() }
                        try await other.rename(user, session: "other")
                        try await far.events { !$0.renamed.isEmpty && !$0.publications(in: self.room).isEmpty }
                        #expect(far.events.renamed.count == 1)
                        #expect(far.events.events(in: self.room).count == 1)
                    }
                }
            }
        }
    }

    @Test
    func `publications that are dropped are counted and logged`() async throws {
        try await RedisServerProcess.with { server in
            let log = RecordedLog()
            try await withBroker(server, log: log) { broker in
                let subscriber = CollectingSubscriber()
                _ = try await broker.subscribe(self.room, subscriber)
                for _ in 1...3 {
                    try await broker.command("PUBLISH", broker.keys.channel(self.room), #"{"no":"text"}"#)
                }
                let lines = try await log.lines { $0.contains { $0.contains("publications were dropped") } }
                #expect(lines.contains { $0.contains("room=설정") })
                try await eventually { await broker.counters.invalidPayloads == 3 }
            }
        }
    }

    @Test
    func `a Redis that hangs does not hold up the end`() async throws {
        try await RedisServerProcess.with { server in
            let (stream, continuation) = AsyncStream<BrokerError?>.makeStream()
            var ended: RedisBroker?
            try await withBroker(server, configure: { $0.patience = .seconds(3600) }) { broker in
                try await broker.probe()
                server.freeze()
                await broker.submit(RedisCommand("GET", "a"), continuation)
                // The scope ends the broker now.
                ended = broker
            }
            var answers = stream.makeAsyncIterator()
            // It was on the wire.
            #expect(await answers.next() == BrokerError(.uncertain, BrokerError.isAway.reason))
            await #expect(throws: BrokerError.isAway) { try await ended?.command("GET", "a") }
        }
    }

    @Test
    func `an idle subscription outlasts a Redis that refuses to answer a ping`() async throws {
        try await RedisServerProcess.with { server in
            try await withBroker(server, configure: { $0.liveness.pingInterval = .milliseconds(50) }) { broker in
                let subscriber = CollectingSubscriber()
                broker.attach(subscriber)
                try await broker.probe()
                // Redis 6 refuses PING while it cannot save; a user who may not send it is refused by every version.
                try await server.operate("ACL SETUSER default -ping")
                try await eventually {
                    let line = try await server.operate("INFO commandstats").split(whereSeparator: \.isNewline)
                        .first { $0.hasPrefix("cmdstat_ping:") }
                    guard let line, let range = line.firstRange(of: "rejected_calls=") else { return false }
                    return Int(line[range.upperBound...].prefix { $0.isNumber }) ?? 0 >= 10
                }
                #expect(await broker.counters.lostConnections == 0)
                #expect(subscriber.events.statuses.isEmpty)
            }
        }
    }
}

extension RedisBroker {
    /// Sends a command without waiting for its answer, which is told as the error that it is, or nil.
    fileprivate func submit(_ command: RedisCommand, _ told: AsyncStream<BrokerError?>.Continuation) {
        var request = RedisRequest(keyless: command)
        request.completion = { result in
            switch result {
            case .success: told.yield(nil)
            case .failure(let error): told.yield(error)
            }
        }
        self.router.submit(request)
    }
}
