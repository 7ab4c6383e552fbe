import ChatCore
import Testing
import TestSupport

@testable import ChatIdentity

@Suite(.patience) struct KeyTests {
    private func keys(_ text: String) async throws -> [TokenKey] { try await KeyFile.read(Array(text.utf8)).keys }

    private func error(_ text: String) async -> String? {
        do throws(KeyError) {
            _ = try await KeyFile.read(Array(text.utf8))
            return nil
        } catch {
            return error.reason
        }
    }

    @Test func `a file is a public key, or a secret`() async throws {
        for signer in [try await Signer.rs256(), try await .es256(), try await .edDSA()] {
            #expect(try await self.keys("\n" + signer.pem).map(\.algorithm.rawValue) == [signer.name])
            #expect(try await self.keys("{\(signer.jwk)}").map(\.algorithm.rawValue) == [signer.name])
        }
        #expect(try await self.keys(String(repeating: "x", count: 32)).map(\.algorithm) == [.hs256])
        let secret = TestToken.base64(Array("0123456789abcdef0123456789abcdef".utf8))
        #expect(try await self.keys(#"{"kty":"oct","k":"\#(secret)"}"#).map(\.algorithm) == [.hs256])
    }

    @Test func `a secret is used without the line break at its end`() async throws {
        let token = try TokenText(TestToken.signed("{}"))
        for text in [TestToken.secret, TestToken.secret + "\n", TestToken.secret + "\r\n"] {
            #expect(try #require(await self.keys(text).first).hasSigned(token.signed, token.signature))
        }
    }

    @Test func `a secret that is too short is refused`() async {
        let reason = "a secret for HS256 has at least 32 bytes"
        for text in ["", "secret", String(repeating: "x", count: 31), String(repeating: "x", count: 31) + "\n"] {
            #expect(await self.error(text) == reason)
        }
        #expect(await self.error(#"{"kty":"oct","k":"c2hvcnQ"}"#) == reason)
    }

