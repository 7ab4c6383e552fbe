import BrokerContract
import ChatCore
import TestSupport
import Testing

@testable import ChatRedis

// What nodes remember of holders that are no more, and what becomes of it when that is lost.
extension LeaseTests {
    /// Runs two nodes which look at no room unless they have a reason to.
    private func withTwoThatRest(_ body: (RedisBroker, RedisBroker) async throws -> Void) async throws {
        try await self.withTwo(headCheckInterval: .seconds(3600), body)
    }

    @Test
    func `a list that was lost when its holder died is missed by whoever sweeps, and every node looks at once`()
        async throws
    {
        try await self.withTwoThatRest { first, second in
            let rooms = try (0..<100).map { try RoomName("r\($0)") }
            try await self.renewing(self.staying, on: second) {
                await self.lives.begin(self.going, on: first)
                for room in rooms {
                    _ = try await second.subscribe(room, CollectingSubscriber())
                    try await second.enter(room, self.juno, holder: self.staying)
                    try await first.enter(room, self.mina, holder: self.going)
                }
                for room in rooms { try await eventually { await second.hasComparedHolders(of: room) } }
                try await self.lives.end(self.going) {
                    try await second.command("DEL", second.keys.rooms(of: self.going.rawValue))
                }
                for room in rooms {
                    try await eventually {
                        try await second.members(room, cursor: nil, limit: 9).members == [self.juno]
                    }
                }
                #expect(await second.lookedAtAll != nil)
            }
        }
    }

    @Test
    func `who was let go of while nothing told that they were there is not brought back when that is mended`()
        async throws
    {
        try await self.withTwo { broker, _ in
            try await self.renewing(self.staying, on: broker) {
                let subscriber = CollectingSubscriber()
                _ = try await broker.subscribe(self.room, subscriber)
                for user in [self.mina, self.juno] { try await broker.enter(self.room, user, holder: self.staying) }
                _ = try await subscriber.presence(2, in: self.room)
                try await broker.command("DEL", broker.keys.held(self.room))
                var losses = 0
                try await eventually {
                    let told = subscriber.events.events(in: self.room).count {
                        if case .presenceWasLost = $0 { true } else { false }
                    }
                    if told > losses {
                        losses = told
                        // What a shard does whose word that Mina has left was not answered.
                        let part = HeldPart(room: self.room, told: 2, users: [self.juno])
                        _ = try await broker.restore(self.staying, [part])[0].get()
                    }
                    return try await broker.members(self.room, cursor: nil, limit: 9).members == [self.juno]
                }
            }
        }
    }

    @Test
    func `nobody looks at all rooms when somebody dies whose list is whole`() async throws {
        try await self.withTwoThatRest { first, second in
            _ = try await second.subscribe(self.room, CollectingSubscriber())
            try await self.renewing(self.staying, on: second) {
                try await self.renewing(self.going, on: first) {
                    try await second.enter(self.room, self.juno, holder: self.staying)
                    try await first.enter(self.room, self.mina, holder: self.going)
                    try await eventually { await second.hasComparedHolders(of: self.room) }
                }
                try await self.buried(self.going, on: second)
                #expect(try await second.members(self.room, cursor: nil, limit: 9).members == [self.juno])
                #expect(await second.lookedAtAll == nil)
            }
        }
    }

    /// Returns when a holder is dead and swept.
    func buried(_ holder: HolderID, on broker: RedisBroker) async throws {
        try await eventually {
            let lease = try await broker.command("HGET", broker.keys.holders, holder.rawValue)
            return lease.string?.hasPrefix("gone") == true
        }
    }

    @Test
    func `of those who went away of themselves nothing is kept, however many there were`() async throws {
        try await self.withOne { broker in
            for number in 0..<300 {
                let holder = HolderID("restarted/\(number)/0")
                try await broker.enter(self.room, self.mina, holder: holder)
                try await broker.release(holder, after: .milliseconds(1))
            }
            try await eventually { try await broker.command("HLEN", broker.keys.holders).integer == 0 }
            // The key of whoever sweeps goes last.
            try await eventually { try await broker.command("KEYS", "chat:holder*").array?.isEmpty == true }
            #expect(try await broker.members(self.room, cursor: nil, limit: 9).count == 0)
        }
    }

    @Test
    func `who was swept so long ago that nobody remembers it is told so, and swept again`() async throws {
        try await self.withTwoThatRest { first, second in
            _ = try await second.subscribe(self.room, CollectingSubscriber())
            try await self.renewing(self.staying, on: second) {
                try await second.enter(self.room, self.juno, holder: self.staying)
                try await first.enter(self.room, self.mina, holder: self.going)
                try await self.buried(self.going, on: second)
                try await second.command("HDEL", second.keys.holders, self.going.rawValue)
                await first.hasNotRenewed(self.going, since: 1)
                try await first.enter(self.room, self.mina, holder: self.going)
                #expect(try await first.renew(self.going) == .lost)
                try await eventually {
                    try await second.members(self.room, cursor: nil, limit: 9).members == [self.juno]
                }
            }
        }
    }

    @Test
    func `a table that Redis has lost is no reason to think that one was swept`() async throws {
        try await self.withOne { broker in
            try await broker.enter(self.room, self.mina, holder: self.staying)
            #expect(try await broker.renew(self.staying) == .held)
            try await broker.command("DEL", broker.keys.holders)
            #expect(try await broker.renew(self.staying) == .held)
        }
    }
}
