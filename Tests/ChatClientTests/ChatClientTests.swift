import ChatCore
import NIOHTTP1
import Testing
import TestSupport

@testable import ChatClient

/// The whole client against a server that fails in every way it can.
@Suite(.patience) struct ChatClientTests {
    private let lobby: RoomName

    init() throws { self.lobby = try RoomName("lobby") }

    /// Runs a client beside the body, and closes it after.
    private func withClient(
        of server: FakeServer,
        eventCapacity: Int = 1024,
        _ body: @Sendable (ChatClient) async throws -> Void
    ) async throws {
        var configuration = ChatClient.Configuration(server: try ServerAddress("ws://127.0.0.1:\(server.port)"))
        configuration.name = try UserName("Mina")
        configuration.eventCapacity = eventCapacity
        let client = try ChatClient(configuration)
        try await withThrowingTaskGroup { group in
            group.addTask { try await client.run() }
            try await body(client)
            await client.close()
            try await group.waitForAll()
        }
    }

    /// The next texts of messages, whatever else comes between.
    private func texts(_ count: Int, _ events: inout ChatClient.Events.AsyncIterator) async -> [String] {
        var texts: [String] = []
        while texts.count < count, let event = await events.next() {
            if case .received(.message(let message)) = event { texts.append(message.text) }
        }
        return texts
    }

    /// How something fails.
    private func failure(of body: @Sendable () async throws -> some Sendable) async -> ClientError? {
        do { _ = try await body() } catch { return error as? ClientError }
        return nil
    }

    @Test func `a client says hello, joins, sends, and hears`() async throws {
        try await FakeServer.with { server in
            try await self.withClient(of: server) { client in
                async let joined = client.join(self.lobby, from: .last(5))
                let connection = try await server.accept()
                let hello = try await connection.welcome()
                #expect(hello?["type"]?.string == "hello" && hello?["name"]?.string == "Mina")
                let join = try await connection.admit(head: 3, replay: 1)
                #expect(join?["history"]?.integer == 5)
                #expect(try await joined.head.seq == 3)
                try await connection.publish(3, "안녕")

                async let receipt = client.send(self.lobby, "hi")
                let send = try await connection.next()
                #expect(send?["text"]?.string == "hi" && send?["key"]?.string != nil)
                try await connection.acknowledge(send, seq: 4)
                #expect(try await receipt.position.seq == 4)

                var events = client.events.makeAsyncIterator()
                #expect(await self.texts(1, &events) == ["안녕"])
            }
        }
    }

    @Test func `after a broken connection it is the same user, resumes its rooms and repeats what had no answer`()
        async throws
    {
        try await FakeServer.with { server in
            try await self.withClient(of: server) { client in
                async let joined = client.join(self.lobby)
                let first = try await server.accept()
                try await first.welcome()
                try await first.admit(head: 10)
                _ = try await joined
                try await first.publish(11, "a")
                var events = client.events.makeAsyncIterator()
                #expect(await self.texts(1, &events) == ["a"])

                let one = try await client.enqueue(self.lobby, "1")
                let two = try await client.enqueue(self.lobby, "2")
                let lost = try await first.next()
                try await first.drop()

                let second = try await server.accept()
                let hello = try await second.welcome(resumed: true)
                #expect(hello?["session"]?.string == "0123456789abcdef")
                let join = try await second.admit(head: 13, replay: 2)
                #expect(join?["after"]?["seq"]?.integer == 11)
                try await second.publish(12, "b")
                try await second.publish(12, "b")
                try await second.publish(13, "c")
                #expect(await self.texts(2, &events) == ["b", "c"])

                let again = try await second.next()
                #expect(again?["key"] == lost?["key"] && again?["text"]?.string == "1")
                try await second.acknowledge(again, seq: 13, duplicate: true)
                let next = try await second.next()
                #expect(next?["key"] != lost?["key"])
                try await second.acknowledge(next, seq: 14)
                #expect(try await one.receipt().isDuplicate)
                #expect(try await two.receipt().position.seq == 14)
            }
        }
    }

    @Test func `a rate limit is waited for and not told`() async throws {
        try await FakeServer.with { server in
            try await self.withClient(of: server) { client in
                async let joined = client.join(self.lobby)
                let connection = try await server.accept()
                try await connection.welcome()
                try await connection.admit(head: 0)
                _ = try await joined
                async let receipt = client.send(self.lobby, "hi")
                let first = try await connection.next()
                try await connection.refuse(first, "rate_limited", retry: 100)
                let second = try await connection.next()
                #expect(second?["key"] == first?["key"])
                try await connection.acknowledge(second, seq: 1)
                #expect(try await receipt.position.seq == 1)
            }
        }
    }

