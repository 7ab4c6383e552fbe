import ChatCore
import NIOCore
import Testing
import TestSupport

@testable import ChatIdentity

/// What a token must be to be taken, and what each wrong one is answered.
@Suite(.patience) struct TokenTests {
    private static let roomsForm = "rooms is an object with a list of words for each pattern"
    private let now = 1_790_000_000_000
    private let good = #"{"sub":"mina","exp":1790000060,"rooms":{"team-*":["read","write"],"news":["live"]}}"#

    private func read(
        _ token: String,
        _ keys: [TokenKey],
        _ rules: TokenRules = TokenRules()
    ) throws(TokenRefusal) -> Grant {
        try rules.grant(try TokenText(token), keys: keys, now: self.now)
    }

    private func hs256() async throws -> TokenKey { try await TokenKey(secret: Array(TestToken.secret.utf8)) }

    private func grant(_ claims: String, _ rules: TokenRules = TokenRules()) async throws -> Grant {
        try self.read(TestToken.signed(claims), [await self.hs256()], rules)
    }

    private func refusal(_ claims: String, _ rules: TokenRules = TokenRules()) async throws -> TokenRefusal? {
        do {
            _ = try await self.grant(claims, rules)
            return nil
        } catch let error as TokenRefusal { return error }
    }

    // MARK: Good ones

    @Test func `each algorithm is taken with its key`() async throws {
        let signers = [try await Signer.rs256(), try await .es256(), try await .edDSA()]
        for signer in signers {
            let keys = try await KeyFile.read(Array(signer.pem.utf8)).keys
            #expect(keys.map(\.algorithm.rawValue) == [signer.name])
            let grant = try self.read(try signer.token(self.good), keys)
            #expect(grant.user == UserID(of: TokenSubject(issuer: "", subject: "mina")))
        }
        #expect(try await self.grant(self.good).user.isOfToken)
    }

