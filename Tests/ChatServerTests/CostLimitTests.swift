import ChatCore
import ChatSettings
import Foundation
import Testing

@testable import ChatNode
@testable import ChatServer

/// Every row of docs/LIMITS.md, asked by real clients: each from an address of its own, as a trusted proxy says.
@Suite(.patience)
struct CostLimitTests {
    /// A server with these limits, in which this machine is a proxy.
    private func withServer(
        _ limits: [String: String],
        _ others: [String: String] = [:],
        _ body: (TestServer) async throws -> Void
    ) async throws {
        var settings = ["trusted-proxies": "127.0.0.1", "threads": "1"].merging(others) { $1 }
        for (name, value) in limits { settings["limits." + name] = value }
        try await TestServer.with(settings, body)
    }

    private static func from(_ address: String) -> [(String, String)] { [("X-Forwarded-For", address)] }

    private let office = Self.from("192.0.2.1")
    private let home = Self.from("2001:db8::1")

    private func expect(
        _ error: JSONValue,
        _ code: String,
        _ limit: Int,
        _ message: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(error["code"]?.string == code, sourceLocation: sourceLocation)
        #expect(error["limit"]?.integer == limit, sourceLocation: sourceLocation)
        #expect(error["message"]?.string?.contains(message) == true, sourceLocation: sourceLocation)
        #expect((error["retry_ms"]?.integer ?? 0) > 0, sourceLocation: sourceLocation)
    }

