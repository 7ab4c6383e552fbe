import ChatCore
import ChatMemory
import ChatSystem
import Testing
import TestSupport

/// How clients get in where tokens are required, and how they do not.
@Suite(.patience) struct TokenEntryTests {
    @Test func `a token says who its user is, on every connection`() async throws {
        try await TokenServer.with { server in
            let token = TokenServer.token("mina@example.com", #","name":"Mina""#)
            for isKnown in [false, true] {
                try await server.withClient { client in
                    let welcome = try await client.enter(token, #","name":"Root""#)
                    #expect(welcome["user"]?["id"]?.string == TokenServer.id("mina@example.com"))
                    #expect(welcome["user"]?["name"]?.string == "Mina")
                    #expect(welcome["resumed"]?.bool == isKnown)
                    let seconds = try #require(welcome["token_seconds"]?.integer)
                    #expect((1...3600).contains(seconds))
                }
            }
        }
    }

    @Test func `an open server ignores tokens`() async throws {
        try await TestServer.with { server in
            try await server.withClient { client in
                let welcome = try await client.enter(TokenServer.token("mina"))
                #expect(welcome["token_seconds"] == nil)
                #expect(welcome["user"]?["id"]?.string?.hasPrefix("u") == true)
                #expect(try await client.refusal(2, #"{"type":"refresh","token":"a.b.c"}"#) == "bad_command")
            }
        }
    }

    @Test(arguments: [
        (#"{"type":"hello","id":1}"#, 4505), (#"{"type":"hello","id":1,"name":"Mina"}"#, 4505),
        (#"{"type":"hello","id":1,"session":"0123456789abcdef0123456789abcdef"}"#, 4505),
        (#"{"type":"ping","id":1}"#, 4505), (#"{"type":"join","id":1,"room":"lobby"}"#, 4505),
        (#"{"type":"refresh","id":1,"token":"a.b.c"}"#, 4505), (#"{"type":"hello","id":1,"token":""}"#, 4501),
        (#"{"type":"hello","id":1,"token":"a.b.c"}"#, 4501),
    ])
    func `who brings no good token is turned away`(command: String, code: UInt16) async throws {
        try await TokenServer.with { server in
            try await server.withClient { client in
                try await client.send(command)
                #expect(try await client.closeCode() == code)
            }
        }
    }

    @Test func `a token that was good is expired, and one that never was is not`() async throws {
        try await TokenServer.with { server in
            let other = TestToken.signed(#"{"sub":"mina","exp":1}"#, secret: "another secret, also of many bytes")
            let early = #","nbf":\#(WallClock.now() / 1000 + 3000)"#
            for (token, code) in [
                (TokenServer.token("mina", seconds: -1), 4002), (other, 4501), (TokenServer.token("mina", early), 4501),
                (TestToken.signed(#"{"exp":1}"#), 4501),
            ] {
                try await server.withClient { client in
                    try await client.send(#"{"type":"hello","token":"\#(token)"}"#)
                    #expect(try await client.closeCode() == UInt16(code))
                }
            }
        }
    }

    @Test func `who says nothing is turned away in time`() async throws {
        try await TokenServer.with(["limits.hello-seconds": "1"]) { server in
            try await server.withClient { client in
                let code = try await client.closeCode()
                #expect(code == 4505)
            }
        }
    }

    @Test func `a session opens nothing without a token, and nobody else with one`() async throws {
        try await TokenServer.with { server in
            let session = try await server.withClient { client in
                try #require(try await client.enter(TokenServer.token("mina"))["session"]?.string)
            }
            try await server.withClient { client in
                try await client.send(#"{"type":"hello","session":"\#(session)"}"#)
                #expect(try await client.closeCode() == 4505)
            }
            try await server.withClient { client in
                let welcome = try await client.enter(TokenServer.token("juno"), #","session":"\#(session)""#)
                #expect(welcome["user"]?["id"]?.string == TokenServer.id("juno"))
                #expect(welcome["resumed"]?.bool == false)
            }
            let posted = try await server.request(
                "POST",
                "/api/rooms/lobby/messages",
                headers: ["Content-Type": "application/json", "Authorization": "Bearer \(session)"],
                body: #"{"text":"hi"}"#
            )
            #expect(posted.status == 401)
        }
    }

    @Test func `an open server on the same broker makes nobody the user of a token`() async throws {
        let broker = MemoryBroker.forTests()
        try await TokenServer.with(broker: broker) { closed in
            try await TestServer.with(broker: broker) { open in
                let session = try await closed.withClient { client in
                    try #require(try await client.enter(TokenServer.token("mina"))["session"]?.string)
                }
                // The text of which the record's key is the digest, if it were a secret.
                for secret in [session, "4minamina4minamina", TokenSubject(issuer: "", subject: "mina").rawValue] {
                    try await open.withClient { client in
                        let welcome = try await client.call(1, #"{"type":"hello","session":"\#(secret)"}"#)
                        #expect(welcome["resumed"]?.bool == false)
                        #expect(welcome["user"]?["id"]?.string != TokenServer.id("mina"))
                    }
                }
                let guest = try await open.withClient { client in
                    try #require(try await client.call(1, #"{"type":"hello","name":"Juno"}"#)["session"]?.string)
                }
                try await closed.withClient { client in
                    try await client.send(#"{"type":"hello","session":"\#(guest)"}"#)
                    #expect(try await client.closeCode() == 4505)
                }
            }
        }
    }

    @Test func `the shorthand needs a bearer`() async throws {
        try await TokenServer.with { server in
            try await server.withClient("/ws?room=lobby") { client in
                #expect(client.status == 401)
            }
            try await server.withClient("/ws?room=lobby", headers: [("Authorization", "Basic abc")]) { client in
                #expect(client.status == 401)
            }
            let token = TokenServer.token("mina", #","name":"Mina""#)
            try await server.withClient("/ws?room=lobby", headers: [("Authorization", "Bearer \(token)")]) { client in
                let welcome = try await client.next("welcome")
                #expect(welcome["user"]?["name"]?.string == "Mina")
                #expect(try await client.reply(0)["room"]?.string == "lobby")
            }
            // It stands for the token that a hello lacks, and for nothing that is in the URL.
            try await server.withClient(headers: [("Authorization", "Bearer \(token)")]) { client in
                let welcome = try await client.call(1, #"{"type":"hello"}"#)
                #expect(welcome["user"]?["name"]?.string == "Mina")
            }
            try await server.withClient("/ws?token=\(token)") { client in
                try await client.send(#"{"type":"hello"}"#)
                #expect(try await client.closeCode() == 4505)
            }
            try await server.withClient("/ws?room=lobby", headers: [("Authorization", "Bearer a.b.c")]) { client in
                let code = try await client.closeCode()
                #expect(code == 4501)
            }
        }
    }

    @Test func `a name in the token is the user's, and one that was chosen is the same everywhere`() async throws {
        try await TokenServer.with { server in
            let named = TokenServer.token("mina", #","name":"Mina""#)
            try await server.withClient { client in
                _ = try await client.enter(named)
                #expect(try await client.refusal(2, #"{"type":"rename","name":"Root"}"#) == "forbidden")
            }
            let free = TokenServer.token("juno")
            try await server.withClient { first in
                #expect(try await first.enter(free)["user"]?["name"]?.string?.hasPrefix("guest-") == true)
                #expect(try await first.refusal(2, #"{"type":"rename","name":"Juno"}"#) == nil)
                try await server.withClient { second in
                    let welcome = try await second.enter(free)
                    #expect(welcome["user"]?["name"]?.string == "Juno")
                }
            }
        }
    }
}
