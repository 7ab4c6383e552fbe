import ChatCore
import NIOCore
import NIOEmbedded
import Testing

@testable import ChatRedis

@Suite("Which channels are subscribed", .patience)
struct SubscriptionTableTests {
    private var table = SubscriptionTable()
    private let room = ChannelName("chat:{방}")

    @Test
    mutating func `a channel is live once Redis has confirmed it`() {
        _ = self.table.connected()
        #expect(self.table.want(self.room) == .subscribe)
        #expect(self.table.want(self.room) == .none)
        #expect(!self.table.isLive(self.room))
        #expect(self.table.confirmed(self.room) == .live)
        #expect(self.table.isLive(self.room))
        #expect(self.table.confirmed(self.room) == .none)
    }

    @Test
    mutating func `what is wanted without a connection is asked for when there is one`() {
        #expect(self.table.want(self.room) == .none)
        #expect(self.table.connected() == [self.room])
        #expect(self.table.confirmed(self.room) == .live)
        self.table.disconnected()
        #expect(!self.table.isLive(self.room))
        #expect(self.table.connected() == [self.room])
        #expect(self.table.confirmed(self.room) == .live)
    }

    @Test
    mutating func `a confirmation of what was taken back since does not count`() {
        _ = self.table.connected()
        _ = self.table.want(self.room)
        #expect(self.table.unwant(self.room) == .unsubscribe)
        #expect(self.table.unwant(self.room) == .none)
        #expect(self.table.want(self.room) == .subscribe)
        #expect(self.table.confirmed(self.room) == .none)
        #expect(self.table.confirmed(self.room) == .live)
    }

    @Test
    mutating func `what was taken back is not asked for again`() {
        _ = self.table.want(self.room)
        #expect(self.table.unwant(self.room) == .none)
        #expect(self.table.connected() == [])
        _ = self.table.want(self.room)
        _ = self.table.unwant(self.room)
        self.table.disconnected()
        #expect(self.table.connected() == [])
    }
}

@Suite("What an error on a subscribed connection refuses", .patience)
struct SubscriptionsUnderWayTests {
    private let rooms = ["chat:{a}", "chat:{b}"].map { ChannelName($0) }

    @Test
    func `an error refuses the oldest command that is not answered`() {
        var commands = SubscriptionsUnderWay()
        commands.sent(.subscribe(self.rooms))
        commands.sent(.ping)
        commands.sent(.subscribe([self.rooms[0]]))
        for room in self.rooms { commands.confirmed(room) }
        #expect(commands.refused() == .ping)
        #expect(commands.refused() == .subscribe([self.rooms[0]]))
        #expect(commands.refused() == nil)
        commands.confirmed(self.rooms[0])
    }

    @Test
    func `all channels of a command are refused by one error`() {
        var commands = SubscriptionsUnderWay()
        commands.sent(.subscribe(self.rooms))
        commands.sent(.unsubscribe(self.rooms[0]))
        #expect(commands.refused() == .subscribe(self.rooms))
        commands.ended(self.rooms[0])
        #expect(commands.refused() == nil)
    }

    @Test
    func `what was refused is asked for again by the next one that wants it`() {
        var table = SubscriptionTable()
        _ = table.connected()
        #expect(table.want(self.rooms[0]) == .subscribe)
        #expect(table.refused(self.rooms[0]) == true)
        #expect(table.refused(self.rooms[0]) == false)
        #expect(!table.isLive(self.rooms[0]))
        #expect(table.want(self.rooms[0]) == .subscribe)
        #expect(table.confirmed(self.rooms[0]) == .live)
        #expect(table.want(self.rooms[0]) == .none)
    }

    // MARK: Slots that move

    private let slot = HashSlot(of: "chat:{a}")
    private let other = HashSlot(of: "chat:{b}")

    @Test
    func `a subscription that ends unasked is no answer to a command for another channel`() {
        var commands = SubscriptionsUnderWay()
        commands.sent(.unsubscribe(self.rooms[1]), slot: self.other)
        commands.sent(.ping)
        commands.ended(self.rooms[0])
        commands.ended(self.rooms[1])
        #expect(commands.refused() == .ping)
        #expect(commands.refused() == nil)
    }

    @Test
    func `one's own end of a subscription can come too late, and is then refused`() {
        var commands = SubscriptionsUnderWay()
        commands.sent(.unsubscribe(self.rooms[0]), slot: self.slot)
        commands.sent(.subscribe([self.rooms[1]]), slot: self.other)
        // The slot has moved: the server ends it, and has not got the channel of the command that comes after that.
        commands.ended(self.rooms[0])
        #expect(commands.refused(slot: self.slot) == .unsubscribe(self.rooms[0]))
        #expect(commands.refused(slot: self.other) == .subscribe([self.rooms[1]]))
        #expect(commands.takeUnanswered().isEmpty)
    }

    @Test
    func `a redirection refuses the command for its slot, and not the one before it`() {
        var commands = SubscriptionsUnderWay()
        commands.sent(.unsubscribe(self.rooms[0]), slot: self.slot)
        commands.sent(.subscribe([self.rooms[1]]), slot: self.other)
        commands.ended(self.rooms[0])
        #expect(commands.refused(slot: self.other) == .subscribe([self.rooms[1]]))
    }

