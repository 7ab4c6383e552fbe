import ChatCore
import ChatWebSocket
import NIOCore
import TestSupport
import Testing

@testable import ChatNode

/// What a server does with those who command faster than it can, and with those who read slower.
@Suite(.patience)
struct BackpressureTests {
    @Test func `with too many commands under way a socket is not read, and all are answered in the end`() async throws {
        // Long ones, so that few fit into what is read at once; for different pages, since one is read once for all.
        let (commands, length) = (3000, 2000)
        let padding = String(repeating: " ", count: length)
        let broker = HoldingBroker()
        try await TestServer.with(["unlimited": "true", "threads": "1"], broker: broker) { server in
            try await server.withClient { client in
                _ = try await client.call(commands + 1, #"{"type":"ping"}"#)
                let outbound = client.outbound
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        for id in 1...commands {
                            let page = #""room":"lobby","limit":1,"before":\#(id + 1)"#
                            let command = #"{"type":"history",\#(page),"id":\#(id)\#(padding)}"#
                            var frame = ByteBuffer()
                            FrameEncoder.write(.text, ByteBuffer(string: command), mask: 0x1234_5678, to: &frame)
                            try await outbound.write(frame)
                        }
                    }
                    try await eventually { broker.questions > Client.maximumInFlight }
                    // Another client of the same loop is served many times over; the first one is not read meanwhile.
                    try await server.withClient { other in
                        for id in 1...200 { _ = try await other.call(id, #"{"type":"ping"}"#) }
                    }
                    let underWay = broker.questions
                    #expect(underWay <= Client.maximumInFlight + 1 + (1 << 16) / length)
                    broker.open()
                    var answers: Set<Int> = []
                    while answers.count < commands {
                        if let id = try await client.next("ok")["id"]?.integer { answers.insert(id) }
                    }
                    #expect(answers == Set(1...commands))
                    try await group.waitForAll()
                }
            }
        }
    }

    @Test func `a member that reads too slowly is not told who types, and misses no message`() async throws {
        let (limit, size) = (20_000_000, 60_000)
        let settings = [
            "unlimited": "true", "limits.outbound-bytes": "\(limit)", "limits.text-bytes": "\(size)", "threads": "1",
        ]
        // Half of the limit, and more than a system keeps for a connection that nobody reads from (here: 4 MB).
        let messages = (limit * 9 / 10) / size
        try await TestServer.with(settings) { server in
            try await server.withClient("/ws?room=lobby&name=slow") { slow in
                _ = try await slow.next("ok")
                try await server.withClient("/ws?room=lobby&name=Mina") { mina in
                    _ = try await mina.next("ok")
                    try await mina.send(#"{"type":"typing","room":"lobby","active":true}"#)
                    #expect(try await slow.next("typing")["active"]?.bool == true)
                    try await slow.stopReading()
                    let text = String(repeating: "x", count: size)
                    for id in 1...messages {
                        _ = try await mina.call(id, #"{"type":"send","room":"lobby","text":"\#(text)"}"#)
                    }
                    try await server.withClient("/ws?room=lobby&name=Jun") { jun in
                        _ = try await jun.next("ok")
                        try await mina.send(#"{"type":"typing","room":"lobby","active":false}"#)
                        // Who reads is told.
                        #expect(try await jun.next("typing")["active"]?.bool == false)
                        _ = try await mina.call(messages + 1, #"{"type":"send","room":"lobby","text":"the end"}"#)
                    }
                }
                try await slow.resumeReading()
                var received = 0
                while received <= messages {
                    guard case .message(let event) = try await slow.receive() else {
                        throw TestClient.Ended(wanted: "message \(received + 1)")
                    }
                    #expect(event["type"]?.string != "typing")
                    guard event["type"]?.string == "message" else { continue }
                    received += 1
                    #expect(event["seq"]?.integer == received)
                }
            }
        }
    }
}
