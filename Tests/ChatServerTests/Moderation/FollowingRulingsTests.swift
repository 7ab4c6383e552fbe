import ChatCore
import Testing
import TestSupport

@testable import ChatNode

/// Rulings about addresses, which follow from those about users.
@Suite(.patience) struct FollowingRulingsTests {
    private static let address = "127.0.0.1"

    private static func ofAddress(_ rulings: [JSONValue]) -> JSONValue? {
        rulings.first { $0["address"]?.string == Self.address }
    }

    @Test func `a ban that takes the place of another takes the address with it`() async throws {
        try await Admin.withNodes { _, second, admin in
            let user = try await second.withClient { mina in
                let user = try await mina.greet("Mina").user
                #expect(try await admin.order("ban", #"{"user":"\#(user)","seconds":600}"#) == 201)
                #expect(try await mina.closeCode() == 4503)
                return user
            }
            try await admin.until { Self.ofAddress($0)?["until"]?.integer != nil }
            // The user has no connection any more.
            #expect(try await admin.order("ban", #"{"user":"\#(user)"}"#) == 201)
            try await admin.until { Self.ofAddress($0).map { $0["until"]?.integer == nil } ?? false }
            #expect(try await admin.order("ban", #"{"user":"\#(user)","with_address":false}"#) == 201)
            try await admin.until { Self.ofAddress($0) == nil }
        }
    }

    @Test func `the address of the longer ban of two stays`() async throws {
        try await Admin.withNodes { _, second, admin in
            try await second.withClient { mina in
                try await second.withClient { juno in
                    let users = (try await mina.greet("Mina").user, try await juno.greet("Juno").user)
                    // In a room, so that both stay.
                    let short = #"{"user":"\#(users.0)","room":"lobby","seconds":600}"#
                    #expect(try await admin.order("mute", short) == 201)
                    try await admin.until { Self.ofAddress($0)?["until"]?.integer != nil }
                    #expect(try await admin.order("mute", #"{"user":"\#(users.1)","room":"lobby"}"#) == 201)
                    try await admin.until { Self.ofAddress($0).map { $0["until"]?.integer == nil } ?? false }
                    #expect(try await admin.order("unmute", #"{"user":"\#(users.0)","room":"lobby"}"#) == 200)
                    #expect(Self.ofAddress(try await admin.rulings()) != nil)
                    #expect(try await admin.order("unmute", #"{"user":"\#(users.1)","room":"lobby"}"#) == 200)
                    #expect(Self.ofAddress(try await admin.rulings()) == nil)
                }
            }
        }
    }

    @Test(arguments: ["mute", "ban"])
    func `a guest who was away is covered at the address from which it comes`(verb: String) async throws {
        try await Admin.withNodes { _, second, admin in
            let known = try await second.withClient { try await $0.greet("Mina") }
            let there = Admin(server: second, key: admin.key)
            try await eventually {
                let answer = try await there.get("/admin/users/\(known.user)/connections")
                return answer.body?["connections"]?.array?.isEmpty == true
            }
            #expect(try await admin.order(verb, #"{"user":"\#(known.user)","room":"lobby"}"#) == 201)
            #expect(Self.ofAddress(try await admin.rulings()) == nil)
            try await second.withClient { mina in
                _ = try await mina.call(1, #"{"type":"hello","session":"\#(known.session)"}"#)
                try await admin.until { Self.ofAddress($0) != nil }
            }
        }
    }

    @Test func `a muted guest who posts without a connection is covered there`() async throws {
        try await Admin.withNodes { _, second, admin in
            let known = try await second.withClient { try await $0.greet("Mina") }
            #expect(try await admin.order("mute", #"{"user":"\#(known.user)","room":"lobby"}"#) == 201)
            let headers = ["Content-Type": "application/json", "Authorization": "Bearer \(known.session)"]
            let body = #"{"text":"hi"}"#
            let post = try await second.request("POST", "/api/rooms/lobby/messages", headers: headers, body: body)
            #expect(post.status == 403 && post.body?["error"]?["code"]?.string == "muted")
            #expect(Self.ofAddress(try await admin.rulings()) != nil)
            // As somebody else from there.
            #expect(try await second.post("hi", to: "lobby").status == 403)
        }
    }
}
