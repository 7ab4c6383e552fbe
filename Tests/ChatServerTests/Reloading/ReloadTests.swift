import ChatCore
import Foundation
import Testing
import TestSupport

@testable import ChatNode

@Suite(.patience)
struct ReloadTests {
    @Test func `a limit holds from the next command on, also for those who are here`() async throws {
        try await TestServer.with { server in
            try await server.withClient("/ws?name=Mina") { mina in
                _ = try await mina.call(1, #"{"type":"join","room":"lobby"}"#)
                let send = #"{"type":"send","room":"lobby","text":"hello"}"#
                #expect(try await mina.call(7, send)["type"]?.string == "ok")
                try await server.reload(["limits.text-bytes": "4"])
                #expect(try await mina.call(8, send)["code"]?.string == "text_too_long")
            }
            let post = try await server.request(
                "POST",
                "/api/rooms/lobby/messages",
                headers: ["Content-Type": "application/json"],
                body: #"{"text":"hello"}"#
            )
            #expect(post.status == 413)
        }
    }

    @Test func `a connection that is kept open is judged by the new names and origins`() async throws {
        try await TestServer.with(["hosts": "*", "origins": "*"]) { server in
            try await RawClient.with(port: server.port) { client in
                let ask = "GET /healthz HTTP/1.1\r\nHost: chat.example\r\n\r\n"
                await client.send(ask)
                #expect(await client.answer()?.status == 200)
                try await server.reload(["hosts": "local", "origins": "same"])
                await client.send(ask)
                #expect(await client.answer()?.status == 421)
                await client.send(Handshake.text("/ws", "Origin: http://other.example"))
                #expect(await client.answer()?.status == 403)
            }
        }
    }

    @Test func `fewer connections disconnect nobody, and the next one is refused`() async throws {
        try await TestServer.with(["limits.connections-per-address": "0"]) { server in
            try await server.withClient { first in
                try await server.withClient { second in
                    try await server.reload(["limits.connections-per-address": "2"])
                    try await server.withClient { third in
                        let closing = try await third.next("closing")
                        #expect(closing["code"]?.integer == 1013)
                    }
                    #expect(try await second.call(7, #"{"type":"hello"}"#)["type"]?.string == "welcome")
                }
                try await server.reload(["limits.connections-per-address": "3"])
                #expect(try await first.call(7, #"{"type":"hello"}"#)["type"]?.string == "welcome")
            }
        }
    }

    @Test func `a sender begins with a full bucket of the new size`() async throws {
        try await TestServer.with(["limits.send-burst": "1", "limits.send-rate": "1"]) { server in
            try await server.withClient("/ws?name=Mina") { mina in
                _ = try await mina.call(1, #"{"type":"join","room":"lobby"}"#)
                let send = #"{"type":"send","room":"lobby","text":"hello"}"#
                #expect(try await mina.call(7, send)["type"]?.string == "ok")
                try await server.reload(["limits.send-burst": "3"])
                for id in 8...10 { #expect(try await mina.call(id, send)["type"]?.string == "ok") }
            }
        }
    }

    @Test func `the key for tokens is read again, even from a file that looks the same`() async throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("key-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: file) }
        let date = Date(timeIntervalSince1970: 1e9)
        try TestToken.secret.write(toFile: file, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: file)
        try await TestServer.with(["token-key": file, "unlimited": "true"]) { server in
            let secret = String(TestToken.secret.reversed())
            let handle = try #require(FileHandle(forWritingAtPath: file))
            try handle.write(contentsOf: Data(secret.utf8))
            try handle.close()
            try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: file)
            try await server.reload([:])
            let claims = #"{"sub":"mina","exp":4000000000,"rooms":{"*":["read"]}}"#
            let headers = ["Authorization": "Bearer \(TestToken.signed(claims, secret: secret))"]
            try await eventually { try await server.request("GET", "/api/rooms", headers: headers).status == 200 }
        }
    }

    @Test func `what the log keeps, a lease and the size of a list hold as long as the node`() {
        var node = NodeConfiguration()
        var settings = ReloadableConfiguration(node)
        node.limits.log.messages = 7
        node.limits.presenceLease = .seconds(7)
        node.limits.members = 7
        node.limits.history = 7
        settings.take(ReloadableConfiguration(node))
        #expect(settings.limits.history == 7)
        settings.limits.history = Limits().history
        #expect(settings.limits == Limits())
    }
}