    @Test func `a token grants what it says`() async throws {
        let claims = #"""
            {"sub":"mina@example.com","iss":"https://login.example","aud":["chat","mail"],"exp":1790000060.5,
             "nbf":1789999999,"iat":1789999998,"jti":"t-1","name":" 민아 ","locale":"ko","amr":[{"a":[1,null,true]}],
             "rooms":{"래블*":["read"],"news":["live","dance"]}}
            """#
        let grant = try await self.grant(claims, TokenRules(issuer: "https://login.example", audience: ["x", "chat"]))
        let subject = TokenSubject(issuer: "https://login.example", subject: "mina@example.com")
        #expect(grant.user == UserID(of: subject) && grant.subject == subject)
        #expect(grant.name?.rawValue == "민아")
        #expect(grant.expiry == 1_790_000_060_500)
        #expect((grant.notBefore, grant.issuedAt) == (1_789_999_999_000, 1_789_999_998_000))
        #expect(grant.tokenID == "t-1")
        #expect(grant.rights(in: try RoomName("래블업")) == .read)
        #expect(grant.rights(in: try RoomName("news")) == .live)
        #expect(grant.rights(in: try RoomName("lobby")) == [])
    }

    @Test(arguments: [
        (String(repeating: "Long", count: 20), String(repeating: "Long", count: 8)),
        (String(repeating: "안", count: 60), String(repeating: "안", count: 32)),
        (String(repeating: "👨‍👩‍👧", count: 30), String(repeating: "👨‍👩‍👧", count: 7)),
        ("Mina\u{202E}", "Mina"), ("\u{7}", nil), ("a" + String(repeating: "\u{301}", count: 2000), nil),
    ])
    func `a name that is no name here is cut, and is never the user's own choice`(
        name: String,
        shown: String?
    )
        async throws
    {
        var json = JSONWriter()
        json.field("sub", "mina")
        json.field("exp", 1_790_000_060)
        json.field("name", name)
        let grant = try await self.grant(String(buffer: json.finish()))
        #expect(grant.name == (try shown.map { try UserName($0) } ?? .guest(grant.user)))
    }

    // MARK: Attacks

    @Test func `a token without a signature is refused`() async throws {
        let none = TestToken.base64(Array(#"{"alg":"none"}"#.utf8))
        let claims = TestToken.base64(Array(self.good.utf8))
        let signed = TestToken.signed(self.good)
        let parts = signed.split(separator: ".").map(String.init)
        let keys = [try await self.hs256()]
        for token in [
            "\(none).\(claims).", "\(none).\(claims).\(parts[2])", "\(parts[0]).\(claims).", "\(parts[0]).\(claims)",
        ] {
            #expect(throws: TokenRefusal.self) { try self.read(token, keys) }
        }
        for algorithm in ["None", "NONE", "nOnE", "", "HS512", "RS512", "PS256", "ES384", "hs256", "HS256 "] {
            let header = #"{"alg":"\#(algorithm)"}"#
            #expect(throws: TokenRefusal.self) { try self.read(TestToken.signed(self.good, header: header), keys) }
        }
    }

    @Test func `a public key is not a secret`() async throws {
        for signer in [try await Signer.rs256(), try await .es256(), try await .edDSA()] {
            let keys = try await KeyFile.read(Array(signer.pem.utf8)).keys
            // With its line break and without, and its parts: whatever a library might have taken for the secret.
            for secret in [signer.pem, signer.pem + "\n", String(signer.pem.filter { !$0.isNewline })] {
                let token = TestToken.signed(self.good, secret: secret)
                #expect(throws: TokenRefusal.self) { try self.read(token, keys) }
            }
        }
    }

    @Test func `a token is for the algorithm of its key`() async throws {
        let signers = [try await Signer.rs256(), try await .es256(), try await .edDSA()]
        for signer in signers {
            for other in signers where other.name != signer.name {
                let token = try signer.token(self.good, header: #"{"alg":"\#(other.name)"}"#)
                let keys = try await KeyFile.read(Array(signer.pem.utf8)).keys
                #expect(throws: TokenRefusal.self) { try self.read(token, keys) }
                let others = try await KeyFile.read(Array(other.pem.utf8)).keys
                #expect(throws: TokenRefusal.self) { try self.read(token, others) }
            }
        }
    }

    @Test func `another key, other claims and another header are refused`() async throws {
        let keys = [try await self.hs256()]
        let bad = TokenRefusal.invalid("the signature of the token is not good")
        let other = TestToken.signed(self.good, secret: "another secret, also of many bytes")
        #expect(throws: bad) { try self.read(other, keys) }
        let parts = TestToken.signed(self.good).split(separator: ".").map(String.init)
        let claims = TestToken.base64(Array(self.good.replacing("mina", with: "root").utf8))
        #expect(throws: bad) { try self.read("\(parts[0]).\(claims).\(parts[2])", keys) }
        let header = TestToken.base64(Array(#"{"typ":"JWT","alg":"HS256"}"#.utf8))
        #expect(throws: bad) { try self.read("\(header).\(parts[1]).\(parts[2])", keys) }
    }

    @Test(arguments: [
        #"{"alg":"HS256","alg":"HS256"}"#, #"{"alg":"HS256","crit":["exp"]}"#, #"{"alg":["HS256"]}"#, #"{"alg":7}"#,
        #"{}"#, #"[]"#, "", #"{"alg":"HS256","kid":7}"#, #"{"alg":"HS256","kid":""}"#, #"{"alg":"HS256"} x"#,
        #"{"alg":null}"#, "\u{FEFF}{\"alg\":\"HS256\"}",
    ])
    func `a header that has two meanings or none is refused`(header: String) async throws {
        let keys = [try await self.hs256()]
        #expect(throws: TokenRefusal.self) { try self.read(TestToken.signed(self.good, header: header), keys) }
    }

    @Test func `what is no token is refused`() async throws {
        let keys = [try await self.hs256()]
        let signed = TestToken.signed(self.good)
        let huge = TestToken.signed(#"{"sub":"a","exp":1790000060,"x":"\#(String(repeating: "x", count: 8000))"}"#)
        for token in [
            "", ".", "..", "...", "a.b.c", "민아.민아.민아", signed + ".", signed + "=", signed + " ", " " + signed,
            signed.replacing(".", with: ".."), signed.replacing(".", with: "\u{0}"), String(signed.dropLast()), huge,
            String(repeating: ".", count: 8000), String(repeating: "a", count: 100_000),
        ] {
            #expect(throws: TokenRefusal.self) { try self.read(token, keys) }
        }
        #expect(throws: TokenRefusal.invalid("a token has at most 8192 bytes")) { try self.read(huge, keys) }
    }

    // MARK: Claims

    @Test(arguments: [
        (#"{"exp":1790000060}"#, "sub is missing"), (#"{"sub":null,"exp":1790000060}"#, "sub is missing"),
        (#"{"sub":"","exp":1790000060}"#, "sub is a string of at most 255 bytes"),
        (#"{"sub":7,"exp":1790000060}"#, "sub is a string of at most 255 bytes"),
        (#"{"sub":["a"],"exp":1790000060}"#, "sub is a string of at most 255 bytes"),
        (#"{"sub":"a"}"#, "exp is missing"), (#"{"sub":"a","exp":null}"#, "exp is missing"),
        (#"{"sub":"a","exp":"1790000060"}"#, "exp is a time in seconds since 1970"),
        (#"{"sub":"a","exp":true}"#, "exp is a time in seconds since 1970"),
        (#"{"sub":"a","exp":-1}"#, "exp is a time in seconds since 1970"),
        (#"{"sub":"a","exp":1790000060000}"#, "exp is a time in seconds since 1970"),
        (#"{"sub":"a","exp":1e400}"#, "exp is a time in seconds since 1970"),
        (#"{"sub":"a","exp":99999999999999999999999999999999999999}"#, "exp is a time in seconds since 1970"),
        (#"{"sub":"a","exp":1790000060,"nbf":1790000031}"#, "the token is not valid yet"),
        (#"{"sub":"a","exp":1790000060,"iat":1790000031}"#, "the token is not valid yet"),
        (#"{"sub":"a","exp":1790000060,"nbf":"soon"}"#, "nbf is a time in seconds since 1970"),
        (#"{"sub":"a","exp":1790000060,"jti":{}}"#, "jti is a string of at most 255 bytes"),
        (#"{"sub":"a\u0000","exp":1790000060}"#, "sub has no control characters"),
        (#"{"sub":"a\u0085","exp":1790000060}"#, "sub has no control characters"),
        (#"{"sub":"a","exp":1790000060,"jti":"a\n"}"#, "jti has no control characters"),
        (#"{"sub":"a","exp":1790000060,"iss":"a\u001b"}"#, "iss has no control characters"),
        (#"{"sub":"a","exp":1790000060,"aud":{}}"#, "aud is a string or a list of strings"),
        (#"{"sub":"a","exp":1790000060,"aud":[7]}"#, "aud is a string or a list of strings"),
        (#"{"sub":"a","exp":1790000060,"rooms":["*"]}"#, Self.roomsForm),
        (#"{"sub":"a","exp":1790000060,"rooms":{"*":"read"}}"#, Self.roomsForm),
        (#"{"sub":"a","exp":1790000060,"rooms":{"*":[1]}}"#, Self.roomsForm),
        (#"{"sub":"a","exp":1790000060,"rooms":{"":["read"]}}"#, "a pattern in rooms has 1 to 255 bytes"),
        (#"{"sub":"a","sub":"b","exp":1790000060}"#, "the claims is not a JSON object: a name is there twice"),
        (#"{"sub":"a","exp":1,"ex\u0070":1790000060}"#, "the claims is not a JSON object: a name is there twice"),
        (
            #"{"sub":"a","exp":1790000060,"rooms":{"a":["read"],"a":["write"]}}"#,
            "the claims is not a JSON object: a name is there twice"
        ),
        (#"["sub"]"#, "the claims is not a JSON object: unexpected character at byte 0"),
    ])
    func `a claim that is wrong is named`(claims: String, reason: String) async throws {
        #expect(try await self.refusal(claims) == .invalid(reason))
    }

    @Test func `whoever has a token can be named in a ruling, whatever its issuer`() async throws {
        for (length, isTaken) in [(1024, true), (1025, false)] {
            let issuer = String(repeating: "a", count: length)
            let refusal = try await self.refusal(#"{"sub":"mina","iss":"\#(issuer)","exp":1790000060}"#)
            #expect((refusal == nil) == isTaken)
            var fields = RulingFields()
            (fields.subject, fields.issuer) = ("mina", issuer)
            #expect(((try? fields.requiredPerson()) != nil) == isTaken)
        }
    }

    @Test func `too many patterns are refused`() async throws {
        func claims(_ count: Int) -> String {
            let rooms = (0..<count).map { #""r\#($0)":["live"]"# }.joined(separator: ",")
            return #"{"sub":"a","exp":1790000060,"rooms":{\#(rooms)}}"#
        }
        #expect(try await self.grant(claims(64)).rules.count == 64)
        #expect(try await self.refusal(claims(65)) == .invalid("rooms has at most 64 patterns"))
    }

    @Test func `a clock may be a little wrong at the beginning, and not at the end`() async throws {
        #expect(try await self.refusal(#"{"sub":"a","exp":1790000001,"nbf":1790000030,"iat":1790000030}"#) == nil)
        #expect(try await self.refusal(#"{"sub":"a","exp":1790000000.001}"#) == nil)
        #expect(try await self.refusal(#"{"sub":"a","exp":1790000000}"#) == .expired)
        #expect(try await self.refusal(#"{"sub":"a","exp":0}"#) == .expired)
    }

    @Test func `expired is said only of a token that is good otherwise`() async throws {
        let rules = TokenRules(issuer: "me", audience: ["chat"])
        let old = #""sub":"a","exp":1"#
        #expect(try await self.refusal(#"{\#(old),"iss":"me","aud":"chat"}"#, rules) == .expired)
        #expect(try await self.refusal(#"{\#(old),"iss":"you","aud":"chat"}"#, rules) != .expired)
        #expect(try await self.refusal(#"{\#(old),"iss":"me","aud":"mail"}"#, rules) != .expired)
        #expect(try await self.refusal(#"{\#(old),"aud":"chat"}"#, rules) != .expired)
        #expect(try await self.refusal(#"{\#(old),"iss":"me"}"#, rules) != .expired)
        let keys = [try await TokenKey(secret: Array("another secret, also of many bytes".utf8))]
        #expect(throws: TokenRefusal.invalid("the signature of the token is not good")) {
            try self.read(TestToken.signed("{\(old)}"), keys)
        }
    }

    @Test(arguments: [
        (#""aud":"chat""#, true), (#""aud":["mail","chat"]"#, true), (#""aud":[]"#, false), (#""aud":"Chat""#, false),
        (#""aud":"chat ""#, false), (#""aud":null"#, false), (#""aud":["mail"]"#, false),
    ])
    func `a token must be for this server where the operator says so`(claim: String, isTaken: Bool) async throws {
        let claims = #"{"sub":"a","exp":1790000060,\#(claim)}"#
        let refusal = try await self.refusal(claims, TokenRules(audience: ["chat"]))
        #expect((refusal == nil) == isTaken)
        #expect(try await self.refusal(claims) == nil)
    }

    @Test func `no refusal shows the token`() async throws {
        let keys = [try await self.hs256()]
        for claims in [self.good.replacing("mina", with: "s3cret"), #"{"sub":7,"s3cret":"s3cret"}"#, "s3cret"] {
            let token = TestToken.signed(claims, secret: "another secret, also of many bytes")
            do throws(TokenRefusal) {
                _ = try self.read(token, keys)
                Issue.record("it was taken")
            } catch {
                #expect(!"\(error)".contains("s3cret") && !"\(error)".contains(token.prefix(20)))
            }
        }
    }
}
