import ChatClient
import ChatCore
import Testing

/// What programs do with the client library, at a real server.
@Suite("The client library at a server", .patience) struct ChatClientLibraryTests {
    private let lobby: RoomName

    init() throws { self.lobby = try RoomName("lobby") }

    /// The settings of a client at a port.
    private func configuration(
        _ port: Int,
        _ name: String? = nil,
        token: String? = nil
    ) throws -> ChatClient.Configuration {
        var configuration = ChatClient.Configuration(server: try ServerAddress("ws://127.0.0.1:\(port)"))
        configuration.name = try name.map { try UserName($0) }
        configuration.tokens = token.map { .fixed($0) }
        return configuration
    }

    /// Runs a client beside the body, and closes it after.
    private func withClient(
        _ configuration: ChatClient.Configuration,
        _ body: (ChatClient) async throws -> Void
    ) async throws {
        let client = try ChatClient(configuration)
        try await withThrowingTaskGroup { group in
            group.addTask { try await client.run() }
            let result: Result<Void, any Error>
            do { result = .success(try await body(client)) } catch { result = .failure(error) }
            await client.close()
            try await group.waitForAll()
            try result.get()
        }
    }

    /// The code with which the server refuses something; nil when it does not.
    private func refusal(of body: () async throws -> some Sendable) async -> String? {
        do { _ = try await body() } catch { return (error as? ClientError)?.refusal?.code.rawValue }
        return nil
    }

    /// Reads events until one meets a condition.
    private func event(
        _ events: inout ChatClient.Events.AsyncIterator,
        where isMeant: (ClientEvent) -> Bool
    ) async throws {
        while let event = await events.next() { if isMeant(event) { return } }
        throw CancellationError()
    }

    @Test func `people say something, look back, see who is there, and go`() async throws {
        try await TestServer.with { server in
            try await self.withClient(try self.configuration(server.port, "Mina")) { mina in
                #expect(try await mina.join(self.lobby).head.seq == 0)
                #expect(await mina.isIn(self.lobby))
                for number in 1...3 { #expect(try await mina.send(self.lobby, "\(number)").position.seq == number) }
                let page = try await mina.history(self.lobby, before: 3, limit: 1)
                #expect(page.messages.map(\.text) == ["2"] && page.hasOlder)
                #expect(try await mina.history(self.lobby).messages.count == 3)
                #expect(try await mina.rename(UserName("민아")).name.rawValue == "민아")
                #expect(try await mina.ping() > 0)
                try await self.withClient(try self.configuration(server.port, "Jun")) { jun in
                    #expect(try await jun.join(self.lobby, from: .last(1)).replay == 1)
                    var events = jun.events.makeAsyncIterator()
                    await mina.typing(self.lobby, active: true)
                    try await self.event(&events) { if case .received(.typing) = $0 { true } else { false } }
                    #expect(try await jun.members(self.lobby).members.map(\.name.rawValue).sorted() == ["Jun", "민아"])
                    try await mina.leave(self.lobby)
                    #expect(await !mina.isIn(self.lobby))
                    try await self.event(&events) { if case .received(.left) = $0 { true } else { false } }
                }
                #expect(await self.refusal { try await mina.send(self.lobby, "x") } == "not_joined")
            }
        }
    }

    @Test func `the rooms of a server come page by page`() async throws {
        try await TestServer.with { server in
            let configuration = try self.configuration(server.port, "Mina")
            try await self.withClient(configuration) { mina in
                try await mina.join(self.lobby)
                try await mina.send(self.lobby, "hi")
                let listing = try RoomListing(configuration)
                var rooms: [RoomListing.Room] = []
                // The index may lag.
                while rooms.first?.seq != 1 {
                    try Task.checkCancellation()
                    rooms = try await answered { try await listing.page() }.rooms
                }
                let room = try #require(rooms.first)
                #expect(room.name == self.lobby && room.memberCount == 1 && room.lastTime != nil)
                #expect(room.json.contains(#""room":"lobby""#) && room.json.contains(#""last_time":"#))
                #expect(try await answered { try await listing.page(from: self.lobby) }.rooms.isEmpty)
            }
        }
    }

    @Test func `a server that wants a token lists no rooms without one`() async throws {
        try await TokenServer.with { server in
            let listing = try RoomListing(self.configuration(server.port))
            #expect(await self.refusal { try await answered { try await listing.page() } } == "unauthorized")
            let token = TokenServer.token("mina")
            let admitted = try RoomListing(self.configuration(server.port, token: token))
            #expect(try await answered { try await admitted.page() }.rooms.isEmpty)
        }
    }

    @Test func `a moderator's orders reach whom they are about, and nobody else may give them`() async throws {
        try await TokenServer.with(["unlimited": "true"]) { server in
            let rights = #"{"*":["read","write","moderate"]}"#
            let moderator = try self.configuration(server.port, token: TokenServer.token("mod", rooms: rights))
            let member = try self.configuration(server.port, token: TokenServer.token("mina"))
            let mina = UserID(TokenServer.id("mina"))
            try await self.withClient(moderator) { moderator in
                try await moderator.join(self.lobby)
                try await self.withClient(member) { client in
                    var events = client.events.makeAsyncIterator()
                    try await client.join(self.lobby)
                    let receipt = try await client.send(self.lobby, "bad")
                    #expect(await self.refusal { try await client.kick(mina, from: self.lobby) } == "forbidden")
                    #expect(await self.refusal { try await client.clear(self.lobby) } == "forbidden")

                    try await moderator.delete(receipt.position.seq, in: self.lobby, reason: "spam")
                    try await self.event(&events) {
                        if case .received(.message(let message)) = $0 {
                            message.of == receipt.position.seq
                        } else {
                            false
                        }
                    }
                    #expect(await self.refusal { try await moderator.delete(99, in: self.lobby) } == "not_found")
                    try await moderator.mute(mina, in: self.lobby, seconds: 3600, reason: "quiet")
                    try await moderator.unmute(mina, in: self.lobby)
                    try await moderator.slow(self.lobby, seconds: 3600)
                    try await moderator.slow(self.lobby, seconds: 0)
                    try await moderator.ban(mina, from: self.lobby, seconds: 3600, reason: "enough")
                    try await self.event(&events) { if case .received(.removed) = $0 { true } else { false } }
                    #expect(await self.refusal { try await client.join(self.lobby) } == "banned")
                    try await moderator.unban(mina, in: self.lobby)
                    try await moderator.clear(self.lobby)
                    #expect(try await moderator.history(self.lobby).messages.isEmpty)
                    try await moderator.shut(self.lobby, seconds: 3600, reason: "night")
                    try await moderator.reopen(self.lobby)
                    let long = String(repeating: "x", count: 10_000)
                    await #expect(throws: ClientError.self) {
                        try await moderator.kick(mina, from: self.lobby, reason: long)
                    }
                }
            }
        }
    }

