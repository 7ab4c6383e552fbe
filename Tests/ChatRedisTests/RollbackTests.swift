import BrokerContract
import ChatCore
import NIOCore
import TestSupport
import Testing

@testable import ChatRedis

/// Every way in which a log can be rolled back or replaced, and everybody who could tell.
@Suite("Logs that were rolled back, and logs that were not", .patience)
struct RollbackTests {
    private let room: RoomName
    private let mina: User

    init() throws {
        self.room = try RoomName("래블업")
        self.mina = User(id: UserID("u1"), name: try UserName("민아"))
    }

    // MARK: What happens

    /// What becomes of Redis while eight messages stand in the log, of which five are on its disk.
    enum Fate: CaseIterable {
        /// It is killed and comes back with everything.
        case restart
        /// It is killed and comes back with what it had saved.
        case rollback
        /// Rolled back twice, with messages in between.
        case rollbackTwice
        /// Everything is gone.
        case loss

        /// How many of the first messages are still there.
        var kept: Int {
            switch self {
            case .restart: 8
            case .rollback: 5
            case .rollbackTwice: 5
            case .loss: 0
            }
        }
    }

    /// Who is there that could tell.
    enum Node: CaseIterable {
        /// The node lived through it, with somebody in the room.
        case withMembers
        /// It lived through it, and nobody was in the room.
        case withoutMembers
        /// It died with Redis.
        case dead
    }

    private func send(_ texts: [String], _ broker: RedisBroker) async throws -> [Receipt] {
        let drafts = try texts.map { text in
            let key = try IdempotencyKey("k\(text)")
            let tail = PublicationCodec.tail(sender: self.mina, text: text, kind: .text, key: key)
            return Draft(room: self.room, sender: self.mina.id, key: key, tail: tail)
        }
        var receipts: [Receipt] = []
        for draft in drafts {
            receipts.append(try await eventually(get: { try? await broker.publish([draft]).first?.get() }))
        }
        return receipts
    }

    private func texts(_ numbers: ClosedRange<Int>, _ mark: String = "") -> [String] { numbers.map { "\($0)\(mark)" } }

    /// Lets Redis meet its fate; it has been given eight messages, and saved after five.
    private func suffer(_ fate: Fate, _ server: RedisServerProcess) async throws {
        switch fate {
        case .restart:
            try await server.operate("SAVE")
            server.kill()
        case .rollback, .rollbackTwice: server.kill()
        case .loss:
            try await server.operate("FLUSHALL")
            try await server.operate("SAVE")
            server.kill()
        }
        try await server.start()
    }

    /// What a member that comes back with a position is told: nil is a reset, else what follows.
    private func resume(_ position: LogPosition, _ broker: RedisBroker) async throws -> [String?]? {
        let subscriber = CollectingSubscriber()
        let head = try await broker.subscribe(self.room, subscriber)
        let start = JoinStart.after(position)
        let seq = CatchUpPlan.readStart(start, room: head, limit: 100)
        let page = try await broker.log(self.room, after: seq, limit: 1000)
        let (_, announcement) = try #require(CatchUpPlan.plan(start, room: head, page: page, limit: 100))
        guard !announcement.isReset else { return nil }
        return page.publications.filter { $0.position.seq > position.seq }.map(\.text)
    }

