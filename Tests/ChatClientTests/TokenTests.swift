import ChatCore
import NIOConcurrencyHelpers
import Testing

@testable import ChatClient

/// The whole client with a server that requires tokens, or moderates.
@Suite(.patience) struct TokenTests {
    private let lobby: RoomName

    init() throws { self.lobby = try RoomName("lobby") }

    /// Gives `token-1`, `token-2` and so on.
    private final class Tokens: Sendable {
        private let count = NIOLockedValueBox(0)

        func next() -> String {
            self.count.withLockedValue { count in
                count += 1
                return "token-\(count)"
            }
        }
    }

    private func configuration(_ server: FakeServer, _ tokens: TokenProvider?) throws -> ChatClient.Configuration {
        var configuration = ChatClient.Configuration(server: try ServerAddress("ws://127.0.0.1:\(server.port)"))
        configuration.tokens = tokens
        return configuration
    }

    /// Runs a client beside the body, and closes it after.
    private func withClient(
        of server: FakeServer,
        _ tokens: TokenProvider?,
        _ body: @Sendable (ChatClient) async throws -> Void
    ) async throws {
        let client = try ChatClient(try self.configuration(server, tokens))
        try await withThrowingTaskGroup { group in
            group.addTask { try await client.run() }
            try await body(client)
            await client.close()
            try await group.waitForAll()
        }
    }

    /// The error with which a client ends by itself.
    private func end(_ server: FakeServer, _ tokens: TokenProvider?) async throws -> ClientError? {
        let client = try ChatClient(try self.configuration(server, tokens))
        do throws(ClientError) { try await client.run() } catch { return error }
        return nil
    }

    /// How something fails.
    private func failure(of body: @Sendable () async throws -> some Sendable) async -> ClientError? {
        do { _ = try await body() } catch { return error as? ClientError }
        return nil
    }

    @Test func `each connection gets a fresh token, at once after the old one expired`() async throws {
        try await FakeServer.with { server in
            let tokens = Tokens()
            try await self.withClient(of: server, TokenProvider { () throws(TokenFailure) in tokens.next() }) { _ in
                let first = try await server.accept()
                #expect(try await first.welcome(tokenSeconds: 3600)?["token"]?.string == "token-1")
                try await first.close(4002)
                let second = try await server.accept()
                #expect(try await second.welcome(tokenSeconds: 3600)?["token"]?.string == "token-2")
            }
        }
    }

