import ChatCore
import Foundation
import Testing

@Suite(.patience)
struct HTTPTests {
    private struct Refusal: Equatable {
        var status: Int
        var code: String?

        init(_ status: Int, _ code: String?) {
            self.status = status
            self.code = code
        }
    }

    private let json = ["Content-Type": "application/json"]

    @Test func `health and readiness are told`() async throws {
        try await TestServer.with { server in
            let health = try await server.request("GET", "/healthz")
            #expect(health.status == 200)
            let readiness = try await server.request("GET", "/readyz")
            #expect(readiness.status == 200)
        }
    }

    @Test func `the page is told where tokens are`() async throws {
        try await TestServer.with { server in
            let open = try await server.request("GET", "/api/page")
            #expect(open.status == 200 && open.body?["token_url"] == nil && open.body?["login_url"] == nil)
        }
        try await TestServer.with(["token-url": "/token", "login-url": "https://login.example/?a=b"]) { server in
            let body = try await server.request("GET", "/api/page").body
            #expect(body?["token_url"]?.string == "/token")
            #expect(body?["login_url"]?.string == "https://login.example/?a=b")
        }
    }

    @Test func `the page may connect to the origin that gives tokens, and to no other`() async throws {
        func policy(_ settings: [String: String], _ path: String) async throws -> String {
            try await TestServer.with(settings) { server in
                let policy = try #require(
                    try await server.request("GET", path).headers["content-security-policy"]
                )
                #expect(policy.split(separator: "default-src", omittingEmptySubsequences: false).count == 2)
                return policy
            }
        }
        let elsewhere = ["token-url": "https://login.example/token?app=chat"]
        #expect(try await policy(elsewhere, "/").contains("connect-src 'self' https://login.example:443;"))
        #expect(try await policy(elsewhere, "/api/page").contains("connect-src 'self';"))
        #expect(try await policy(["token-url": "/token"], "/").contains("connect-src 'self';"))
    }

    @Test func `a message that is posted reaches the members and the history`() async throws {
        try await TestServer.with { server in
            try await server.withClient("/ws?room=lobby&name=Mina") { mina in
                _ = try await mina.next("ok")
                let posted = try await server.request(
                    "POST",
                    "/api/rooms/lobby/messages",
                    headers: self.json,
                    body: #"{"text":"배포 완료","name":"ops"}"#
                )
                #expect(posted.status == 201)
                let message = try await mina.next("message")
                #expect(message["text"]?.string == "배포 완료")
                #expect(message["from"]?["name"]?.string == "ops")
                let history = try await server.request("GET", "/api/rooms/lobby/messages?limit=5")
                #expect(history.body?["messages"]?.array == [message])
                let members = try await server.request("GET", "/api/rooms/lobby/members")
                #expect(members.body?["members"]?.array?.first?["name"]?.string == "Mina")
                let rooms = try await server.request("GET", "/api/rooms")
                #expect(rooms.body?["rooms"]?.array?.first?["room"]?.string == "lobby")
                #expect(rooms.body?["rooms"]?.array?.first?["member_count"]?.integer == 1)
            }
        }
    }

    @Test func `a key makes a repeated post one message`() async throws {
        try await TestServer.with { server in
            var headers = self.json
            headers["Idempotency-Key"] = UUID().uuidString
            let path = "/api/rooms/%EB%9E%98%EB%B8%94%EC%97%85/messages"
            let first = try await server.request("POST", path, headers: headers, body: #"{"text":"once"}"#)
            let second = try await server.request("POST", path, headers: headers, body: #"{"text":"once"}"#)
            #expect(first.status == 201)
            #expect(second.status == 200)
            #expect(second.body?["duplicate"]?.bool == true)
            #expect(second.body?["seq"] == first.body?["seq"])
            let history = try await server.request("GET", path)
            #expect(history.body?["room"]?.string == "래블업")
        }
    }

    @Test func `a session as bearer makes a post the user's own`() async throws {
        try await TestServer.with { server in
            try await server.withClient("/ws?room=lobby&name=Mina") { mina in
                let session = try #require(try await mina.next("welcome")["session"]?.string)
                _ = try await mina.next("ok")
                var headers = self.json
                headers["Authorization"] = "Bearer \(session)"
                let posted = try await server.request(
                    "POST",
                    "/api/rooms/lobby/messages",
                    headers: headers,
                    body: #"{"text":"by script"}"#
                )
                #expect(posted.status == 201)
                #expect(try await mina.next("message")["from"]?["name"]?.string == "Mina")
            }
        }
    }

    @Test func `bad posts are refused with the status that fits`() async throws {
        try await TestServer.with(["limits.message-bytes": "2048", "limits.text-bytes": "100"]) { server in
            func post(_ body: String, _ headers: [String: String]? = nil, is expected: Refusal) async throws {
                let answer = try await server.request(
                    "POST",
                    "/api/rooms/lobby/messages",
                    headers: headers ?? self.json,
                    body: body
                )
                #expect(Refusal(answer.status, answer.body?["error"]?["code"]?.string) == expected)
            }
            try await post("{", is: Refusal(400, "bad_json"))
            try await post("{}", is: Refusal(400, "bad_command"))
            try await post(#"{"text":" "}"#, is: Refusal(400, "text_empty"))
            try await post(#"{"text":"\#(String(repeating: "x", count: 101))"}"#, is: Refusal(413, "text_too_long"))
            try await post(#"{"text":"\#(String(repeating: "x", count: 3000))"}"#, is: Refusal(413, "text_too_long"))
            try await post(#"{"text":"x"}"#, ["Content-Type": "text/plain"], is: Refusal(415, "bad_command"))
            var bearer = self.json
            bearer["Authorization"] = "Bearer not-a-session-of-anybody"
            try await post(#"{"text":"x"}"#, bearer, is: Refusal(401, "unauthorized"))
            try await post(#"{"text":"x","name":5}"#, is: Refusal(400, "bad_command"))
            try await post(#"{"text":"x","name":""}"#, is: Refusal(400, "name_invalid"))
            var key = self.json
            key["Idempotency-Key"] = "guessable"
            try await post(#"{"text":"x"}"#, key, is: Refusal(400, "bad_command"))
        }
    }

    @Test func `posts are limited like sends`() async throws {
        try await TestServer.with(["limits.send-burst": "1", "limits.send-rate": "1"]) { server in
            // One after the other they may take a second each, and be allowed.
            let answers = try await withThrowingTaskGroup { group in
                for number in 0..<30 {
                    group.addTask {
                        try await server.request(
                            "POST",
                            "/api/rooms/lobby/messages",
                            headers: self.json,
                            body: #"{"text":"\#(number)"}"#
                        )
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.contains { $0.status == 201 })
            let refusal = try #require(answers.first { $0.status == 429 })
            #expect(refusal.headers["retry-after"] == "1")
            #expect(refusal.body?["error"]?["retry_ms"]?.integer != nil)
        }
    }

    @Test func `wrong addresses and methods are told apart`() async throws {
        try await TestServer.with { server in
            let nothing = try await server.request("GET", "/api/nothing")
            #expect(nothing.status == 404)
            let wrong = try await server.request("DELETE", "/api/rooms/lobby/messages")
            #expect(wrong.status == 405)
            #expect(wrong.headers["allow"] == "GET, HEAD, POST, OPTIONS")
            let badRoom = try await server.request("GET", "/api/rooms/-bad/members")
            #expect(badRoom.status == 400)
            let badLimit = try await server.request("GET", "/api/rooms?limit=none")
            #expect(badLimit.status == 400)
        }
    }

    @Test func `the page is served with its validators and its policy`() async throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "static").path
        try await TestServer.with(["static": root]) { server in
            let page = try await server.request("GET", "/")
            #expect(page.status == 200)
            #expect(page.headers["content-type"]?.hasPrefix("text/html") == true)
            #expect(page.headers["cache-control"] == "no-cache")
            #expect(page.headers["content-security-policy"]?.contains("default-src 'self'") == true)
            #expect(page.headers["x-content-type-options"] == "nosniff")
            let tag = try #require(page.headers["etag"])
            #expect(tag.hasPrefix("\""), "the validator is strong")
            let unchanged = try await server.request("GET", "/", headers: ["If-None-Match": tag])
            #expect(unchanged.status == 304)
            let outside = try await server.request("GET", "/../Package.swift")
            #expect(outside.status == 404)
            for path in ["/.hidden", "/js/", "/js", "/%2e%2e/Package.swift", "/..%2fPackage.swift", "/css%00"] {
                let nothing = try await server.request("GET", path)
                #expect(nothing.status == 404, "\(path)")
            }
            let script = try await server.request("HEAD", "/js/main.js", headers: ["Accept-Encoding": "identity"])
            #expect(script.headers["content-type"] == "text/javascript; charset=utf-8")
            #expect(Int(script.headers["content-length"] ?? "") ?? 0 > 0)
        }
    }
}
