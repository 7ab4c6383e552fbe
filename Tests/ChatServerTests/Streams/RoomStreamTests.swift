import ChatCore
import ChatMemory
import Foundation
import TestSupport
import Testing

/// A room's messages as Server-Sent Events.
@Suite(.patience)
struct RoomStreamTests {
    private let path = "/api/rooms/lobby/events"

    @Test func `a stream has each message with its place as the id, and is kept by nobody on the way`() async throws {
        try await TestServer.with { server in
            try await server.withStream(self.path) { stream in
                #expect(stream.answer.status == 200)
                #expect(stream.answer.fields["content-type"] == "text/event-stream")
                #expect(stream.answer.fields["cache-control"] == "no-store")
                #expect(stream.answer.fields["x-accel-buffering"] == "no")
                #expect(stream.answer.fields["content-length"] == nil)
                #expect(try await stream.begun().seq == 0)
                let epoch = try await server.post(["안녕", "two"])
                for (seq, text) in [(1, "안녕"), (2, "two")] {
                    let message = try await stream.next("message")
                    let time = try #require(message.json?["time"]?.integer)
                    #expect(message.id == "\(epoch)-\(seq)-\(time)")
                    #expect(message.text == text)
                    #expect(message.json?["type"]?.string == "message")
                }
            }
        }
    }