    @Test func `a public key in another form does not become a secret`() async throws {
        let signers = [try await Signer.rs256(), try await .es256(), try await .edDSA()]
        for signer in signers {
            // As log-in servers show it: the base64 alone, in one line or in several.
            let lines = signer.pem.split(separator: "\n").filter { !$0.hasPrefix("-----") }
            for text in [lines.joined(), lines.joined(separator: "\n"), lines.joined(separator: "\r\n") + "\n"] {
                #expect(await self.error(text)?.contains("looks like a public key") == true)
            }
        }
        for text in ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE", "ssh-rsa " + String(repeating: "A", count: 99)] {
            #expect(await self.error(text)?.contains("looks like a public key") == true)
        }
        let pem = signers[0].pem
        for text in [
            "# the key of the log-in\n" + pem, "Bag Attributes\n    friendlyName: login\n" + pem,
            "[{\(signers[1].jwk)}]", "\n[{\(signers[1].jwk)}]\n",
            "---- BEGIN SSH2 PUBLIC KEY ----\nAAAAB3NzaC1yc2EAAAADAQABAAABAQ==\n",
            "<RSAKeyValue><Modulus>AQAB</Modulus><Exponent>AQAB</Exponent></RSAKeyValue>",
            "\u{FEFF}# the key of the log-in\n" + pem, "PUBLIC KEY " + String(repeating: "A", count: 99),
        ] {
            #expect(await self.error(text)?.contains("looks like a public key") == true, "\(text.prefix(20))")
        }
    }

    @Test func `a byte order mark counts for nothing`() async throws {
        for signer in [try await Signer.rs256(), try await .es256(), try await .edDSA()] {
            #expect(try await self.keys("\u{FEFF}" + signer.pem).map(\.algorithm.rawValue) == [signer.name])
            #expect(try await self.keys("\u{FEFF}{\(signer.jwk)}").map(\.algorithm.rawValue) == [signer.name])
        }
        let token = try TokenText(TestToken.signed("{}"))
        let key = try #require(await self.keys("\u{FEFF}" + TestToken.secret + "\n").first)
        #expect(key.hasSigned(token.signed, token.signature))
    }

    @Test(arguments: ["\n", "\r\n", "\t", "\0", "\u{7F}", "\u{1B}"])
    func `a secret is one line without control characters`(sign: String) async {
        let half = String(repeating: "secret ", count: 5)
        #expect(await self.error(half + sign + half)?.hasPrefix("a secret is one line") == true)
    }

    @Test(arguments: [
        TestToken.secret, "correct horse battery staple, and some more", "안녕하세요 안녕하세요 안녕하세요",
        "zm8Vt0Uq3n1Qd2v5cY7pXw9aBsKfJhGrLeTiOuNyMkA=", "-_zm8Vt0Uq3n1Qd2v5cY7pXw9aBsKfJhGrLeTiOuNyMkA",
    ])
    func `a secret is plain text or base64`(secret: String) async throws {
        for text in [secret, secret + "\n", secret + "\r\n"] {
            #expect(try await self.keys(text).map(\.algorithm) == [.hs256])
        }
    }

    @Test(arguments: [
        ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "it is a private key"),
        ("-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n", "it is a private key"),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "it is PEM, and not of a public key"),
        ("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "it is no public key of RSA"),
        ("{", "the set of keys is not a JSON object"), ("{}", "kty of a key is missing"),
        (#"{"keys":{}}"#, "keys is a list"), (#"{"keys":[]}"#, "none of its keys"),
        (#"{"keys":[7,{}]}"#, "none of its keys"),
        (#"{"kty":"EC","crv":"P-384","x":"AA","y":"AA"}"#, "its key is for none of"),
        (#"{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}"#, "a key of the kind p256 cannot be read"),
        (#"{"kty":"RSA","n":"AQAB","e":"AQAB"}"#, "a key of the kind rsa cannot be read"),
        (#"{"kty":"RSA","n":"!","e":"AQAB"}"#, "a key of the kind rsa cannot be read"),
    ])
    func `what is no key says why`(text: String, reason: String) async {
        let error = await self.error(text)
        #expect(error?.hasPrefix(reason) == true, "\(error ?? "it was taken")")
    }

    @Test func `a set has its keys by name, and others do not harm it`() async throws {
        let (rsa, curve) = (try await Signer.rs256(), try await Signer.es256())
        let set = #"""
            {"keys":[{"kty":"oct","kid":"s","k":"AAAA"},{"kty":"EC","crv":"P-521","x":"A","y":"A"},{"kty":"what"},
            {\#(rsa.jwk),"kid":"1","use":"sig","alg":"RS256"},{\#(curve.jwk),"kid":"2","x5c":["a"]},
            {\#(rsa.jwk),"kid":"3","use":"enc"},{\#(rsa.jwk),"kid":"4","alg":"RS512"}]}
            """#
        let keys = try await KeySetJSON.read(Array(set.utf8), mayHaveSecrets: false)
        #expect(keys.keys.map(\.keyID) == ["1", "2"])
        func candidates(_ header: String) throws -> [ByteString?] {
            keys.candidates(for: try TokenHeader(Array(header.utf8))).map(\.keyID)
        }
        #expect(try candidates(#"{"alg":"RS256","kid":"1"}"#) == ["1"])
        #expect(try candidates(#"{"alg":"RS256","kid":"2"}"#) == [])
        #expect(try candidates(#"{"alg":"ES256"}"#) == ["2"])
        #expect(try candidates(#"{"alg":"HS256","kid":"s"}"#) == [])
    }

    @Test func `what an address gives to everybody is no secret`() async throws {
        let secret = TestToken.base64(Array("0123456789abcdef0123456789abcdef".utf8))
        let set = Array(#"{"keys":[{"kty":"oct","k":"\#(secret)"}]}"#.utf8)
        #expect(try await KeySetJSON.read(set, mayHaveSecrets: true).keys.count == 1)
        await #expect(throws: KeyError.self) { try await KeySetJSON.read(set, mayHaveSecrets: false) }
    }

    @Test func `too many keys are refused`() async throws {
        let key = "{\(try await Signer.edDSA().jwk)}"
        func set(_ count: Int) -> [UInt8] {
            Array(#"{"keys":[\#(Array(repeating: key, count: count).joined(separator: ","))]}"#.utf8)
        }
        #expect(try await KeySetJSON.read(set(64), mayHaveSecrets: false).keys.count == 64)
        await #expect(throws: KeyError("it has more than 64 keys")) {
            try await KeySetJSON.read(set(65), mayHaveSecrets: false)
        }
    }

    @Test(arguments: [
        ("", []), ("AA", [0]), ("_-8", [0xFF, 0xEF]), ("Zm9v", Array("foo".utf8)), ("Zm9vYg", Array("foob".utf8)),
    ])
    func `base64url is read`(text: String, bytes: [UInt8]) { #expect(Base64URL.decode(text.utf8) == bytes) }

    @Test(arguments: ["A", "AB", "AAB", "Zm9v=", "Zm9vYg==", "+/", "Zm 9v", "Zm9v\n", "\u{AC00}"])
    func `base64 of another form is refused`(text: String) { #expect(Base64URL.decode(text.utf8) == nil) }
}
