import ChatCore
import CoreMetrics
import NIOCore
import Testing

@testable import ChatNode

@Suite(.patience)
struct StatusTests {
    /// Asks until the answer is as it should be; the test's own limit is the bound.
    private func status(_ server: TestServer, until isWanted: (JSONValue) -> Bool) async throws -> JSONValue {
        while true {
            let answer = try await server.request("GET", "/api/status")
            try #require(answer.status == 200)
            let body = try #require(answer.body)
            if isWanted(body) { return body }
            await Task.yield()
        }
    }

    @Test func `the node tells what it is and does`() async throws {
        try await TestServer.with(["node": "test-node", "unlimited": "true"]) { server in
            try await server.withClient("/ws?room=lobby&name=Mina") { mina in
                _ = try await mina.next("ok")
                try await server.withClient("/ws?room=lobby&name=Jonas") { jonas in
                    _ = try await jonas.next("ok")
                    for number in 1...3 {
                        _ = try await mina.call(number, #"{"type":"send","room":"lobby","text":"\#(number)"}"#)
                        _ = try await jonas.next("message")
                    }
                    let status = try await self.status(server) {
                        $0["deliveries"]?["total"]?.integer == 6 && $0["members"]?.integer == 2
                            && $0["latency_ms"]?["count"]?.integer ?? 0 > 0
                    }
                    #expect(status["node"]?.string == "test-node")
                    #expect(status["server"]?.string == NodeContext.serverVersion)
                    #expect(status["state"]?.string == "ok")
                    #expect(status["broker"]?["kind"]?.string == "memory")
                    #expect(status["broker"]?["state"]?.string == "ok")
                    #expect(status["shards"]?.integer == 2)
                    #expect(status["connections"]?.integer == 2)
                    #expect(status["rooms"]?.integer == 1, "a room with members on two loops is one")
                    #expect(status["published"]?["total"]?.integer == 3)
                    #expect(try #require(status["received"]?["total"]?.integer) == 3)
                    #expect(try #require(status["sent"]?["total"]?.integer) >= 6 + 3)
                    #expect(status["published"]?["per_second"]?.integer != nil)
                    let latency = try #require(status["latency_ms"])
                    let buckets = try #require(latency["buckets"]?.array)
                    #expect(buckets.compactMap { $0["le"]?.integer } == Histogram.bounds)
                    let counts = buckets.compactMap { $0["count"]?.integer }
                    #expect(counts == counts.sorted(), "they are cumulative")
                    #expect(try #require(latency["count"]?.integer) > 0)
                }
            }
        }
    }

    @Test func `who could not join counts as no member, and the room as none`() async throws {
        try await TestServer.with(["unlimited": "true"], broker: RefusingBroker()) { server in
            try await server.withClient { mina in
                for id in 1...3 {
                    #expect(try await mina.call(id, #"{"type":"join","room":"lobby"}"#)["type"]?.string == "error")
                }
                let status = try await self.status(server) { $0["sent"]?["total"]?.integer ?? 0 >= 4 }
                #expect(status["members"]?.integer == 0 && status["rooms"]?.integer == 0)
            }
        }
    }

    @Test func `a node without a name is called after the port that it got`() async throws {
        try await TestServer.with { server in
            let status = try await server.request("GET", "/api/status")
            #expect(status.body?["node"]?.string?.hasSuffix(":\(server.port)") == true)
        }
    }

    @Test func `what is posted counts once, and a duplicate not at all`() async throws {
        try await TestServer.with { server in
            let headers = [
                "Content-Type": "application/json", "Idempotency-Key": "3b241101-e2bb-4255-8caf-4136c566a962",
            ]
            for _ in 1...2 {
                _ = try await server.request(
                    "POST",
                    "/api/rooms/lobby/messages",
                    headers: headers,
                    body: #"{"text":"once"}"#
                )
            }
            let status = try await server.request("GET", "/api/status").body
            #expect(status?["published"]?["total"]?.integer == 1)
            #expect(status?["deliveries"]?["total"]?.integer == 0)
        }
    }

    @Test func `an operator can switch it off`() async throws {
        try await TestServer.with(["status": "off"]) { server in
            let answer = try await server.request("GET", "/api/status")
            #expect(answer.status == 404)
        }
    }

    @Test func `a histogram counts by bounds, and a clock that went back as no time`() {
        let registry = MetricsRegistry()
        let histogram = registry.makeRecorder(label: "x", dimensions: [], aggregate: true)
        for value: Int64 in [-5, 0, 1, 2, 10_000, 10_001] { histogram.record(value) }
        let distribution = registry.distribution("x")
        #expect(distribution.counts.first == 3)
        #expect(distribution.counts[1] == 1)
        #expect(distribution.counts.suffix(2) == [1, 1])
        #expect(distribution.count == 6)
        #expect(distribution.milliseconds == 20_004)
    }

    @Test func `instruments of one label are read as their sum, whatever their dimensions`() {
        let registry = MetricsRegistry()
        registry.makeCounter(label: "a", dimensions: [("shard", "0")]).increment(by: 2)
        registry.makeCounter(label: "a", dimensions: [("shard", "1")]).increment(by: 3)
        registry.makeCounter(label: "a", dimensions: [("shard", "1")]).increment(by: 1)
        registry.makeCounter(label: "b", dimensions: []).increment(by: 9)
        registry.makeMeter(label: "a", dimensions: []).set(7 as Int64)
        #expect(registry.total("a") == 6)
        #expect(registry.level("a") == 7)
    }

    @Test func `a rate is the mean of the last seconds`() {
        var window = RateWindow()
        let start = ContinuousClock.now
        #expect(window.rate("a") == 0)
        for second in 0...20 { window.add(["a": second < 10 ? 0 : (second - 10) * 100], at: start + .seconds(second)) }
        #expect(window.rate("a") == 100)
        #expect(window.rate("b") == 0)
    }

    @Test func `the latency of a flush is that of its oldest message`() throws {
        var tally = DeliveryTally()
        for time in [1_790_000_000_000, 1_790_000_000_900] {
            tally.addFrame()
            tally.addMessage(
                PublicationCodec.assemble(
                    prefix: PublicationCodec.prefix(try RoomName("lobby")),
                    position: LogPosition(epoch: try Epoch("abcdefgh"), seq: 7),
                    time: time,
                    tail: ByteBuffer(string: #","text":",\"time\":5"}"#)
                )
            )
        }
        #expect(tally.oldest == 1_790_000_000_000)
        #expect(tally.messages == 2)
    }
}