    @Test
    func `a command without an answer is found when a later one has its own`() {
        var commands = SubscriptionsUnderWay()
        commands.sent(.subscribe([self.rooms[0]]), slot: self.slot)
        commands.sent(.ping)
        commands.answeredPing()
        #expect(commands.takeUnanswered() == [self.rooms[0]])
        #expect(commands.takeUnanswered().isEmpty)
    }

    @Test
    func `a subscription that Redis ends is missed only by those that want it`() {
        var table = SubscriptionTable()
        _ = table.connected()
        _ = table.want(self.rooms[0])
        _ = table.confirmed(self.rooms[0])
        #expect(table.ended(self.rooms[0]) == true)
        #expect(!table.isLive(self.rooms[0]))
        #expect(table.ended(self.rooms[0]) == false)
        #expect(table.want(self.rooms[0]) == .subscribe)
        #expect(table.confirmed(self.rooms[0]) == .live)
        _ = table.unwant(self.rooms[0])
        #expect(table.ended(self.rooms[0]) == false)
        #expect(table.ended(self.rooms[1]) == false)
    }

    @Test
    func `a channel that is elsewhere is forgotten, whatever is still said of it`() {
        var table = SubscriptionTable()
        _ = table.connected()
        _ = table.want(self.rooms[0])
        table.forget(self.rooms[0])
        #expect(table.confirmed(self.rooms[0]) == .none)
        #expect(table.ended(self.rooms[0]) == false)
        table.disconnected()
        #expect(table.connected().isEmpty)
    }
}

@Suite("What the log is told", .patience)
struct LogAccountTests {
    @Test
    func `each new reason is news, and none over and over`() {
        var reasons = OutageReasons()
        let now = NIODeadline.now()
        #expect(reasons.isNews(.isAway, now) == true)
        #expect(reasons.isNews(.isSlow, now) == true)
        #expect(reasons.isNews(.isAway, now + .seconds(1)) == false)
        #expect(reasons.isNews(.isAway, now + OutageReasons.interval) == true)
    }

    @Test
    func `publications that were dropped are told together, once in a while`() {
        var drops = DropAccount()
        let now = NIODeadline.now()
        #expect(drops.take(now) == nil)
        drops.add(in: "a")
        let first = drops.take(now)
        #expect(first?.count == 1)
        drops.add(3, in: "a")
        drops.add(0, in: "b")
        drops.add(in: "c")
        #expect(drops.take(now + .seconds(1)) == nil)
        let told = drops.take(now + DropAccount.interval)
        #expect(told?.count == 4)
        #expect(told?.room == "c")
        #expect(drops.take(now + DropAccount.interval * 2) == nil)
    }
}

@Suite("What a connection goes through", .patience)
struct RedisConnectionMachineTests {
    private var machine = RedisConnectionMachine()

    @Test
    mutating func `it is active when the whole handshake is answered`() {
        let handshake = [RedisCommand("A"), RedisCommand("B")]
        #expect(self.machine.connected(handshake) == .send(handshake))
        #expect(self.machine.received(.status("OK")) == .wait)
        #expect(self.machine.received(.integer(1)) == .activate([.status("OK"), .integer(1)]))
        #expect(self.machine.received(.null) == .deliver)
        #expect(self.machine.handshakeTimedOut() == .none)
        #expect(self.machine.closed() == .report(.wasLost))
        #expect(self.machine.closed() == .none)
    }

    @Test
    mutating func `an error in the handshake closes it, and is told in other words`() {
        _ = self.machine.connected([RedisCommand("A"), RedisCommand("B")])
        #expect(self.machine.received(.error("WRONGPASS invalid secret")) == .close)
        #expect(self.machine.received(.status("OK")) == .ignore)
        #expect(self.machine.close(.isSlow) == .none)
        #expect(self.machine.closed() == .report(BrokerError(.refused, "Redis refused the user name or password")))
    }

    @Test
    mutating func `a handshake has a bounded time`() {
        #expect(self.machine.handshakeTimedOut() == .none)
        _ = self.machine.connected([RedisCommand("A")])
        #expect(self.machine.handshakeTimedOut() == .close)
        #expect(self.machine.closed() == .report(.isSlow))
    }

    @Test
    mutating func `one that was given up before it was connected is not opened`() {
        #expect(self.machine.close(.isAway) == .close)
        #expect(self.machine.connected([RedisCommand("A")]) == .none)
    }
}

@Suite("The handler of a connection", .patience)
struct RedisChannelHandlerTests {
    private final class Owner {
        var events: [RedisChannelHandler.Event] = []
    }

    private func connect(_ role: RedisChannelHandler.Role) throws -> (EmbeddedChannel, RedisChannelHandler, Owner) {
        let owner = Owner()
        let handler = RedisChannelHandler(role, handshake: [RedisCommand("PING")]) { owner.events.append($0) }
        let channel = EmbeddedChannel(handler: handler)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        channel.embeddedEventLoop.run()
        return (channel, handler, owner)
    }

