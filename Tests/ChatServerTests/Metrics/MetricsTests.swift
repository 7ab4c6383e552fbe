import ChatCore
import ChatSystem
import ChatWebSocket
import Foundation
import NIOCore
import Testing

@testable import ChatNode

/// What the node tells of itself at `GET /metrics`.
@Suite(.patience)
struct MetricsTests {
    private static let listening = ["admin-listen": "127.0.0.1:0"]

    @Test func `everything has its help and its type, and is there before anything has happened`() async throws {
        try await TestServer.with(Self.listening) { server in
            let scrape = try await server.scrape()
            let names = Set(scrape.samples.keys.map { series in series.split(separator: "{")[0] })
            for metric in Metric.all {
                #expect(scrape.help[metric.name] == metric.help)
                let type = try #require(scrape.types[metric.name])
                switch metric.kind {
                case .counter: #expect(type == "counter")
                case .gauge: #expect(type == "gauge")
                case .histogram:
                    #expect(type == "histogram" && scrape["\(metric.name)_bucket{le=\"+Inf\"}"] != nil)
                    continue
                }
                #expect(names.contains(metric.name[...]), "\(metric.name)")
            }
            #expect(scrape.types.count == Metric.all.count)
            #expect(scrape["chat_build_info{version=\"\(Release.version)\"}"] == 1)
            #expect(scrape["chat_broker_info{kind=\"memory\"}"] == 1 && scrape["chat_broker_up"] == 1)
            #expect(scrape["chat_loops"] == 2 && scrape["chat_draining"] == 0)
            #expect(try #require(scrape["process_resident_memory_bytes"]) > 1_000_000)
            let open = try #require(scrape["process_open_fds"])
            let most = try #require(scrape["process_max_fds"])
            #expect(open > 3 && open <= most)
            #expect(try #require(scrape["process_cpu_seconds_total"]) > 0)
            let start = try #require(scrape["process_start_time_seconds"])
            #expect(start > 1_600_000_000 && start <= Date().timeIntervalSince1970 + 1)
        }
    }

