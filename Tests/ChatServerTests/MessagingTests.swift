import ChatMemory
import NIOCore
import Testing

@testable import ChatCore

@Suite(.patience)
struct MessagingTests {
    @Test func `Korean rooms, names and texts come through unchanged`() async throws {
        let path = "/ws?room=%EB%9E%98%EB%B8%94%EC%97%85&name=%EB%AF%BC%EC%95%84"
        let text = "안녕하세요 👋🏽👨‍👩‍👧"
        try await TestServer.with { server in
            try await server.withClient(path) { client in
                #expect(try await client.next("welcome")["user"]?["name"]?.string == "민아")
                #expect(try await client.next("ok")["room"]?.string == "래블업")
                try await client.send(#"{"type":"send","room":"래블업","text":"\#(text)"}"#)
                let message = try await client.next("message")
                #expect(message["room"]?.string == "래블업")
                #expect(Array((message["text"]?.string ?? "").unicodeScalars) == Array(text.unicodeScalars))
            }
        }
    }

    /// What a later version may store: a kind with fields of its own, and a text for those who do not know it.
    private static let later =
        #","from":{"id":"u9","name":"Later"},"text":"(edited) hi","kind":"edit","edits":{"seq":1}}"#

    @Test func `a kind that nobody knows yet is shown as its text, live and replayed, and is no hole`() async throws {
        let broker = MemoryBroker.forTests()
        let room = try RoomName("lobby")
        try await TestServer.with(broker: broker) { server in
            try await server.withClient("/ws?room=lobby") { client in
                _ = try await client.reply(0)
                _ = try await client.call(1, #"{"type":"send","room":"lobby","text":"hi"}"#)
                let tail = ByteBuffer(string: Self.later)
                let draft = Draft(room: room, sender: UserID("u9"), key: nil, tail: tail)
                #expect(try await broker.publish([draft])[0].get().position.seq == 2)
                _ = try await client.call(2, #"{"type":"send","room":"lobby","text":"bye"}"#)
                for seq in 1...3 { #expect(try await client.next("message")["seq"]?.integer == seq) }
            }
            try await server.withClient("/ws?room=lobby&history=3") { client in
                _ = try await client.next("message")
                let json = try await client.next("message")
                #expect(json["kind"]?.string == "edit" && json["edits"]?["seq"]?.integer == 1)
                // What the client library makes of it.
                let message = try Message(json)
                #expect(message.position?.seq == 2 && message.kind == .text && message.text == "(edited) hi")
                #expect(try await client.next("message")["seq"]?.integer == 3)
            }
        }
    }

    @Test func `commands given without waiting are obeyed in order`() async throws {
        try await TestServer.with { server in
            try await server.withClient { client in
                try await client.send(#"{"type":"hello","id":1,"name":"Mina"}"#)
                try await client.send(#"{"type":"join","id":2,"room":"lobby"}"#)
                try await client.send(#"{"type":"send","id":3,"room":"lobby","text":"a"}"#)
                try await client.send(#"{"type":"history","id":4,"room":"lobby"}"#)
                try await client.send(#"{"type":"leave","id":5,"room":"lobby"}"#)
                try await client.send(#"{"type":"send","id":6,"room":"lobby","text":"b"}"#)
                #expect(try await client.reply(2)["replay"]?.integer == 0)
                var replies: [Int: JSONValue] = [:]
                while replies.count < 4 {
                    guard case .message(let message) = try await client.receive() else { break }
                    if let id = message["id"]?.integer { replies[id] = message }
                }
                #expect(replies[3]?["seq"]?.integer == 1)
                #expect(replies[4]?["messages"]?.array?.count == 1)
                #expect(replies[5]?["type"]?.string == "ok")
                #expect(replies[6]?["code"]?.string == "not_joined")
            }
        }
    }

    @Test func `who has left gets nothing more`() async throws {
        try await TestServer.with { server in
            try await server.withClient("/ws?room=lobby&name=Mina") { mina in
                _ = try await mina.reply(0)
                _ = try await mina.call(1, #"{"type":"leave","room":"lobby"}"#)
                let (status, _, _) = try await server.request(
                    "POST",
                    "/api/rooms/lobby/messages",
                    headers: ["Content-Type": "application/json"],
                    body: #"{"text":"unheard"}"#
                )
                #expect(status == 201)
                try await mina.send(#"{"type":"ping","id":2}"#)
                guard case .message(let next) = try await mina.receive() else {
                    throw TestClient.Ended(wanted: "a message")
                }
                #expect(next["id"]?.integer == 2)
            }
        }
    }

    @Test func `a thousand messages of many senders arrive in one order everywhere`() async throws {
        try await TestServer.with(["unlimited": "true", "threads": "3"]) { server in
            let barrier = Barrier(5)
            let orders = try await withThrowingTaskGroup(of: [String].self) { group in
                for sender in 0..<5 {
                    group.addTask {
                        try await server.withClient("/ws?room=lobby&name=s\(sender)") { client in
                            _ = try await client.next("ok")
                            await barrier.arrive()
                            for number in 0..<200 {
                                try await client.send(
                                    #"{"type":"send","room":"lobby","text":"\#(sender).\#(number)"}"#
                                )
                            }
                            var texts: [String] = []
                            while texts.count < 1000 {
                                texts.append(try #require(try await client.next("message")["text"]?.string))
                            }
                            return texts
                        }
                    }
                }
                return try await group.reduce(into: [[String]]()) { $0.append($1) }
            }
            #expect(Set(orders).count == 1)
            #expect(Set(orders[0]).count == 1000)
            for sender in 0..<5 {
                let own = orders[0].filter { $0.hasPrefix("\(sender).") }
                #expect(own == (0..<200).map { "\(sender).\($0)" })
            }
        }
    }
}