    private func read(_ channel: EmbeddedChannel) throws -> String? {
        try channel.readOutbound(as: ByteBuffer.self).map { String(buffer: $0) }
    }

    @Test
    func `one that is given up before it has a channel closes that at once`() throws {
        let handler = RedisChannelHandler(.commands, handshake: [RedisCommand("PING")]) { _ in }
        handler.close(.isAway)
        let channel = EmbeddedChannel(handler: handler)
        channel.embeddedEventLoop.run()
        #expect(throws: ChannelError.alreadyClosed) { try channel.close().wait() }
    }

    @Test
    func `commands of one tick leave in one write`() throws {
        let (channel, handler, owner) = try self.connect(.commands)
        #expect(try self.read(channel) == "*1\r\n$4\r\nPING\r\n")
        try channel.writeInbound(ByteBuffer(string: "+PONG\r\n"))
        #expect(owner.events == [.opened([.status("PONG")])])
        handler.send(RedisCommand("A"))
        handler.send(RedisCommand("B"))
        #expect(try self.read(channel) == nil)
        channel.embeddedEventLoop.run()
        #expect(try self.read(channel) == "*1\r\n$1\r\nA\r\n*1\r\n$1\r\nB\r\n")
        try channel.writeInbound(ByteBuffer(string: ":1\r\n:2\r\n"))
        #expect(owner.events.last == .replies([.integer(1), .integer(2)]))
        _ = try channel.finish()
        #expect(owner.events.last == .closed(.wasLost))
    }

    @Test
    func `memory that the socket has not taken is not written again`() throws {
        let (channel, handler, _) = try self.connect(.commands)
        _ = try self.read(channel)
        try channel.writeInbound(ByteBuffer(string: "+PONG\r\n"))
        let words = ["A", String(repeating: "long", count: 40_000), "B", ""]
        for word in words {
            handler.send(RedisCommand(word))
            channel.embeddedEventLoop.run()
        }
        for word in words { #expect(try self.read(channel) == "*1\r\n$\(word.utf8.count)\r\n\(word)\r\n") }
        _ = try channel.finish()
    }

    @Test
    func `a subscribed connection gives the pushes of one read together`() throws {
        let (channel, _, owner) = try self.connect(.subscriptions)
        try channel.writeInbound(
            ByteBuffer(
                string: "+PONG\r\n*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$1\r\n1\r\n"
                    + "*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$1\r\n2\r\n"
            )
        )
        let pushes = ["1", "2"].map {
            RedisPush.message(channel: ChannelName("a"), payload: ByteBuffer(string: $0))
        }
        #expect(owner.events == [.opened([.status("PONG")]), .pushes(pushes)])
        _ = try channel.finish()
    }

    @Test
    func `an error on a subscribed connection is an answer, and no end`() throws {
        let (channel, _, owner) = try self.connect(.subscriptions)
        try channel.writeInbound(ByteBuffer(string: "+PONG\r\n-MISCONF Redis is configured\r\n"))
        #expect(owner.events == [.opened([.status("PONG")]), .pushes([.error("MISCONF Redis is configured")])])
        #expect(channel.isActive)
        _ = try channel.finish()
    }

    @Test
    func `bytes that are no replies close the connection`() throws {
        let (channel, _, owner) = try self.connect(.commands)
        try channel.writeInbound(ByteBuffer(string: "HTTP/1.1 400 Bad Request\r\n"))
        channel.embeddedEventLoop.run()
        #expect(!channel.isActive)
        #expect(owner.events == [.closed(.isUnintelligible)])
    }

    @Test
    func `a handshake without an answer is given up`() throws {
        let (channel, _, owner) = try self.connect(.commands)
        channel.embeddedEventLoop.advanceTime(by: RedisChannelHandler.handshakeTimeout)
        #expect(!channel.isActive)
        #expect(owner.events == [.closed(.isSlow)])
    }
}

@Suite("When to connect again", .patience)
struct BackoffTests {
    @Test
    func `the bound doubles up to the ceiling, and begins anew after a connection that stood for a while`() {
        struct Most: RandomNumberGenerator {
            private var number = UInt64.max
            func next() -> UInt64 { self.number }
        }
        var generator = Most()
        var backoff = Backoff()
        let now = NIODeadline.now()
        let pauses = (0..<100).map { _ in backoff.next(now, using: &generator) }
        for (pause, bound) in zip(pauses, [100, 200, 400]) {
            #expect(pause <= .milliseconds(bound) && pause > .milliseconds(bound - 1))
        }
        #expect(pauses.allSatisfy { $0 <= .seconds(5) })
        #expect(pauses[99] > .milliseconds(4999))
        // One that Redis ends at once, however well it began, is no success.
        backoff.opened(now)
        #expect(backoff.next(now + .seconds(1), using: &generator) > .milliseconds(4999))
        backoff.opened(now)
        #expect(backoff.next(now + Backoff.proof, using: &generator) < .milliseconds(101))
    }
}