    @Test func `the guests of one address have one burst of sends, and others go on`() async throws {
        try await self.withServer(["sends-per-address": "5,1/h"]) { server in
            var sent = 0
            for guest in 0..<4 {
                try await server.withClient("/ws?room=lobby&name=g\(guest)", headers: self.office) { client in
                    _ = try await client.next("ok")
                    for number in 1...3 {
                        let answer = try await client.call(number, #"{"type":"send","room":"lobby","text":"x"}"#)
                        if answer["type"]?.string == "ok" {
                            sent += 1
                        } else {
                            self.expect(answer, "rate_limited", 1, "an address sends at most 1 messages an hour")
                        }
                    }
                }
            }
            #expect(sent == 5)
            let post = try await server.request(
                "POST",
                "/api/rooms/lobby/messages",
                headers: ["Content-Type": "application/json", "X-Forwarded-For": "192.0.2.1"],
                body: #"{"text":"x"}"#
            )
            #expect(post.status == 429)
            try await server.withClient("/ws?room=lobby&name=Mina", headers: self.home) { client in
                _ = try await client.next("ok")
                #expect(try await client.call(1, #"{"type":"send","room":"lobby","text":"x"}"#)["type"]?.string == "ok")
            }
        }
    }

    @Test func `a thousand letters of fifty-two guests push nobody's words out of a room`() async throws {
        try await self.withServer(["sends-per-address": "200,1/h", "log-messages": "300"]) { server in
            try await server.withClient("/ws?room=lobby&name=Mina", headers: self.home) { mina in
                _ = try await mina.next("ok")
                let first = try await mina.call(1, #"{"type":"send","room":"lobby","text":"first"}"#)
                #expect(first["type"]?.string == "ok")
                var sent = 0
                for guest in 0..<52 {
                    try await server.withClient("/ws?room=lobby&name=g\(guest)", headers: self.office) { client in
                        _ = try await client.next("ok")
                        let sends = (1...20).map { #"{"type":"send","id":\#($0),"room":"lobby","text":"x"}"# }
                        try await client.sendAtOnce(sends)
                        for id in 1...20 where try await client.reply(id)["type"]?.string == "ok" { sent += 1 }
                    }
                }
                #expect(sent == 200)
                // She is heard as before, and so is what she said before.
                #expect(try await mina.call(2, #"{"type":"send","room":"lobby","text":"last"}"#)["seq"]?.integer == 202)
                let page = try await mina.call(3, #"{"type":"history","room":"lobby","before":2}"#)
                #expect(page["messages"]?.array?.first?["text"]?.string == "first")
            }
        }
    }

    @Test func `posts without a name count by the client behind a proxy`() async throws {
        try await self.withServer(["sends-per-address": "2,1/h"]) { server in
            func post(_ address: String) async throws -> Int {
                try await server.request(
                    "POST",
                    "/api/rooms/lobby/messages",
                    headers: ["Content-Type": "application/json", "X-Forwarded-For": address],
                    body: #"{"text":"x"}"#
                ).status
            }
            var statuses: [Int] = []
            for _ in 0..<3 { statuses.append(try await post("192.0.2.1")) }
            #expect(statuses == [201, 201, 429])
            #expect(try await post("192.0.2.2") == 201)
        }
    }

    @Test func `a room takes a burst from however many addresses, and other rooms go on`() async throws {
        try await self.withServer(["sends-per-room": "4,1/h"]) { server in
            var sent = 0
            for guest in 0..<3 {
                let path = "/ws?room=lobby&room=annex&name=g\(guest)"
                try await server.withClient(path, headers: Self.from("192.0.2.\(guest)")) { client in
                    _ = try await client.next("ok")
                    _ = try await client.next("ok")
                    for number in 1...2 {
                        let answer = try await client.call(number, #"{"type":"send","room":"lobby","text":"x"}"#)
                        if answer["type"]?.string == "ok" { sent += 1 }
                    }
                    let annex = try await client.call(9, #"{"type":"send","room":"annex","text":"x"}"#)
                    #expect(annex["type"]?.string == "ok")
                }
            }
            #expect(sent == 4)
        }
    }

    @Test func `names have a bucket of their own, by command and by hello`() async throws {
        try await self.withServer(["renames-per-user": "2,1/h"]) { server in
            try await server.withClient("/ws", headers: self.office) { client in
                try await client.send(#"{"type":"hello","id":1,"name":"A"}"#)
                let session = try #require(try await client.next("welcome")["session"]?.string)
                for id in 2...3 {
                    #expect(try await client.call(id, #"{"type":"rename","name":"B\#(id)"}"#)["type"]?.string == "ok")
                }
                self.expect(
                    try await client.call(4, #"{"type":"rename","name":"C"}"#),
                    "rate_limited",
                    1,
                    "a user takes at most 1 new names an hour"
                )
                try await server.withClient("/ws", headers: self.home) { other in
                    try await other.send(#"{"type":"hello","id":1,"name":"D","session":"\#(session)"}"#)
                    let welcome = try await other.next("welcome")
                    #expect(welcome["resumed"] == .bool(true) && welcome["user"]?["name"]?.string == "B3")
                }
            }
        }
    }

    @Test func `new sessions have a limit, and known ones are opened`() async throws {
        try await self.withServer(["sessions-per-address": "2,1/h"]) { server in
            var session = ""
            for _ in 0..<2 {
                try await server.withClient("/ws?name=q", headers: self.office) { client in
                    session = try #require(try await client.next("welcome")["session"]?.string)
                }
            }
            try await server.withClient("/ws?name=q", headers: self.office) { client in
                let closing = try await client.next("closing")
                #expect(closing["reason"]?.string == "an address opens at most 1 new sessions an hour")
                #expect(try await client.closeCode() == 1013)
            }
            // A session that nobody knows is a new one, too.
            try await server.withClient("/ws", headers: self.office) { client in
                try await client.send(#"{"type":"hello","id":1,"session":"\#(String(session.reversed()))"}"#)
                #expect(try await client.closeCode() == 1013)
            }
            try await server.withClient("/ws", headers: self.office) { client in
                try await client.send(#"{"type":"hello","id":1,"session":"\#(session)"}"#)
                #expect(try await client.next("welcome")["resumed"] == .bool(true))
            }
        }
    }

    @Test func `joins have a limit, those in a URL as well`() async throws {
        try await self.withServer(["joins-per-address": "3,1/h"]) { server in
            let path = "/ws?name=q&" + (0..<5).map { "room=r\($0)" }.joined(separator: "&")
            try await server.withClient(path, headers: self.office) { client in
                for _ in 0..<2 {
                    self.expect(
                        try await client.next("error"),
                        "rate_limited",
                        1,
                        "an address joins at most 1 rooms an hour"
                    )
                }
                // To join again what is joined already costs the broker the same.
                #expect(try await client.call(1, #"{"type":"join","room":"r0"}"#)["code"]?.string == "rate_limited")
                #expect(try await client.call(2, #"{"type":"send","room":"r0","text":"x"}"#)["type"]?.string == "ok")
            }
            try await server.withClient("/ws?name=q&room=r9", headers: self.home) { client in
                _ = try await client.next("ok")
            }
        }
    }

    @Test func `commands in a URL are charged like others`() async throws {
        try await self.withServer(["command-burst": "1000", "command-rate": "1"]) { server in
            let path = "/ws?name=q&" + (0..<90).map { "room=r\($0)" }.joined(separator: "&")
            try await server.withClient(path, headers: self.office) { client in
                for _ in 0..<90 { _ = try await client.next("ok") }
                // With none of those counted, all would pass.
                try await client.sendAtOnce((1...1000).map { #"{"type":"ping","id":\#($0)}"# })
                var refused = 0
                for id in 1...1000 where try await client.reply(id)["code"]?.string == "rate_limited" { refused += 1 }
                #expect(refused > 0)
            }
        }
    }

    @Test func `rooms that nobody has spoken in have a limit, and others cost nothing in the end`() async throws {
        try await self.withServer(["new-rooms-per-address": "2,1/h"]) { server in
            for number in 0..<5 {
                let post = try await server.request(
                    "POST",
                    "/api/rooms/known\(number)/messages",
                    headers: ["Content-Type": "application/json", "X-Forwarded-For": "192.0.2.10\(number)"],
                    body: #"{"text":"x"}"#
                )
                #expect(post.status == 201)
            }
            try await server.withClient("/ws?name=q", headers: self.office) { client in
                for number in 0..<5 {
                    let joined = try await client.call(number + 1, #"{"type":"join","room":"known\#(number)"}"#)
                    #expect(joined["type"]?.string == "ok")
                }
                for number in 0..<2 {
                    let joined = try await client.call(number + 10, #"{"type":"join","room":"new\#(number)"}"#)
                    #expect(joined["type"]?.string == "ok")
                }
                self.expect(
                    try await client.call(20, #"{"type":"join","room":"new2"}"#),
                    "rate_limited",
                    1,
                    "an address begins at most 1 rooms an hour"
                )
            }
        }
    }

    @Test func `typing has a limit`() async throws {
        try await self.withServer(["typing-per-address": "2,1/h"]) { server in
            try await server.withClient("/ws?name=q&room=lobby", headers: self.office) { client in
                _ = try await client.next("ok")
                for id in 1...2 {
                    let typing = try await client.call(id, #"{"type":"typing","room":"lobby","active":true}"#)
                    #expect(typing["type"]?.string == "ok")
                }
                self.expect(
                    try await client.call(3, #"{"type":"typing","room":"lobby","active":true}"#),
                    "rate_limited",
                    1,
                    "an address gives at most 1 signs of typing an hour"
                )
            }
        }
    }

    @Test func `bytes of the past are charged, over both ways`() async throws {
        // An empty page costs 4 KiB.
        try await self.withServer(["replay-bytes-per-address": "9000,1/h"]) { server in
            try await server.withClient("/ws?name=q&room=lobby", headers: self.office) { client in
                _ = try await client.next("ok")
                let text = String(repeating: "x", count: 3000)
                let sent = try await client.call(1, #"{"type":"send","room":"lobby","text":"\#(text)"}"#)
                #expect(sent["type"]?.string == "ok")
                for id in 100...102 {
                    let page = try await client.call(id, #"{"type":"history","room":"lobby"}"#)
                    #expect(page["type"]?.string == "ok")
                }
                let message = "an address reads at most 1 bytes of the past an hour"
                for (id, command) in [
                    #"{"type":"history","room":"lobby"}"#, #"{"type":"members","room":"lobby"}"#,
                    #"{"type":"join","room":"annex","history":1}"#,
                ].enumerated() { self.expect(try await client.call(id + 3, command), "rate_limited", 1, message) }
                // Whoever wants nothing of the past is let in.
                #expect(try await client.call(9, #"{"type":"join","room":"annex"}"#)["type"]?.string == "ok")
            }
            let home = Array(repeating: ("2001:db8::1", 200), count: 3)
            for (address, status) in [("192.0.2.1", 429)] + home + [("2001:db8::2", 429)] {
                let page = try await server.request(
                    "GET",
                    "/api/rooms/lobby/messages",
                    headers: ["X-Forwarded-For": address]
                )
                #expect(page.status == status, "\(address)")
            }
        }
    }

    @Test func `requests to the API have a limit, and checks of health have none`() async throws {
        try await self.withServer(["requests-per-address": "3,1/h"]) { server in
            let headers = ["X-Forwarded-For": "192.0.2.1"]
            for _ in 0..<3 { #expect(try await server.request("GET", "/api/rooms", headers: headers).status == 200) }
            let refused = try await server.request("GET", "/api/rooms", headers: headers)
            #expect(refused.status == 429 && refused.headers["retry-after"].flatMap { Int($0) } ?? 0 > 3000)
            #expect(
                refused.body?["error"]?["message"]?.string == "an address makes at most 1 requests an hour"
            )
            #expect(try await server.request("GET", "/api/status", headers: headers).status == 429)
            #expect(try await server.request("GET", "/healthz", headers: headers).status == 200)
            #expect(try await server.request("GET", "/", headers: headers).status == 200)
            #expect(try await server.request("GET", "/api/rooms").status == 200)
        }
    }

    @Test func `connections through a proxy count for their clients`() async throws {
        try await self.withServer(["connections-per-address": "1"]) { server in
            try await server.withClient("/ws?name=a", headers: self.office) { first in
                _ = try await first.next("welcome")
                try await server.withClient("/ws?name=b", headers: self.office) { second in
                    let closing = try await second.next("closing")
                    #expect(closing["reason"]?.string == "at most 1 connections from one address")
                    #expect(try await second.closeCode() == 1013)
                }
                try await server.withClient("/ws?name=c", headers: self.home) { third in
                    _ = try await third.next("welcome")
                    // The other addresses of the same /64 are the same people's.
                    try await server.withClient("/ws?name=d", headers: Self.from("2001:db8::2")) { fourth in
                        let code = try await fourth.closeCode()
                        #expect(code == 1013)
                    }
                }
            }
        }
    }

    @Test func `new connections have a limit`() async throws {
        try await TestServer.with(["limits.openings-per-address": "3,1/h"]) { server in
            for _ in 0..<3 {
                try await server.withClient("/ws?name=q") { client in _ = try await client.next("welcome") }
            }
            try await server.withClient("/ws?name=q") { client in
                let closing = try await client.next("closing")
                #expect(closing["reason"]?.string == "at most 1 new connections an hour from one address")
            }
        }
    }

    @Test func `connections that ask for nothing have a limit, and make place as soon as they ask`() async throws {
        try await TestServer.with(["limits.pending-per-address": "1"]) { server in
            try await RawClient.with(port: server.port) { silent in
                await silent.send("GET /heal")
                let limit = "at most 1 connections without a request from one address"
                // The first one may not have been accepted yet.
                var answer: RawClient.Answer?
                repeat {
                    answer = try await RawClient.with(port: server.port) { client in
                        await client.send("GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
                        return await client.answer()
                    }
                } while answer?.status == 200
                #expect(answer?.status == 503 && answer?.body.contains(limit) == true)
                await silent.send("thz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
                #expect(await silent.answer()?.status == 200)
                // It is idle now, and nobody's handshake.
                repeat {
                    answer = try await RawClient.with(port: server.port) { client in
                        await client.send("GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
                        return await client.answer()
                    }
                } while answer?.status != 200
            }
        }
    }

    @Test func `only so many joins wait for their turn`() async throws {
        try await self.withServer(["joins-waiting": "4", "threads": "1"]) { server in
            let rooms = (0..<60).map { "room=r\($0)" }.joined(separator: "&")
            try await server.withClient("/ws?name=a&\(rooms)", headers: self.office) { client in
                _ = try await client.next("welcome")
                for _ in 0..<56 {
                    self.expect(try await client.next("error"), "unavailable", 4, "at most 4 joins wait")
                }
                for _ in 0..<4 { _ = try await client.next("ok") }
                // They have passed, and there is room for others.
                #expect(try await client.call(1, #"{"type":"join","room":"r59"}"#)["type"]?.string == "ok")
            }
            let refused = server.node.context.metrics.totals(Metric.refused.name, by: RefusalMetrics.dimension)
            #expect(refused["joins_waiting"] == 56)
        }
    }

    @Test func `a room has a limit of members, and a node of rooms`() async throws {
        try await self.withServer(["members-per-room": "1", "rooms-per-node": "2"]) { server in
            try await server.withClient("/ws?name=a&room=lobby", headers: self.office) { first in
                let session = try #require(try await first.next("welcome")["session"]?.string)
                _ = try await first.next("ok")
                // Another connection of the same person makes the room no larger.
                try await server.withClient("/ws", headers: self.office) { again in
                    try await again.send(#"{"type":"hello","session":"\#(session)"}"#)
                    #expect(try await again.call(1, #"{"type":"join","room":"lobby"}"#)["type"]?.string == "ok")
                }
                try await server.withClient("/ws?name=b", headers: self.home) { second in
                    self.expect(
                        try await second.call(1, #"{"type":"join","room":"lobby"}"#),
                        "unavailable",
                        1,
                        "a room has at most 1 members"
                    )
                    #expect(try await second.call(2, #"{"type":"join","room":"annex"}"#)["type"]?.string == "ok")
                    self.expect(
                        try await second.call(3, #"{"type":"join","room":"third"}"#),
                        "unavailable",
                        2,
                        "at most 2 rooms"
                    )
                }
            }
        }
    }

    @Test func `whoever lets too much wait is let go of before the process is in danger`() async throws {
        let settings = [
            "unlimited": "true", "limits.outbound-bytes": "\(1 << 30)", "limits.presence-seconds": "1", "threads": "1",
            "limits.buffered-bytes": "2000000",
        ]
        try await TestServer.with(settings) { server in
            try await server.withClient("/ws?room=lobby&name=slow") { slow in
                _ = try await slow.next("ok")
                try await slow.stopReading()
                try await server.withClient("/ws?room=lobby&name=Mina") { mina in
                    _ = try await mina.next("ok")
                    let text = String(repeating: "x", count: 8000)
                    while true {
                        try await mina.send(#"{"type":"send","room":"lobby","text":"\#(text)"}"#)
                        let next = try await mina.receive()
                        guard case .message(let event) = next else {
                            if next == .ping { continue }
                            throw TestClient.Ended(wanted: "left", got: next)
                        }
                        if event["type"]?.string == "left" { break }
                    }
                    // There is relief: she has all of the past, and others come.
                    #expect(try await mina.call(1, #"{"type":"history","room":"lobby"}"#)["type"]?.string == "ok")
                    try await server.withClient("/ws?room=lobby&name=c") { _ = try await $0.next("ok") }
                }
            }
        }
    }

    @Test func `limits that change hold for whoever is there`() async throws {
        try await self.withServer([:]) { server in
            try await server.withClient("/ws?room=lobby&name=Mina", headers: self.home) { client in
                _ = try await client.next("ok")
                #expect(try await client.call(1, #"{"type":"send","room":"lobby","text":"x"}"#)["type"]?.string == "ok")
                try await server.reload([
                    "limits.text-bytes": "2", "limits.sends-per-address": "1,1/h",
                    "limits.connections-per-address": "1",
                ])
                let long = try await client.call(2, #"{"type":"send","room":"lobby","text":"xyz"}"#)
                #expect(long["code"]?.string == "text_too_long" && long["limit"]?.integer == 2)
                // What was sent before has been forgotten, or was counted: one more at most.
                var sent = 0
                for id in 3...5 {
                    let answer = try await client.call(id, #"{"type":"send","room":"lobby","text":"x"}"#)
                    if answer["type"]?.string == "ok" { sent += 1 }
                }
                #expect(sent <= 1)
                try await server.withClient("/ws?name=q", headers: self.home) { second in
                    let code = try await second.closeCode()
                    #expect(code == 1013)
                }
            }
        }
    }

    @Test func `what moderators refuse costs the room nothing`() async throws {
        try await Admin.withKeyFile("0123456789abcdef") { file in
            try await self.withServer(["sends-per-room": "2,1/h"], ["admin-key-file": file]) { server in
                let admin = Admin(server: server, key: "0123456789abcdef")
                #expect(try await admin.order("words", #"{"room":"lobby","words":["spam"]}"#) == 201)
                try await server.withClient("/ws?name=a&room=annex") { client in
                    for _ in 0..<9 { #expect(try await server.post("spam", to: "lobby").status == 403) }
                    #expect(try await client.call(1, #"{"type":"join","room":"lobby"}"#)["type"]?.string == "ok")
                    for id in 2...9 {
                        let refused = try await client.call(id, #"{"type":"send","room":"lobby","text":"spam"}"#)
                        #expect(refused["code"]?.string != "rate_limited")
                    }
                }
                #expect(try await server.post("hello", to: "lobby").status == 201)
            }
        }
    }

    @Test func `rooms that posts begin have the limit of those that joins begin`() async throws {
        try await self.withServer(["new-rooms-per-address": "2,1/h"]) { server in
            for room in ["a", "b"] { #expect(try await server.post("x", to: room).status == 201) }
            // Where somebody has spoken, anybody goes on.
            #expect(try await server.post("x", to: "c").status == 429)
            try await server.withClient("/ws?name=q", headers: self.office) { client in
                let joined = try await client.call(1, #"{"type":"join","room":"b"}"#)
                #expect(joined["type"]?.string == "ok")
            }
        }
    }

    // MARK: The PROXY protocol

    @Test func `a proxy's connection begins with its header, or ends`() async throws {
        let settings = ["trusted-proxies": "127.0.0.1", "proxy-protocol": "on", "limits.connections-per-address": "1"]
        try await TestServer.with(settings) { server in
            let request = "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
            let line = "PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n"
            let binary = ProxyHeaderTests.binary(
                0x21,
                0x21,
                ProxyHeaderTests.ipv6 + ProxyHeaderTests.ipv6 + [0, 1, 0, 2]
            )
            try await RawClient.with(port: server.port) { client in
                await client.send(request)
                #expect(await client.isClosed())
            }
            try await RawClient.with(port: server.port) { first in
                await first.send(Array((line + request).utf8), packet: 7)
                #expect(await first.answer()?.status == 200)
                // The address has its connection; another one has not.
                try await RawClient.with(port: server.port) { second in
                    await second.send(line + "GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
                    #expect(await second.answer()?.status == 503)
                }
                try await RawClient.with(port: server.port) { third in
                    await third.send(binary + Array(request.utf8))
                    #expect(await third.answer()?.status == 200)
                }
                try await RawClient.with(port: server.port) { own in
                    await own.send("PROXY UNKNOWN\r\n" + request)
                    #expect(await own.answer()?.status == 200)
                }
                // Nobody knows whose it is, and least by what a client may have written.
                try await RawClient.with(port: server.port) { forged in
                    let field = "X-Forwarded-For: 192.0.2.1"
                    await forged.send("PROXY UNKNOWN\r\n" + Handshake.text("/ws?name=q", field))
                    #expect(await forged.text(until: "welcome").contains("welcome"))
                }
            }
        }
    }

    @Test func `whoever is no proxy has no header`() async throws {
        try await TestServer.with(["trusted-proxies": "192.0.2.0/24", "proxy-protocol": "on"]) { server in
            #expect(try await server.request("GET", "/healthz").status == 200)
            try await RawClient.with(port: server.port) { client in
                await client.send("PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n\r\n")
                #expect([400, 501].contains(await client.answer()?.status))
            }
        }
    }

    // MARK: The table

    @Test func `every limit is in the table, by the name of its setting and of its count`() throws {
        let table = try String(contentsOfFile: "docs/LIMITS.md", encoding: .utf8)
        for name in LimitName.allCases where name != .proxyHeader {
            #expect(table.contains("`\(name.rawValue)`"), "\(name.rawValue)")
        }
        for setting in Setting.costs { #expect(table.contains("`--\(setting.flag)`"), "\(setting.flag)") }
        for (setting, place) in Setting.rates {
            #expect(table.contains("`\(CostLimits()[keyPath: place]?.description ?? "off")`"), "\(setting.flag)")
        }
    }
}
