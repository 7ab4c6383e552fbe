import ChatCore
import ChatMemory
import Testing

@testable import ChatNode

/// A deleted message, as members of two nodes see it.
@Suite(.patience) struct DeletionTests {
    private static let key = "0123456789abcdef"
    private static let moderator = #"{"*":["read","write"],"lobby":["moderate"]}"#

    private static func withNodes(
        _ body: (_ first: TestServer, _ second: TestServer) async throws -> Void
    ) async throws {
        let broker = MemoryBroker(limits: LogLimits()) { Admin.now }
        try await TokenServer.with(broker: broker) { first in
            try await TokenServer.with(broker: broker) { second in try await body(first, second) }
        }
    }

    private static func kinds(_ messages: JSONValue?) -> [String] {
        messages?.array?.compactMap { $0["kind"]?.string } ?? []
    }

    @Test func `a page of the past that was read before a deletion is read again`() async throws {
        let broker = GatedBroker()
        try await TestServer.with(broker: broker) { server in
            try await server.withClient("/ws?name=Mina&room=lobby") { mina in
                let epoch = try #require(try await mina.next("ok")["epoch"]?.string)
                _ = try await mina.call(1, #"{"type":"send","room":"lobby","text":"a secret"}"#)
                broker.pasts.close()
                try await mina.send(#"{"type":"history","id":2,"room":"lobby"}"#)
                await broker.pasts.arrival()
                let room = try RoomName("lobby")
                let moderator = User(id: UserID("m"), name: try UserName("Moderator"))
                let deletion = Deletion(room: room, seq: 1, epoch: try Epoch(epoch), user: moderator)
                #expect(try await broker.delete(deletion) != nil)
                while try await mina.next("message")["kind"]?.string != "deletion" {}
                broker.pasts.open()
                let page = try await mina.reply(2)
                #expect(Self.kinds(page["messages"]) == ["deleted", "deletion"])
            }
        }
    }

    @Test func `only a moderator of the room deletes, and only what is there`() async throws {
        try await Self.withNodes { first, _ in
            try await first.withClient { juno in
                _ = try await juno.enter(TokenServer.token("juno", rooms: Self.moderator))
                for (id, room) in [(2, "lobby"), (3, "news")] {
                    _ = try await juno.call(id, #"{"type":"join","room":"\#(room)"}"#)
                    _ = try await juno.call(10 * id, #"{"type":"send","room":"\#(room)","text":"x"}"#)
                }
                let refusals: [(String, String)] = [
                    (#"{"type":"delete","room":"news","seq":1}"#, "forbidden"),
                    (#"{"type":"delete","room":"lobby","seq":2}"#, "not_found"),
                    (#"{"type":"delete","room":"lobby","seq":1,"epoch":"anotherone"}"#, "not_found"),
                    (#"{"type":"delete","room":"lobby","seq":0}"#, "bad_command"),
                    (#"{"type":"delete","room":"lobby"}"#, "bad_command"),
                    (#"{"type":"delete","room":"lobby","seq":1,"epoch":"!"}"#, "bad_command"),
                ]
                for (index, (command, code)) in refusals.enumerated() {
                    #expect(try await juno.refusal(40 + index, command) == code, "\(command)")
                }
                let page = try await juno.call(60, #"{"type":"history","room":"lobby"}"#)
                #expect(Self.kinds(page["messages"]) == ["text"])
            }
        }
    }

    @Test func `the operator deletes over HTTP, and the record says so`() async throws {
        try await Admin.withKeyFile(Self.key) { file in
            try await TestServer.with(["admin-key-file": file, "unlimited": "true"]) { server in
                let admin = Admin(server: server, key: Self.key)
                #expect(try await server.post("a secret", to: "lobby").status == 201)
                let answer = try await admin.post("delete", #"{"room":"lobby","seq":1,"reason":"광고","by":"Mina"}"#)
                #expect(answer.status == 200 && answer.body?["seq"]?.integer == 2)
                #expect(try await admin.order("delete", #"{"room":"lobby","seq":9}"#) == 404)
                #expect(try await admin.order("delete", #"{"room":"lobby","seq":"1"}"#) == 400)
                let log = try await admin.get("/admin/log").body?["entries"]?.array?.last
                #expect(log?["verb"]?.string == "delete" && log?["target"]?.string == "message 1")
                #expect(log?["by"]?.string == "Mina" && log?["reason"]?.string == "광고")
                let page = try await server.request("GET", "/api/rooms/lobby/messages")
                #expect(Self.kinds(page.body?["messages"]) == ["deleted", "deletion"])
                #expect(!"\(String(describing: page.body))".contains("secret"))
            }
        }
    }
}