    @Test func `what people do is counted, and nothing that they choose is a label`() async throws {
        try await TestServer.with(Self.listening) { server in
            try await server.withClient { mina in
                _ = try await mina.call(1, #"{"type":"hello","name":"Somebody"}"#)
                _ = try await mina.call(2, #"{"type":"join","room":"salon"}"#)
                _ = try await mina.call(3, #"{"type":"send","room":"salon","text":"xyzzy"}"#)
                _ = try await mina.call(4, #"{"type":"send","room":"elsewhere","text":"xyzzy"}"#)
                _ = try await mina.call(5, #"{"type":"ping"}"#)
                _ = try await server.request("GET", "/api/rooms/Somebody")
                _ = try await server.request("GET", "/ws")
                let scrape = try await server.scrape { scrape in
                    scrape["chat_members"] == 1 && scrape["chat_deliveries_total"] == 1
                        && scrape["chat_delivery_latency_seconds_count"] == 1
                }
                #expect(scrape["chat_connections"] == 1 && scrape["chat_rooms"] == 1)
                #expect(try #require(scrape["chat_open_connections"]) >= 1)
                #expect(scrape["chat_messages_published_total"] == 1)
                for type in ["hello", "join", "send", "ping"] {
                    #expect(scrape["chat_commands_total{type=\"\(type)\"}"] == 1, "\(type)")
                }
                #expect(scrape["chat_errors_total{code=\"not_joined\"}"] == 1)
                #expect(scrape["chat_errors_total{code=\"bad_command\"}"] == 0)
                #expect(scrape["chat_websocket_handshakes_total{outcome=\"opened\"}"] == 1)
                #expect(scrape["chat_websocket_handshakes_total{outcome=\"refused\"}"] == 1)
                #expect(scrape["chat_http_responses_total{class=\"4xx\"}"] == 2)
                #expect(try #require(scrape["chat_accepts_total{outcome=\"admitted\"}"]) >= 2)
                #expect(scrape["chat_broker_round_trip_seconds_count"] == 1)
                for choice in ["salon", "elsewhere", "Somebody", "xyzzy", "127.0.0.1"] {
                    #expect(!scrape.text.contains(choice), "\(choice)")
                }
            }
        }
    }

    @Test func `a stream is an answer like any other, and so is the error in its place`() async throws {
        try await TestServer.with(Self.listening) { server in
            try await server.withStream("/api/events?room=salon") { _ = try await $0.next("ok") }
            try await server.withStream("/api/rooms/salon/events") { _ = try await $0.begun() }
            // The answer to HEAD is that to GET.
            try await RawClient.with(port: server.port) { client in
                await client.send("HEAD /api/rooms/salon/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
                #expect(await client.answer(hasBody: false)?.status == 200)
            }
            let refusal = ["Authorization": "Bearer x"]
            try await server.withStream("/api/events", headers: refusal) { #expect($0.answer.status == 401) }
            let scrape = try await server.scrape()
            #expect(scrape["chat_http_responses_total{class=\"2xx\"}"] == 3)
            #expect(scrape["chat_http_responses_total{class=\"4xx\"}"] == 1)
        }
        // A room that cannot be opened is found out by the shard, after the request was the stream's.
        try await TestServer.with(Self.listening, broker: RefusingBroker()) { server in
            try await server.withStream("/api/rooms/salon/events") { #expect($0.answer.status == 503) }
            #expect(try await server.scrape()["chat_http_responses_total{class=\"5xx\"}"] == 1)
        }
    }

    @Test func `the end of each connection is counted once, by who ended it`() async throws {
        try await TestServer.with(Self.listening) { server in
            try await server.withClient { mina in
                _ = try await mina.call(1, #"{"type":"ping"}"#)
                try await mina.send(.close, ByteBuffer(bytes: [0x03, 0xE8]))
                _ = try await mina.closeCode()
            }
            // It goes without a word.
            try await server.withClient { jonas in _ = try await jonas.call(1, #"{"type":"ping"}"#) }
            try await server.withClient { eve in
                try await eve.send(.binary, ByteBuffer(string: "x"))
                #expect(try await eve.closeCode() == 1003)
            }
            let scrape = try await server.scrape { scrape in
                scrape["chat_connections"] == 0
                    && ["client", "lost", "1003"].allSatisfy { scrape["chat_closes_total{code=\"\($0)\"}"] == 1 }
            }
            let ends = scrape.samples.filter { $0.key.hasPrefix("chat_closes_total") }.values.reduce(0, +)
            #expect(ends == 3 && scrape["chat_slow_consumers_total"] == 0)
        }
    }

    @Test func `a broker that is away is seen, and what it makes clients miss`() async throws {
        let broker = LossyBroker()
        let room = try RoomName("lobby")
        try await TestServer.with(Self.listening, broker: broker) { server in
            try await server.withClient("/ws?room=lobby") { mina in
                let joined = try await mina.next("ok")
                let epoch = try Epoch(try #require(joined["epoch"]?.string))
                broker.tell([.status(.degraded, detail: "away"), .presenceIsDoubtful(of: .all)])
                try await server.scrape { $0["chat_broker_up"] == 0 }
                broker.tell([.status(.ok, detail: "back")])
                try await server.scrape { $0["chat_broker_up"] == 1 && $0["chat_presence_repairs_total"] ?? 0 >= 1 }
                broker.tell([.room(room, .gap(epoch: epoch, from: 1, to: 5))])
                _ = try await mina.next("gap")
                let head = LogPosition(epoch: try Epoch("anotherepoch"), seq: 0)
                broker.tell([.room(room, .reset(head: head))])
                _ = try await mina.next("reset")
                let scrape = try await server.scrape()
                #expect(scrape["chat_gaps_told_total"] == 1 && scrape["chat_resets_told_total"] == 1)
            }
        }
    }

    @Test func `every code of an error has its own series`() throws {
        let path = URL(filePath: #filePath).appending(path: "../../../../Sources/ChatCore/Rules/ProtocolError.swift")
        let source = try String(contentsOf: path.standardized, encoding: .utf8)
        let codes = source.matches(of: /= Code\("([a-z_]+)"\)/).map { String($0.1) }
        #expect(codes.count > 20)
        #expect(Set(codes) == Set(CommandMetrics.codes.map(\.rawValue)))
    }

    /// The table of docs/METRICS.md: the name, the type, the labels.
    @Test func `the document has a row for each metric, and for nothing else`() throws {
        let path = URL(filePath: #filePath).appending(path: "../../../../docs/METRICS.md").standardized
        let rows = try String(contentsOf: path, encoding: .utf8)
            .matches(of: /\n\| `([a-z_]+)` \| ([a-z]+) \|([^|]*)\|/)
        #expect(Set(rows.map { String($0.1) }) == Set(Metric.all.map(\.name)))
        for row in rows {
            let metric = try #require(Metric.all.first { $0.name == row.1 })
            let type =
                switch metric.kind {
                case .counter: "counter"
                case .gauge: "gauge"
                case .histogram: "histogram"
                }
            #expect(row.2 == type, "\(metric.name)")
            let labels = row.3.matches(of: /`([a-z]+)`/).map { String($0.1) }
            #expect(labels == metric.labels, "\(metric.name)")
        }
    }
}
