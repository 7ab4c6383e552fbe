import Testing

@testable import ChatNode

/// Which pages of other origins may read the API.
@Suite(.patience)
struct CrossOriginTests {
    private let json = ["Content-Type": "application/json"]
    private let page = "https://app.example"

    @Test(arguments: [
        "", ",", "https://*.example.com", "https://app.example/", "https://app.example,*", "null", "app.example",
        "https://app.example:0", "*,*", "https://App.example/path",
    ])
    func `what is no exact origin is no setting`(text: String) { #expect(CrossOriginPolicy(text) == nil) }

    @Test func `exact origins are compared as browsers send them`() throws {
        let policy = try #require(CrossOriginPolicy("https://app.example, http://localhost:3000"))
        #expect(policy.allowed("https://app.example") == "https://app.example")
        #expect(policy.allowed("http://localhost:3000") == "http://localhost:3000")
        for other in ["http://app.example", "https://app.example:444", "https://a.app.example", "null", "", nil] {
            #expect(policy.allowed(other) == nil)
        }
        #expect(CrossOriginPolicy("*")?.allowed("null") == "*")
    }

    @Test func `without the setting no page of another origin reads anything`() async throws {
        try await TestServer.with { server in
            for method in ["GET", "OPTIONS"] {
                let answer = try await server.request(method, "/api/rooms", headers: ["Origin": self.page])
                #expect(answer.headers.keys.allSatisfy { !$0.hasPrefix("access-control") })
                #expect(answer.headers["vary"] == nil)
            }
        }
    }

    @Test func `a page of an origin that is named may ask, send and read, and no other page`() async throws {
        try await TestServer.with(["cors-origin": self.page]) { server in
            let path = "/api/rooms/lobby/messages"
            let asking = ["Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"]
            let own = asking.merging(["Origin": self.page]) { $1 }
            let allowed = try await server.request("OPTIONS", path, headers: own)
            #expect(allowed.status == 204)
            #expect(allowed.headers["access-control-allow-origin"] == self.page)
            #expect(allowed.headers["access-control-allow-methods"] == "GET, HEAD, POST, OPTIONS")
            #expect(allowed.headers["access-control-allow-headers"]?.contains("Content-Type") == true)
            #expect(allowed.headers["access-control-max-age"] == "600")
            #expect(allowed.headers["access-control-allow-credentials"] == nil)
            #expect(allowed.headers["vary"] == "Origin")
            let other = asking.merging(["Origin": "https://other.example"]) { $1 }
            let refused = try await server.request("OPTIONS", path, headers: other)
            #expect(refused.headers.keys.allSatisfy { !$0.hasPrefix("access-control") })
            #expect(refused.headers["vary"] == "Origin")
            let posted = try await server.request(
                "POST",
                path,
                headers: self.json.merging(["Origin": self.page]) { $1 },
                body: #"{"text":"from elsewhere"}"#
            )
            #expect(posted.status == 201)
            #expect(posted.headers["access-control-allow-origin"] == self.page)
            // Errors are to be read as well, and a cache keeps apart what is for whom.
            let wrong = try await server.request("GET", "/api/rooms?limit=none", headers: ["Origin": self.page])
            #expect(wrong.status == 400 && wrong.headers["access-control-allow-origin"] == self.page)
            #expect(try await server.request("GET", "/api/rooms").headers["vary"] == "Origin")
        }
    }

    @Test func `the admin API is for no page`() async throws {
        try await Admin.withKeyFile("0123456789abcdef") { file in
            try await TestServer.with(["cors-origin": "*", "admin-key-file": file]) { server in
                let api = try await server.request("GET", "/api/rooms", headers: ["Origin": "null"])
                #expect(api.headers["access-control-allow-origin"] == "*" && api.headers["vary"] == nil)
                let admin = try await server.request("OPTIONS", "/admin/log", headers: ["Origin": self.page])
                #expect(admin.status == 204 && admin.headers.keys.allSatisfy { !$0.hasPrefix("access-control") })
            }
        }
    }
}