    /// An order, as JSON.
    private func order(_ user: UserID? = nil, seq: Int? = nil, room: RoomName? = nil) -> JSONWriter {
        var json = JSONWriter()
        if let user { json.field("user", user.rawValue) }
        if let room { json.field("room", room.rawValue) }
        if let seq { json.field("seq", seq) }
        return json
    }

    @Test func `an operator rules, sees connections, deletes messages, and needs the key for it`() async throws {
        let key = "0123456789abcdef"
        try await Admin.withKeyFile(key) { file in
            try await TestServer.with(["admin-key-file": file, "unlimited": "true"]) { server in
                let configuration = try self.configuration(server.port, "Mina")
                let admin = try AdminClient(configuration, key: key)
                try await self.withClient(configuration) { client in
                    try await client.join(self.lobby)
                    let receipt = try await client.send(self.lobby, "bad")
                    let mina = try #require(try await client.members(self.lobby).members.first).id
                    #expect(try await answered { try await admin.connections(of: mina) }.count == 1)
                    #expect(try await answered { try await admin.rulings(from: nil) }.rulings.isEmpty)
                    try await answered {
                        try await admin.delete(self.order(seq: receipt.position.seq, room: self.lobby))
                    }
                    #expect(
                        await self.refusal {
                            try await answered { try await admin.delete(self.order(seq: 99, room: self.lobby)) }
                        } == "not_found"
                    )
                    let order = self.order(mina, room: self.lobby)
                    let ruling = try await answered { try await admin.order(.mute, order) }
                    #expect(ruling?.matter.room == self.lobby)
                    _ = try await answered { try await admin.order(.unmute, order) }
                    #expect(try await answered { try await admin.order(.unmute, order) } == nil)
                    let stranger = try AdminClient(configuration, key: "another key, as long")
                    let refusal = await self.refusal { try await answered { try await stranger.log(limit: 1) } }
                    #expect(refusal == "unauthorized")
                }
            }
        }
    }

    @Test func `where no WebSocket gets through, the same goes by streams and requests`() async throws {
        try await TestServer.with { server in
            try await NoWebSockets.with(server) { port in
                try await self.withClient(try self.configuration(port, "Mina")) { mina in
                    var events = mina.events.makeAsyncIterator()
                    try await self.event(&events) { if case .withoutWebSocket = $0 { true } else { false } }
                    #expect(try await mina.join(self.lobby).head.seq == 0)
                    #expect(try await mina.send(self.lobby, "one").position.seq == 1)
                    try await self.event(&events) {
                        if case .received(.message(let message)) = $0 { message.text == "one" } else { false }
                    }
                    let other = try RoomName("other")
                    try await mina.join(other)
                    #expect(try await mina.send(other, "two").position.seq == 1)
                    #expect(try await mina.history(other).messages.map(\.text) == ["two"])
                    #expect(try await mina.members(self.lobby).members.count == 1)
                    // Somebody with a WebSocket is heard, too.
                    try await self.withClient(try self.configuration(server.port, "Jun")) { jun in
                        try await jun.join(self.lobby)
                        try await jun.send(self.lobby, "three")
                        try await self.event(&events) {
                            if case .received(.message(let message)) = $0 { message.text == "three" } else { false }
                        }
                    }
                    try await mina.leave(other)
                    #expect(await self.refusal { try await mina.send(other, "x") } == "not_joined")
                }
            }
        }
    }
}