    @Test func `whoever reads a room is no member of it, and hears nothing of members`() async throws {
        try await TestServer.with { server in
            try await server.withStream(self.path) { stream in
                _ = try await stream.begun()
                try await server.withClient("/ws?room=lobby&name=Mina") { mina in
                    #expect(try await mina.next("ok")["member_count"]?.integer == 1)
                    _ = try await mina.call(1, #"{"type":"typing","room":"lobby","active":true}"#)
                    _ = try await mina.call(2, #"{"type":"send","room":"lobby","text":"hi"}"#)
                    #expect(await stream.next()?.text == "hi")
                }
                let members = try await server.request("GET", "/api/rooms/lobby/members")
                #expect(members.body?["member_count"]?.integer == 1)
            }
        }
    }

    @Test func `a reader that comes back gets what it has missed, by the header or by the address`() async throws {
        try await TestServer.with { server in
            let start = try await server.withStream(self.path) { stream in
                _ = try await stream.begun()
                try await server.post(["one"])
                #expect(try await stream.texts(1) == ["one"])
                return try #require(stream.lastID)
            }
            try await server.post(["two", "three"])
            try await server.withStream(self.path, headers: ["Last-Event-ID": start]) { stream in
                #expect(try await stream.texts(2) == ["two", "three"])
                try await server.post(["four"])
                #expect(try await stream.texts(1) == ["four"])
            }
            // The header is newer than the address, which a browser goes on asking for.
            let last = try await server.withStream("\(self.path)?after=\(start)") { stream in
                #expect(try await stream.texts(3) == ["two", "three", "four"])
                return try #require(stream.lastID)
            }
            try await server.withStream("\(self.path)?after=\(start)", headers: ["Last-Event-ID": last]) { stream in
                #expect(try await stream.begun() == LogPosition(eventID: last))
                try await server.post(["five"])
                #expect(try await stream.texts(1) == ["five"])
            }
            try await server.withStream("\(self.path)?history=2") { stream in
                let texts = try await stream.texts(2)
                #expect(texts == ["four", "five"])
            }
        }
    }

    @Test func `a reader that was cut off before the first message misses none`() async throws {
        try await TestServer.with { server in
            try await server.post(["one"])
            let start = try await server.withStream(self.path) { stream in
                _ = try await stream.begun()
                return try #require(stream.lastID)
            }
            try await server.post(["two"])
            try await server.withStream(self.path, headers: ["Last-Event-ID": start]) { stream in
                let texts = try await stream.texts(1)
                #expect(texts == ["two"])
            }
        }
    }

    @Test func `a place in another log is answered by a reset, and lost messages by a gap`() async throws {
        let broker = MemoryBroker.forTests(logMessages: 3)
        try await TestServer.with(broker: broker) { server in
            let epoch = try await server.post((1...9).map(String.init))
            try await server.withStream(self.path, headers: ["Last-Event-ID": "zzzzzzzz-4-1"]) { stream in
                let reset = try await stream.next("reset")
                #expect(reset.id == "\(epoch)-0")
                let gap = try await stream.next("gap")
                let to = try #require(gap.json?["to"]?.integer)
                #expect(gap.id == "\(epoch)-\(to)" && gap.json?["from"]?.integer == 1)
                #expect(try await stream.next("message").json?["seq"]?.integer == to + 1)
            }
            // A place that is no longer kept, and is proven by a log that has lost nothing.
            try await server.withStream("\(self.path)?after=\(epoch)-1") { stream in
                #expect(await stream.next()?.json?["from"]?.integer == 2)
            }
        }
    }

    @Test(arguments: [
        ("after=x", nil), ("after=abcdefgh-1&history=1", nil), ("history=-1", nil), ("", "abcdefgh"),
        ("after=abcdefgh-99999999999999999999", nil), ("after=abcdefgh-1-x", nil),
    ])
    func `a place that is none is refused`(query: String, header: String?) async throws {
        try await TestServer.with { server in
            let headers = header.map { ["Last-Event-ID": $0] } ?? [:]
            let answer = try await server.request("GET", "\(self.path)?\(query)", headers: headers)
            #expect(answer.status == 400)
            #expect(answer.body?["error"]?["code"]?.string == "bad_command")
        }
    }

    @Test func `HEAD has the head alone, and other methods are told which there are`() async throws {
        try await TestServer.with { server in
            try await RawClient.with(port: server.port) { client in
                await client.send("HEAD \(self.path) HTTP/1.1\r\nHost: localhost\r\n\r\n")
                let answer = try #require(await client.answer(hasBody: false))
                #expect(answer.status == 200 && answer.fields["content-type"] == "text/event-stream")
                #expect(await client.isClosed())
            }
            let answer = try await server.request("POST", self.path, body: "{}")
            #expect(answer.status == 405)
            #expect(answer.headers["allow"] == "GET, HEAD, OPTIONS")
            #expect(try await server.request("GET", "/api/rooms/a%20b/events").status == 400)
        }
    }

    @Test func `what comes behind the request is ignored, and HTTP 1.0 has streams as well`() async throws {
        try await TestServer.with { server in
            try await RawClient.with(port: server.port) { client in
                let request = "GET \(self.path) HTTP/1.0\r\nHost: localhost\r\n\r\n"
                await client.send(request + "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
                let answer = try #require(await client.answer())
                #expect(answer.status == 200 && answer.fields["connection"] == "close")
                #expect(await client.take(through: "\n\n")?.hasPrefix("id: ") == true)
                await client.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
                try await server.post(["one"])
                #expect(await client.take(through: "\n\n")?.contains(#""text":"one""#) == true)
                await client.endInput()
                #expect(await client.isClosed())
            }
        }
    }

    @Test func `a silent stream has comments`() async throws {
        try await TestServer.with(["limits.ping-seconds": "1"]) { server in
            try await server.withStream(self.path) { stream in
                _ = try await stream.begun()
                for _ in 0..<2 { #expect(await stream.next()?.isComment == true) }
            }
        }
    }

    @Test func `a stream counts as a connection, until it ends`() async throws {
        try await TestServer.with(["unlimited": "true"]) { server in
            try await server.withStream(self.path) { stream in
                _ = try await stream.begun()
                let status = try await server.request("GET", "/api/status").body
                #expect(status?["connections"]?.integer == 1)
                #expect(status?["rooms"]?.integer == 1 && status?["members"]?.integer == 0)
            }
            try await eventually { try await server.request("GET", "/api/status").body?["connections"]?.integer == 0 }
        }
    }

    @Test func `an address has as many streams as connections`() async throws {
        try await TestServer.with(["limits.connections-per-address": "2"]) { server in
            try await server.withStream(self.path) { stream in
                _ = try await stream.begun()
                try await server.withClient("/ws?room=lobby&name=Mina") { mina in
                    _ = try await mina.next("ok")
                    try await server.withStream(self.path) { #expect($0.answer.status == 503) }
                }
            }
        }
    }

    @Test func `a reader that takes nothing is let go of, and the room goes on`() async throws {
        let settings = [
            "unlimited": "true", "limits.outbound-bytes": "10000", "limits.text-bytes": "60000",
            "limits.close-seconds": "1",
        ]
        let text = String(repeating: "x", count: 50_000)
        try await TestServer.with(settings) { server in
            try await server.withStream(self.path) { slow in
                _ = try await slow.begun()
                try await slow.setReading(false)
                try await server.withClient("/ws?room=lobby&name=Mina") { mina in
                    _ = try await mina.next("ok")
                    var id = 0
                    // Until the server has let go of it, however much the system keeps.
                    while try await server.request("GET", "/api/status").body?["connections"]?.integer == 2 {
                        for _ in 0..<20 {
                            id += 1
                            _ = try await mina.call(id, #"{"type":"send","room":"lobby","text":"\#(text)"}"#)
                        }
                    }
                }
            }
        }
    }

    @Test func `a room that cannot be opened is an error in the stream's place`() async throws {
        try await TestServer.with(broker: RefusingBroker()) { server in
            try await server.withStream(self.path) { stream in
                #expect(stream.answer.status == 503)
                #expect(stream.answer.fields["retry-after"] != nil)
                #expect(stream.answer.body.contains(#""code":"unavailable""#))
                #expect(await stream.hasEnded())
            }
        }
    }
}
