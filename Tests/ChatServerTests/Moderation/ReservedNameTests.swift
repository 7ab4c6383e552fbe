import ChatCore
import Testing

@testable import ChatNode

/// Names that belong to one user, as everybody else meets them.
@Suite(.patience) struct ReservedNameTests {
    private static let key = "0123456789abcdef"

    @Test func `whoever has a name when it is reserved becomes a guest, and cannot take it again`() async throws {
        try await Admin.withNodes { first, second, admin in
            try await second.withClient { mallory in
                let session = try await mallory.greet("Adm1n")
                _ = try await mallory.call(2, #"{"type":"join","room":"lobby"}"#)
                try await first.withClient { juno in
                    let boss = try await juno.greet("Juno").user
                    _ = try await juno.call(2, #"{"type":"join","room":"lobby"}"#)
                    #expect(try await admin.order("reserve", #"{"name":"Admin","user":"\#(boss)"}"#) == 201)
                    let told = try await mallory.next("error")
                    #expect(told["code"]?.string == "name_reserved" && told["id"] == nil)
                    let guest = "guest-\(session.user.suffix(4))"
                    #expect(try await juno.next("renamed")["user"]?["name"]?.string == guest)
                    for (id, name) in [(3, "Admin"), (4, "\u{410}DMIN")] {
                        let refusal = try await mallory.call(id, #"{"type":"rename","name":"\#(name)"}"#)
                        #expect(refusal["code"]?.string == "name_reserved")
                    }
                    let taken = try await juno.call(3, #"{"type":"rename","name":"Admin"}"#)
                    #expect(taken["user"]?["name"]?.string == "Admin")
                }
                #expect(try await admin.order("unreserve", #"{"name":"ADMIN"}"#) == 200)
                #expect(try await admin.rulings().isEmpty)
                try await mallory.renameEventually("Admin", from: 10)
            }
        }
    }

    @Test func `whoever comes in under the name of somebody else is a guest, and is told why`() async throws {
        try await Admin.withNodes { first, second, admin in
            let session = try await first.withClient { try await $0.greet("Admin") }
            #expect(try await admin.order("reserve", #"{"name":"Admin","user":"u-boss"}"#) == 201)
            // The session had the name before; a new user asks for it.
            for hello in [#""session":"\#(session.session)""#, #""name":"Admin""#] {
                try await first.withClient { client in
                    let welcome = try await client.call(1, #"{"type":"hello",\#(hello)}"#)
                    #expect(welcome["user"]?["name"]?.string?.hasPrefix("guest-") == true)
                    let told = try await client.next("error")
                    #expect(told["code"]?.string == "name_reserved" && told["id"] == nil)
                }
            }
            let json = ["Content-Type": "application/json"]
            let path = "/api/rooms/lobby/messages"
            let taken = #"{"text":"hi","name":"\#("\u{410}dmin")"}"#
            let post = try await first.request("POST", path, headers: json, body: taken)
            #expect(post.status == 403 && post.body?["error"]?["code"]?.string == "name_reserved")
            let other = try await first.request("POST", path, headers: json, body: #"{"text":"hi","name":"Admins"}"#)
            #expect(other.status == 201)
        }
    }

    @Test func `a name that is reserved while the broker is told of it is not kept`() async throws {
        let broker = ReservingBroker()
        try await TestServer.with(["unlimited": "true"], broker: broker) { server in
            try await server.withClient { juno in
                _ = try await juno.greet("Juno")
                _ = try await juno.call(2, #"{"type":"join","room":"lobby"}"#)
                try await server.withClient { mina in
                    _ = try await mina.greet("Mina")
                    _ = try await mina.call(2, #"{"type":"join","room":"lobby"}"#)
                    try broker.reserveNext("Admin")
                    _ = try await mina.call(3, #"{"type":"rename","name":"Admin"}"#)
                    #expect(try await mina.next("error")["code"]?.string == "name_reserved")
                    #expect(try await juno.next("renamed")["user"]?["name"]?.string == "Admin")
                    let name = try await juno.next("renamed")["user"]?["name"]?.string
                    #expect(name?.hasPrefix("guest-") == true)
                }
            }
            try broker.reserveNext("Boss")
            try await server.withClient { boss in
                let welcome = try await boss.call(1, #"{"type":"hello","name":"Boss"}"#)
                #expect(welcome["user"]?["name"]?.string == "Boss")
                #expect(try await boss.next("error")["code"]?.string == "name_reserved")
            }
        }
    }

    @Test func `a name is reserved to the sub of a token, whatever other tokens say`() async throws {
        try await Admin.withKeyFile(Self.key) { file in
            try await TokenServer.with(["admin-key-file": file]) { server in
                let admin = Admin(server: server, key: Self.key)
                #expect(try await admin.order("reserve", #"{"name":"Admin","subject":"boss@example.com"}"#) == 201)
                let name = #","name":"Admin""#
                try await server.withClient { boss in
                    let welcome = try await boss.enter(TokenServer.token("boss@example.com", name))
                    #expect(welcome["user"]?["name"]?.string == "Admin")
                }
                let token = TokenServer.token("mallory", name)
                try await server.withClient { mallory in
                    #expect(try await mallory.enter(token)["user"]?["name"]?.string?.hasPrefix("guest-") == true)
                    #expect(try await mallory.next("error")["code"]?.string == "name_reserved")
                    // Another token of the same user says no more.
                    _ = try await mallory.call(2, #"{"type":"refresh","token":"\#(token)"}"#)
                    _ = try await mallory.call(3, #"{"type":"join","room":"lobby"}"#)
                    _ = try await mallory.call(4, #"{"type":"send","room":"lobby","text":"hi"}"#)
                    let message = try await mallory.next("message")
                    #expect(message["from"]?["name"]?.string?.hasPrefix("guest-") == true)
                }
                let post = try await server.request(
                    "POST",
                    "/api/rooms/lobby/messages",
                    headers: ["Content-Type": "application/json", "Authorization": "Bearer \(token)"],
                    body: #"{"text":"over HTTP"}"#
                )
                #expect(post.status == 201)
                let history = try await server.request(
                    "GET",
                    "/api/rooms/lobby/messages",
                    headers: ["Authorization": "Bearer \(token)"]
                )
                let names = history.body?["messages"]?.array?.compactMap { $0["from"]?["name"]?.string }
                #expect(names?.count == 2 && names?.allSatisfy { $0.hasPrefix("guest-") } == true)
            }
        }
    }
}
