import ChatCore
import Foundation
import Testing

@testable import ChatNode

/// The admin API itself: who comes in, and what it answers.
@Suite(.patience) struct AdminTests {
    private static let key = "0123456789abcdef"

    private static func with(_ body: (TestServer, Admin) async throws -> Void) async throws {
        try await Admin.withKeyFile(Self.key) { file in
            try await TestServer.with(["admin-key-file": file]) { server in
                try await body(server, Admin(server: server, key: Self.key))
            }
        }
    }

    @Test func `without a key there is no admin API`() async throws {
        try await TestServer.with { server in
            let list = try await server.request("GET", "/admin/rulings")
            let ban = try await server.request("POST", "/admin/ban", body: "{}")
            #expect(list.status == 404 && ban.status == 404)
        }
    }

    @Test func `nobody comes in without the key, and somebody who guesses waits`() async throws {
        try await Self.with { server, admin in
            let nothing = try await server.request("GET", "/admin/rulings")
            #expect(nothing.status == 401 && nothing.body?["error"]?["code"]?.string == "unauthorized")
            #expect(nothing.headers["www-authenticate"] == "Bearer")
            let inAddress = try await server.request("GET", "/admin/rulings?key=\(Self.key)&access_token=\(Self.key)")
            #expect(inAddress.status == 401)
            #expect(try await admin.rulings().isEmpty)
            let statuses = try await server.statuses(of: 20, "/admin/rulings", key: Self.key + "x")
            #expect(statuses.first == 401 && statuses.contains(429))
        }
    }

