import ChatCore
import ChatMemory
import ChatRedis
import ChatSystem
import TestSupport
import Testing

@testable import ChatNode
@testable import ChatServer

/// The limits of a user hold on all nodes together.
@Suite(.patience)
struct SharedBudgetTests {
    /// A burst that takes a quarter of an hour to come back, so that the time which a test needs is nothing.
    private static let settings = [
        "limits.send-burst": "1000", "limits.send-rate": "1", "limits.command-burst": "100000",
        "limits.command-rate": "100000", "limits.sends-per-address": "off", "limits.sends-per-room": "off",
        "limits.renames-per-user": "8,1/h", "limits.renames-per-address": "off",
        "threads": "1",
    ]

    /// The number of commands that pass until one is refused, and no more than so many.
    private func passed(
        _ client: inout TestClient,
        from id: Int,
        atMost most: Int,
        _ command: (Int) -> String
    ) async throws -> Int {
        for number in 0..<most {
            let answer = try await client.call(id + number, command(id + number))
            guard answer["type"]?.string == "ok" else {
                #expect(answer["code"]?.string == "rate_limited")
                return number
            }
        }
        return most
    }

    private func sends(_ client: inout TestClient, from id: Int, atMost most: Int = 2000) async throws -> Int {
        try await self.passed(&client, from: id, atMost: most) { _ in #"{"type":"send","room":"lobby","text":"x"}"# }
    }

    private func renames(_ client: inout TestClient, from id: Int, atMost most: Int = 50) async throws -> Int {
        try await self.passed(&client, from: id, atMost: most) { #"{"type":"rename","name":"Mina \#($0)"}"# }
    }

    private func talk(_ first: TestServer, _ second: TestServer) async throws {
        try await first.withClient("/ws?name=Mina&room=lobby") { here in
            let session = try #require(try await here.next("welcome")["session"]?.string)
            _ = try await here.next("ok")
            try await second.withClient("/ws") { there in
                try await there.send(#"{"type":"hello","session":"\#(session)"}"#)
                _ = try await there.call(1, #"{"type":"join","room":"lobby"}"#)
                var passed = try await self.sends(&here, from: 100)
                #expect(passed >= 1000)
                await first.node.context.budgets.report()
                // This node hears what was spent on the other one as soon as it reports a quarter of a burst of its own,
                // which it may have done by itself already. Alone it would let a whole burst pass.
                passed = try await self.sends(&there, from: 10_000, atMost: 500)
                await second.node.context.budgets.report()
                passed += try await self.sends(&there, from: 20_000)
                #expect(passed >= 250 && passed < 900)
            }
        }
    }

    private func rename(_ first: TestServer, _ second: TestServer) async throws {
        try await first.withClient("/ws?name=Mina&room=lobby") { here in
            let session = try #require(try await here.next("welcome")["session"]?.string)
            _ = try await here.next("ok")
            try await second.withClient("/ws") { there in
                try await there.send(#"{"type":"hello","session":"\#(session)"}"#)
                #expect(try await self.renames(&here, from: 100) == 8)
                await first.node.context.budgets.report()
                // Alone, this node would let eight pass.
                var passed = try await self.renames(&there, from: 200, atMost: 2)
                await second.node.context.budgets.report()
                passed += try await self.renames(&there, from: 300)
                #expect(passed >= 2 && passed <= 4)
            }
        }
    }

    private func withTwoNodesInOneProcess(_ body: (TestServer, TestServer) async throws -> Void) async throws {
        let broker = MemoryBroker(limits: Limits().log, now: { WallClock.now() })
        try await TestServer.with(Self.settings, broker: broker) { first in
            try await TestServer.with(Self.settings, broker: broker) { second in try await body(first, second) }
        }
    }

    private func withTwoNodesOnRedis(_ body: (TestServer, TestServer) async throws -> Void) async throws {
        try await RedisServerProcess.with { redis in
            let settings = Self.settings.merging(["redis": redis.url]) { $1 }
            try await TestServer.with(settings) { first in
                try await TestServer.with(settings) { second in try await body(first, second) }
            }
        }
    }

    @Test func `two nodes in one process`() async throws { try await self.withTwoNodesInOneProcess(self.talk) }

    @Test func `two nodes on one Redis`() async throws { try await self.withTwoNodesOnRedis(self.talk) }

    @Test func `new names on two nodes in one process`() async throws {
        try await self.withTwoNodesInOneProcess(self.rename)
    }

    @Test func `new names on two nodes on one Redis`() async throws {
        try await self.withTwoNodesOnRedis(self.rename)
    }

    @Test func `a node whose broker is away gives its own share`() async throws {
        let broker = RefusingLedger(base: MemoryBroker(limits: Limits().log, now: { WallClock.now() }))
        try await TestServer.with(Self.settings, broker: broker) { server in
            try await server.withClient("/ws?name=Mina&room=lobby") { mina in
                _ = try await mina.next("ok")
                let some = try await self.sends(&mina, from: 100, atMost: 600)
                #expect(some == 600)
                await server.node.context.budgets.report()
                let rest = try await self.sends(&mina, from: 10_000)
                #expect(rest >= 400 && rest < 1000)
            }
        }
    }
}

/// A broker that takes no report.
private final class RefusingLedger: ForwardingBroker {
    let base: any Broker

    init(base: any Broker) { self.base = base }

    func settle(_ spendings: [Spending]) async throws(BrokerError) -> [Int] { throw BrokerError(.away, "away") }
}