    @Test func `a token is renewed on the connection before it ends`() async throws {
        try await FakeServer.with { server in
            let tokens = Tokens()
            try await self.withClient(of: server, TokenProvider { () throws(TokenFailure) in tokens.next() }) {
                client in
                let connection = try await server.accept()
                try await connection.welcome(tokenSeconds: 2)
                let refresh = try await connection.next()
                #expect(refresh?["type"]?.string == "refresh" && refresh?["token"]?.string == "token-2")
                try await connection.ok(refresh, #""token_seconds":2"#)
                let again = try await connection.next()
                #expect(again?["type"]?.string == "refresh" && again?["token"]?.string == "token-3")
                try await connection.refuse(again, "unauthorized")
                var events = client.events.makeAsyncIterator()
                while let event = await events.next() {
                    if case .tokenNotRenewed(let failure) = event {
                        #expect(failure.refusal?.code == .unauthorized)
                        break
                    }
                }
                let third = try await connection.next()
                #expect(third?["token"]?.string == "token-4")
            }
        }
    }

    @Test func `a renewal without a token is told, and tried again`() async throws {
        try await FakeServer.with { server in
            let tokens = Tokens()
            let provider = TokenProvider { () throws(TokenFailure) in
                let token = tokens.next()
                guard token != "token-2" else { throw TokenFailure("the log-in is away") }
                return token
            }
            try await self.withClient(of: server, provider) { client in
                let connection = try await server.accept()
                try await connection.welcome(tokenSeconds: 3)
                var events = client.events.makeAsyncIterator()
                while let event = await events.next() {
                    if case .tokenNotRenewed(let failure) = event {
                        #expect(failure.token?.message == "the log-in is away")
                        break
                    }
                }
                #expect(try await connection.next()?["token"]?.string == "token-3")
            }
        }
    }

    @Test(arguments: [4501, 4503, 4505] as [UInt16])
    func `a client that no fresh token helps does not come back`(code: UInt16) async throws {
        try await FakeServer.with { server in
            async let error = self.end(server, TokenProvider { () throws(TokenFailure) in "token" })
            let connection = try await server.accept()
            _ = try await connection.next()
            try await connection.close(code)
            #expect(try await error?.failure?.disconnect?.code == code)
        }
    }

    @Test func `the only token there is ends with the client`() async throws {
        try await FakeServer.with { server in
            async let error = self.end(server, .fixed("token"))
            let connection = try await server.accept()
            #expect(try await connection.welcome(tokenSeconds: 1)?["token"]?.string == "token")
            try await connection.close(4002)
            #expect(try await error?.failure?.disconnect?.code == 4002)
        }
    }

    @Test func `while the server has no keys the client comes back`() async throws {
        try await FakeServer.with { server in
            try await self.withClient(of: server, .fixed("token")) { _ in
                let first = try await server.accept()
                _ = try await first.next()
                try await first.close(1013)
                let second = try await server.accept()
                #expect(try await second.welcome(tokenSeconds: 9)?["token"]?.string == "token")
            }
        }
    }

    @Test(arguments: ["", "two words", "line\r\nX: y", "é", String(repeating: "x", count: 8193)])
    func `a token that no header can bear is none`(token: String) async throws {
        try await FakeServer.with { server in
            let error = try await self.end(server, .fixed(token))
            #expect(error?.failure?.token?.isFinal == true && error?.code == .disconnected)
            let listing = try RoomListing(try self.configuration(server, .fixed(token)))
            #expect(await self.failure { try await listing.page() }?.failure?.token != nil)
        }
    }

    @Test func `a removed client stays away from the room, and what waited there fails`() async throws {
        try await FakeServer.with { server in
            try await self.withClient(of: server, nil) { client in
                async let joined = client.join(self.lobby)
                let connection = try await server.accept()
                try await connection.welcome()
                try await connection.admit(head: 0)
                _ = try await joined
                let sent = try await client.enqueue(self.lobby, "hi")
                _ = try await connection.next()
                try await connection.send(
                    #"{"type":"removed","room":"lobby","code":"banned","message":"go","until":1790000000000}"#
                )
                #expect(await self.failure { try await sent.receipt() }?.refusal?.code == .banned)
                var events = client.events.makeAsyncIterator()
                while let event = await events.next() {
                    if case .received(.removed(let removal)) = event {
                        #expect(removal.code == .banned && removal.until == 1_790_000_000_000)
                        break
                    }
                }
                #expect(await client.rooms.isEmpty)
            }
        }
    }

    @Test func `what is refused for some time waits, and what is refused for good is told`() async throws {
        try await FakeServer.with { server in
            try await self.withClient(of: server, nil) { client in
                async let joined = client.join(self.lobby)
                let connection = try await server.accept()
                try await connection.welcome()
                try await connection.admit(head: 0)
                _ = try await joined
                let first = try await client.enqueue(self.lobby, "one")
                try await connection.refuse(try await connection.next(), "muted", retry: 3000)
                var events = client.events.makeAsyncIterator()
                while let event = await events.next() {
                    if case .held(let room, let error) = event {
                        #expect(room == self.lobby && error.code == .muted && error.retryMilliseconds == 3000)
                        break
                    }
                }
                try await connection.acknowledge(try await connection.next(), seq: 1)
                #expect(try await first.receipt().position.seq == 1)
                for code in ["muted", "text_refused", "forbidden", "banned", "room_closed"] {
                    let sent = try await client.enqueue(self.lobby, code)
                    let retry = code == "banned" ? 1000 : nil
                    try await connection.refuse(try await connection.next(), code, retry: retry)
                    #expect(await self.failure { try await sent.receipt() }?.refusal?.code.rawValue == code)
                }
            }
        }
    }
}