    @Test(arguments: [
        ("ban", #"{}"#), ("ban", #"{"user":"u1","address":"10.0.0.1"}"#), ("ban", #"{"address":"10.0.0.1/24"}"#),
        ("ban", #"{"user":"u1","seconds":0}"#), ("ban", #"{"user":1}"#), ("ban", "nothing"), ("ban", "[]"),
        ("kick", #"{"user":"u1"}"#), ("slow", #"{"room":"lobby","seconds":3601}"#), ("clear", #"{"room":"-"}"#),
        ("words", #"{"room":"lobby","words":"a"}"#), ("words", #"{"room":"lobby","words":[" "]}"#), ("revoke", "{}"),
        ("reserve", #"{"name":"Admin"}"#), ("reserve", #"{"user":"u1"}"#), ("reserve", #"{"name":" ","user":"u1"}"#),
        ("unreserve", "{}"), ("close", #"{"room":"lobby","seconds":2.5}"#), ("revoke", #"{"token":"t","before":0.5}"#),
        ("kick", #"{"room":"lobby","user":1.5}"#), ("ban", #"{"user":"u1","with_address":1}"#),
        ("ban", #"{"user":"u1","reason":"\#(String(repeating: "x", count: 301))"}"#),
    ])
    func `what is wrong with an order is said`(verb: String, body: String) async throws {
        try await Self.with { _, admin in
            let answer = try await admin.post(verb, body)
            #expect(answer.status == 400)
            let codes: [String?] = ["bad_command", "bad_json", "room_invalid", "name_invalid"]
            #expect(codes.contains(answer.body?["error"]?["code"]?.string))
            #expect(answer.body?["error"]?["message"]?.string?.isEmpty == false)
            #expect(try await admin.rulings().isEmpty)
        }
    }

    @Test func `rulings are listed, lifted by id, and recorded`() async throws {
        try await Self.with { _, admin in
            let body = #"{"address":"10.1.0.0/16","seconds":60,"reason":"a\nb\u0000","by":"민아"}"#
            let put = try await admin.post("ban", body)
            let ruling = try #require(put.body?["ruling"])
            #expect(put.status == 201 && ruling["address"]?.string == "10.1.0.0/16" && ruling["by"]?.string == "민아")
            #expect(ruling["reason"]?.string == "a b")
            #expect(try await admin.order("closed", "{}") == 404)
            #expect(try await admin.order("close", #"{"room":"lobby"}"#) == 201)
            #expect(try await admin.rulings("?kind=closed").count == 1)
            #expect(try await admin.rulings("?room=lobby").count == 1)
            #expect(try await admin.rulings("?limit=1").count == 1)
            let id = try #require(ruling["id"]?.string)
            #expect(try await admin.delete("/admin/rulings/\(id)").status == 200)
            #expect(try await admin.delete("/admin/rulings/\(id)").status == 404)
            #expect(try await admin.delete("/admin/rulings/x").status == 404)
            let log = try #require(try await admin.get("/admin/log").body?["entries"]?.array)
            #expect(log.map { $0["verb"]?.string } == ["ban", "close", "unban"])
            #expect(log.map { $0["by"]?.string } == ["민아", "admin", "admin"])
            #expect(log.first?["target"]?.string == "10.1.0.0/16" && log.first?["until"]?.integer != nil)
            let page = try await admin.get("/admin/log?limit=1").body
            let cursor = try #require(page?["cursor"]?.string)
            let older = try await admin.get("/admin/log?limit=2&cursor=\(cursor)").body?["entries"]?.array
            #expect(older?.map { $0["verb"]?.string } == ["ban", "close"])
            #expect(try await admin.get("/admin/log?cursor=x").status == 400)
        }
    }

    @Test func `a user's connections are listed`() async throws {
        try await Self.with { server, admin in
            try await server.withClient { mina in
                let user = try await mina.greet("Mina").user
                _ = try await mina.call(2, #"{"type":"join","room":"lobby"}"#)
                let found = try #require(try await admin.get("/admin/users/\(user)/connections").body)
                #expect(found["connections"]?.array?.count == 1)
                let connection = try #require(found["connections"]?.array?.first)
                #expect(connection["name"]?.string == "Mina" && connection["address"]?.string == "127.0.0.1")
                #expect(connection["rooms"]?.array?.map(\.string) == ["lobby"])
                let nobody = try await admin.get("/admin/users/nobody/connections").body
                #expect(nobody?["connections"]?.array?.isEmpty == true)
            }
        }
    }

    @Test func `a chat in memory keeps its rulings in a file, and a damaged one is an error`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "chat-moderation-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "rulings.json")
        try await Admin.withKeyFile(Self.key) { keyFile in
            let settings = ["admin-key-file": keyFile, "moderation-file": file.path]
            try await TestServer.with(settings) { server in
                let admin = Admin(server: server, key: Self.key)
                let status = try await admin.order("close", #"{"room":"래블업","reason":"점검"}"#)
                #expect(status == 201)
            }
            try await TestServer.with(settings) { server in
                let admin = Admin(server: server, key: Self.key)
                #expect(try await admin.rulings().map { $0["room"]?.string } == ["래블업"])
                try await server.withClient { mina in
                    _ = try await mina.greet("Mina")
                    let join = try await mina.call(2, #"{"type":"join","room":"래블업"}"#)
                    #expect(join["code"]?.string == "room_closed" && join["reason"]?.string == "점검")
                }
            }
        }
        for damaged in ["", "{", "[]", #"{"rulings":[{"kind":"ban"}]}"#, #"{"rulings":[{"kind":"x","time":1}]}"#] {
            try Data(damaged.utf8).write(to: file)
            #expect(throws: ModerationFile.Damage.self) { try ModerationFile(file.path).read() }
        }
        try FileManager.default.removeItem(at: file)
        #expect(try ModerationFile(file.path).read().isEmpty)
        let nowhere = ModerationFile("/nowhere/rulings.json")
        #expect(throws: BrokerError.self) { try nowhere.write([]) }
    }

    @Test func `keys are compared as a whole`() throws {
        let key = try #require(AdminKey(Self.key))
        #expect(key.matches(Self.key))
        for wrong in ["", Self.key + " ", String(Self.key.dropLast()), Self.key.uppercased()] {
            #expect(!key.matches(wrong))
        }
        for bad in ["short", "has a blank in the key", String(repeating: "x", count: 513)] {
            #expect(AdminKey(bad) == nil)
        }
        #expect("\(key)" == "(key)" && String(reflecting: key) == "(key)")
    }
}
