import ChatCore
import TestSupport
import Testing

@testable import ChatClient

/// A program that does not take its events: whatever it does meanwhile, it does not hang.
@Suite(.patience) struct UnreadEventsTests {
    private let lobby: RoomName

    init() throws { self.lobby = try RoomName("lobby") }

    /// Runs a client that holds four events, and is in the room.
    private func withClient(
        _ body: @Sendable (ChatClient, FakeServer, FakeConnection) async throws -> Void
    ) async throws {
        try await FakeServer.with(answersPings: false) { server in
            var configuration = ChatClient.Configuration(server: try ServerAddress("ws://127.0.0.1:\(server.port)"))
            configuration.eventCapacity = 4
            let client = try ChatClient(configuration)
            try await withThrowingTaskGroup { group in
                group.addTask { try await client.run() }
                async let joined = client.join(self.lobby)
                let connection = try await server.accept()
                try await connection.welcome()
                try await connection.admit(head: 0)
                _ = try await joined
                try await body(client, server, connection)
                await client.close()
                try await group.waitForAll()
            }
        }
    }

    private func code(of body: @Sendable () async throws -> some Sendable) async -> ClientError.Code? {
        do { _ = try await body() } catch { return (error as? ClientError)?.code }
        return nil
    }

    private func seqs(_ count: Int, _ client: ChatClient) async -> [Int] {
        var seqs: [Int] = []
        for await event in client.events {
            if case .received(.message(let message)) = event, let seq = message.position?.seq { seqs.append(seq) }
            if seqs.count == count { break }
        }
        return seqs
    }

    @Test func `who awaits an answer behind them is told overflow, and everything goes on after that`() async throws {
        try await self.withClient { client, _, connection in
            async let overflow = self.code { try await client.history(self.lobby) }
            let question = try await connection.next()
            for seq in 1...40 { try await connection.publish(seq, "\(seq)") }
            #expect(await overflow == .overflow)
            #expect(await self.code { try await client.ping() } == .overflow)
            async let receipt = self.code { try await client.send(self.lobby, "hi") }
            #expect(await receipt == .overflow)
            // Both went out all the same, and their late answers harm nobody.
            let ping = try #require(try await connection.next())
            #expect(ping["type"]?.string == "ping")
            var send = try #require(try await connection.next())
            while send["type"]?.string == "ping" {
                // On a busy machine a client asks whether anybody is there.
                try await connection.ok(send, #""time":6"#)
                send = try #require(try await connection.next())
            }
            #expect(send["type"]?.string == "send")
            try await connection.refuse(question, "internal")
            try await connection.ok(ping, #""time":5"#)
            try await connection.acknowledge(send, seq: 41)
            #expect(await self.seqs(40, client) == Array(1...40))
            async let time = client.ping()
            try await connection.ok(try await connection.next(), #""time":7"#)
            #expect(try await time == 7)
            #expect(await client.unconfirmed == 0)
        }
    }

    @Test func `a client that does not read notices that its connection is gone`() async throws {
        try await self.withClient { client, server, connection in
            for seq in 1...40 { try await connection.publish(seq, "\(seq)") }
            try await eventually { await !client.buffer.hasRoom }
            try await connection.drop()
            try await eventually { await client.link == nil }
            // It says so behind what it had received, and comes back to where that ends.
            var last = 0
            for await event in client.events {
                if case .received(.message(let message)) = event, let seq = message.position?.seq {
                    #expect(seq == last + 1)
                    last = seq
                }
                if case .connection(.waiting) = event { break }
            }
            let again = try await server.accept()
            try await again.welcome(resumed: true)
            #expect(try await again.admit(head: 40)?["after"]?["seq"]?.integer == last)
        }
    }
}