    @Test(arguments: Fate.allCases, Node.allCases)
    func `a position is taken for proven when it is, and reset when it is not`(fate: Fate, node: Node) async throws {
        try await RedisServerProcess.with { server in
            var before: [Receipt] = []
            let live = CollectingSubscriber()
            func witness(_ broker: RedisBroker) async throws {
                if node == .withMembers { _ = try await broker.subscribe(self.room, live) }
                before = try await self.send(self.texts(1...5), broker)
                try await server.operate("SAVE")
                before += try await self.send(self.texts(6...8), broker)
                if node == .withMembers { _ = try await live.publications(8, in: self.room) }
                try await self.suffer(fate, server)
            }
            func judge(_ broker: RedisBroker) async throws {
                // The first to say something afterwards is somebody who knows nothing.
                var news = try await self.send(self.texts(1...2, "'"), broker)
                if fate == .rollbackTwice {
                    server.kill()
                    try await server.start()
                    news = try await self.send(self.texts(1...4, "''"), broker)
                }
                let kept: [String?] = fate.kept == 0 ? [] : self.texts(1...fate.kept)
                let log = try await broker.log(self.room, after: 0, limit: 100)
                #expect(log.publications.map(\.text).prefix(fate.kept) == kept[...])
                // Who is told of a new epoch needs no proof; nobody may be who can prove the old one.
                if fate == .restart { #expect(log.epoch == before[0].position.epoch) }
                for (index, receipt) in before.enumerated() {
                    let told = try await self.resume(receipt.position, broker)
                    let isKept = index < fate.kept
                    if !isKept { #expect(told == nil, "\(index + 1) was lost") }
                    if isKept, log.epoch == receipt.position.epoch {
                        #expect(told == log.publications.dropFirst(index + 1).map(\.text), "\(index + 1) was kept")
                    }
                    var bare = receipt.position
                    bare.time = nil
                    let toldWithout = try await self.resume(bare, broker)
                    if !isKept { #expect(toldWithout == nil, "\(index + 1) was lost, and bears no time") }
                }
                for receipt in news {
                    #expect(try await self.resume(receipt.position, broker) != nil, "what was given anew is proven")
                }
                guard node == .withMembers else { return }
                let events = try await live.events { events in
                    events.publications(in: self.room).last?.text == log.publications.last?.text
                }
                #expect(events.resets(in: self.room).isEmpty == (fate == .restart))
            }
            if node == .dead {
                try await withBroker(server) { try await witness($0) }
                try await withBroker(server) { try await judge($0) }
            } else {
                try await withBroker(server) { broker in
                    try await witness(broker)
                    try await judge(broker)
                }
            }
        }
    }

    @Test func `a position that was trimmed is judged by its time`() async throws {
        try await RedisServerProcess.with { server in
            let configure = { (configuration: inout RedisConfiguration) in configuration.limits.log.messages = 4
            }
            var before: [Receipt] = []
            try await withBroker(server, configure: configure) { broker in
                before = try await self.send(self.texts(1...5), broker)
                try await server.operate("SAVE")
                before += try await self.send(self.texts(6...8), broker)
                server.kill()
                try await server.start()
            }
            try await withBroker(server, configure: configure) { broker in
                let news = try await self.send(self.texts(1...10, "'"), broker)
                #expect(news.first?.position.seq == 6)
                for receipt in before.dropFirst(5) { #expect(try await self.resume(receipt.position, broker) == nil) }
                for receipt in before.prefix(5) + news {
                    #expect(try await self.resume(receipt.position, broker) != nil)
                }
            }
        }
    }

    @Test func `a restart of a Redis that keeps everything resets nobody, also when nobody was there`() async throws {
        try await RedisServerProcess.with(["--appendonly", "yes", "--appendfsync", "always"]) { server in
            var receipts: [Receipt] = []
            for round in 1...3 {
                try await withBroker(server) { broker in
                    for receipt in receipts { #expect(try await self.resume(receipt.position, broker) != nil) }
                    receipts += try await self.send(self.texts(1...3, "-\(round)"), broker)
                    for receipt in receipts { #expect(try await self.resume(receipt.position, broker) != nil) }
                }
                server.kill()
                try await server.start()
            }
            #expect(receipts.map(\.position.seq) == Array(1...9))
            #expect(Set(receipts.map(\.position.epoch)).count == 1)
        }
    }

    /// A primary waits for more replicas to come before it sends its data to the first, unless it is told not to.
    private static let atOnce = ["--repl-diskless-sync-delay", "0"]

    @Test func `a primary that was a replica in between, and has lost its end, vouches for none of it`() async throws {
        try await RedisServerProcess.with(Self.atOnce) { first in
            try await RedisServerProcess.with(Self.atOnce + ["--replicaof", "127.0.0.1", "\(first.port)"]) { second in
                try await withBroker(first) { broker in
                    let kept = try await self.send(self.texts(1...5), broker)
                    try await second.catchUp(with: first)
                    try await second.operate("REPLICAOF NO ONE")
                    let lost = try await self.send(self.texts(6...8), broker)
                    // No node notices: nothing is sent, and no connection ends.
                    try await first.operate("REPLICAOF 127.0.0.1 \(second.port)")
                    try await first.catchUp(with: second)
                    try await first.operate("REPLICAOF NO ONE")
                    try await eventually { await broker.counters.strayConnections > 0 }
                    let news = try await self.send(self.texts(1...5, "'"), broker)
                    #expect(news.map(\.position.seq) == Array(6...10))
                    for receipt in kept + news { #expect(try await self.resume(receipt.position, broker) != nil) }
                    for receipt in lost {
                        var bare = receipt.position
                        bare.time = nil
                        for position in [receipt.position, bare] {
                            #expect(try await self.resume(position, broker) == nil)
                        }
                    }
                }
            }
        }
    }

    @Test func `a node that was cut off does not vouch for what others were given meanwhile`() async throws {
        try await RedisServerProcess.with(Self.atOnce) { first in
            try await RedisServerProcess.with(Self.atOnce + ["--replicaof", "127.0.0.1", "\(first.port)"]) { second in
                try await TCPRelay.with(first) { relay in
                    let url = try RedisURL(relay.url)
                    try await withBroker(first, configure: { $0.url = url }) { cutOff in
                        let live = CollectingSubscriber()
                        cutOff.attach(live)
                        _ = try await cutOff.subscribe(self.room, live)
                        let kept = try await self.send(self.texts(1...5), cutOff)
                        _ = try await live.publications(5, in: self.room)
                        try await second.catchUp(with: first)
                        try await second.operate("REPLICAOF NO ONE")
                        for kind in [TCPRelay.Kind.commands, .subscriptions] { relay.blackhole(kind) }
                        var lost: [Receipt] = []
                        try await withBroker(first) { lost = try await self.send(self.texts(6...8), $0) }
                        relay.lead(to: second)
                        for kind in [TCPRelay.Kind.commands, .subscriptions] { relay.cut(kind) }
                        try await live.events { $0.statuses.last == .ok }
                        let news = try await self.send(self.texts(1...5, "'"), cutOff)
                        #expect(news.map(\.position.seq) == Array(6...10))
                        for receipt in kept + news { #expect(try await self.resume(receipt.position, cutOff) != nil) }
                        for receipt in lost {
                            var bare = receipt.position
                            bare.time = nil
                            #expect(try await self.resume(bare, cutOff) == nil)
                        }
                        #expect(live.events.resets(in: self.room).isEmpty)
                    }
                }
            }
        }
    }

    @Test func `what was read from a replaced primary is told as lost, though the log has gone on past it`()
        async throws
    {
        try await RedisServerProcess.with(Self.atOnce) { first in
            try await RedisServerProcess.with(Self.atOnce + ["--replicaof", "127.0.0.1", "\(first.port)"]) { second in
                try await TCPRelay.with(first) { relay in
                    let url = try RedisURL(relay.url)
                    try await withBroker(first, configure: { $0.url = url }) { node in
                        let live = CollectingSubscriber()
                        _ = try await node.subscribe(self.room, live)
                        _ = try await self.send(self.texts(1...5), node)
                        _ = try await live.publications(5, in: self.room)
                        try await second.catchUp(with: first)
                        try await second.operate("REPLICAOF NO ONE")
                        // The node hears nothing of these two, but whoever joins is given them.
                        relay.blackhole(.subscriptions)
                        try await withBroker(first) { _ = try await self.send(self.texts(6...7), $0) }
                        let page = try await node.log(self.room, after: 5, limit: 100)
                        #expect(page.publications.map(\.text) == self.texts(6...7))
                        try await withBroker(second) { _ = try await self.send(self.texts(6...10, "'"), $0) }
                        relay.lead(to: second)
                        for kind in [TCPRelay.Kind.commands, .subscriptions] { relay.cut(kind) }
                        try await live.events { !$0.resets(in: self.room).isEmpty }
                        let all = self.texts(1...5) + self.texts(6...10, "'")
                        try await live.events { $0.publications(in: self.room).suffix(10).map(\.text) == all }
                    }
                }
            }
        }
    }

    @Test func `nobody is reset by a restart that keeps everything, and what was numbered before it needs no time`()
        async throws
    {
        try await RedisServerProcess.with(["--appendonly", "yes", "--appendfsync", "always"]) { server in
            try await withBroker(server) { broker in
                let live = CollectingSubscriber()
                broker.attach(live)
                _ = try await broker.subscribe(self.room, live)
                var receipts = try await self.send(self.texts(1...5), broker)
                _ = try await live.publications(5, in: self.room)
                server.kill()
                try await server.start()
                try await live.events { $0.statuses.last == .ok }
                receipts += try await self.send(self.texts(6...8), broker)
                for receipt in receipts { #expect(try await self.resume(receipt.position, broker) != nil) }
                for receipt in receipts.prefix(5) {
                    var bare = receipt.position
                    bare.time = nil
                    #expect(try await self.resume(bare, broker) != nil)
                }
                #expect(live.events.resets(in: self.room).isEmpty)
            }
        }
    }

    @Test func `a replica that has everything is promoted, and nobody is reset`() async throws {
        try await RedisServerProcess.with { primary in
            try await RedisServerProcess.with(["--replicaof", "127.0.0.1", "\(primary.port)"]) { replica in
                var receipts: [Receipt] = []
                try await withBroker(primary) { receipts = try await self.send(self.texts(1...5), $0) }
                try await replica.catchUp(with: primary)
                try await replica.operate("REPLICAOF NO ONE")
                try await withBroker(replica) { broker in
                    receipts += try await self.send(self.texts(6...8), broker)
                    for receipt in receipts { #expect(try await self.resume(receipt.position, broker) != nil) }
                    #expect(receipts.map(\.position.seq) == Array(1...8))
                }
            }
        }
    }

    @Test func `a replica that comes begins no run: two nodes agree on the log before and after`() async throws {
        try await RedisServerProcess.with { primary in
            try await withBroker(primary) { early in
                var receipts = try await self.send(self.texts(1...3), early)
                try await RedisServerProcess.with(["--replicaof", "127.0.0.1", "\(primary.port)"]) { replica in
                    try await replica.catchUp(with: primary)
                    try await withBroker(primary) { late in
                        for number in 4...7 {
                            receipts += try await self.send(["\(number)"], number.isMultiple(of: 2) ? late : early)
                        }
                        let log = try await late.log(self.room, after: 0, limit: 10)
                        #expect(log.runs == .one)
                        for receipt in receipts {
                            var bare = receipt.position
                            bare.time = nil
                            #expect(log.proves(bare))
                        }
                    }
                }
            }
        }
    }

    @Test func `a key that was stored, and renumbered into a new epoch, is not stored again`() async throws {
        try await RedisServerProcess.with { server in
            try await withBroker(server) { broker in
                let live = CollectingSubscriber()
                broker.attach(live)
                _ = try await broker.subscribe(self.room, live)
                let kept = try await self.send(self.texts(1...5), broker)
                try await server.operate("SAVE")
                _ = try await self.send(self.texts(6...8), broker)
                _ = try await live.publications(8, in: self.room)
                server.kill()
                try await server.start()
                try await live.events { !$0.resets(in: self.room).isEmpty }
                let again = try await self.send(self.texts(1...8), broker)
                #expect(again.map(\.isDuplicate) == (1...8).map { $0 <= 5 })
                #expect(again.map(\.position.seq) == Array(1...8))
                #expect(again.prefix(5).map(\.time) == kept.map(\.time))
                #expect(Set(again.map(\.position.epoch)).count == 1)
                #expect(again[0].position.epoch != kept[0].position.epoch)
            }
        }
    }
}