    @Test func `a final refusal fails the command with what the server said`() async throws {
        try await FakeServer.with { server in
            try await self.withClient(of: server) { client in
                async let failure = self.failure { try await client.join(self.lobby) }
                let connection = try await server.accept()
                try await connection.welcome()
                try await connection.refuse(try await connection.next(), "forbidden")
                let error = await failure
                #expect(error?.code == .refused && error?.refusal?.code == .forbidden)
                await #expect(throws: ClientError.self) { try await client.send(self.lobby, "hi") }
            }
        }
    }

    @Test(arguments: [4501, 4503, 1008] as [UInt16])
    func `a final close code ends the client`(code: UInt16) async throws {
        try await FakeServer.with { server in
            let client = try ChatClient(.init(server: ServerAddress("ws://127.0.0.1:\(server.port)")))
            try await withThrowingTaskGroup { group in
                group.addTask {
                    let error = await #expect(throws: ClientError.self) { try await client.run() }
                    #expect(error?.code == .disconnected)
                }
                async let failure = self.failure { try await client.join(self.lobby) }
                let connection = try await server.accept()
                try await connection.welcome()
                try await connection.close(code)
                #expect(await failure?.code == .disconnected)
                try await group.waitForAll()
            }
        }
    }

    @Test func `a refused upgrade that will not be taken back ends the client`() async throws {
        try await FakeServer.with(refusing: .unauthorized) { server in
            let client = try ChatClient(.init(server: ServerAddress("ws://127.0.0.1:\(server.port)")))
            let error = await #expect(throws: ClientError.self) { try await client.run() }
            #expect(error?.refusal?.code == .unauthorized)
        }
    }

    @Test func `a gap and a reset are told`() async throws {
        try await FakeServer.with { server in
            try await self.withClient(of: server) { client in
                let old = LogPosition(epoch: try Epoch(FakeConnection.epoch), seq: 2)
                async let joined = client.join(self.lobby, from: .after(old))
                let connection = try await server.accept()
                try await connection.welcome()
                try await connection.admit(head: 9, replay: 1, recovered: false)
                _ = try await joined
                let gap = #"{"type":"gap","room":"lobby","epoch":"\#(FakeConnection.epoch)","from":3,"to":8}"#
                try await connection.send(gap)
                try await connection.publish(9, "x")
                try await connection.send(#"{"type":"reset","room":"lobby","epoch":"bbbbbbbb","seq":0}"#)
                var told: [Event] = []
                var events = client.events.makeAsyncIterator()
                while told.count < 3, let event = await events.next() {
                    if case .received(let event) = event { told.append(event) }
                }
                #expect(told.first == .gap(room: self.lobby, epoch: old.epoch, from: 3, to: 8))
                #expect(told.last == .reset(room: self.lobby, head: .init(epoch: try Epoch("bbbbbbbb"), seq: 0)))
            }
        }
    }

    @Test func `a program that takes no events stops the reading, and still gets its answers`() async throws {
        try await FakeServer.with { server in
            try await self.withClient(of: server, eventCapacity: 4) { client in
                async let joined = client.join(self.lobby)
                let connection = try await server.accept()
                try await connection.welcome()
                try await connection.admit(head: 0)
                _ = try await joined
                for seq in 1...8 { try await connection.publish(seq, "\(seq)") }
                async let receipt = client.send(self.lobby, "hi")
                try await connection.acknowledge(try await connection.next(), seq: 9)
                #expect(try await receipt.position.seq == 9)
                var events = client.events.makeAsyncIterator()
                #expect(await self.texts(8, &events) == (1...8).map(String.init))
            }
        }
    }

    @Test func `closing says goodbye and fails what waits`() async throws {
        try await FakeServer.with { server in
            let client = try ChatClient(.init(server: ServerAddress("ws://127.0.0.1:\(server.port)")))
            try await withThrowingTaskGroup { group in
                group.addTask { try await client.run() }
                async let failure = self.failure { try await client.join(self.lobby) }
                let connection = try await server.accept()
                try await connection.welcome()
                _ = try await connection.next()
                await client.close()
                #expect(await connection.closeCode() == 1000)
                #expect(await failure?.code == .closed)
                try await group.waitForAll()
                var events = client.events.makeAsyncIterator()
                while await events.next() != nil {}
            }
        }
    }

    @Test func `a connection to nobody is tried again and can be closed meanwhile`() async throws {
        let port = try FreePort.find()
        let client = try ChatClient(.init(server: ServerAddress("ws://127.0.0.1:\(port)")))
        try await withThrowingTaskGroup { group in
            group.addTask { try await client.run() }
            for await event in client.events {
                if case .connection(.waiting(_, let failure)) = event {
                    #expect(failure.description.contains("Connection refused"))
                    break
                }
            }
            await client.close()
            try await group.waitForAll()
        }
    }
}
