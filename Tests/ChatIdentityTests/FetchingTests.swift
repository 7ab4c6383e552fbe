import ChatCore
import Foundation
import Logging
import NIOPosix
import NIOSSL
import Testing
import TestSupport

@testable import ChatIdentity

@Suite(.patience) struct FetchingTests {
    private let now = 1_790_000_000_000
    private let claims = #"{"sub":"mina","exp":1790000060}"#
    private let silence = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func fetcher(_ server: KeyServer, scheme: String = "http") throws -> KeyFetcher {
        let address = try KeyAddress("\(scheme)://127.0.0.1:\(server.port)/keys?a=b")
        return KeyFetcher(address: address, group: MultiThreadedEventLoopGroup.singleton, authorities: nil)
    }

    @Test(arguments: [
        ("https://login.example", "https://login.example/"),
        ("https://login.example:8443/a/b.json?x=1", "https://login.example:8443/a/b.json"),
        ("HTTPS://login.example/a", "https://login.example/a"), ("http://localhost:9/a", "http://localhost:9/a"),
        ("http://127.0.0.1/a", "http://127.0.0.1/a"), ("http://[::1]:80/a", "http://[::1]/a"),
    ])
    func `an address is read, and shown without its query`(raw: String, shown: String) throws {
        #expect(try KeyAddress(raw).description == shown)
    }

    @Test(arguments: [
        "http://login.example/a", "http://127.0.0.1.example/a", "http://localhost.example/", "ftp://localhost/a",
        "https://user@login.example/a", "https://u:p@login.example/a", "https://login.example/a#b", "https://", "keys",
        "https://login.example:0/a", "http://10.0.0.1/keys",
    ])
    func `an address that brings keys in the clear, or is none, is refused`(raw: String) {
        #expect(throws: KeyError.self) { try KeyAddress(raw) }
    }

    @Test func `an answer is fetched whole`() async throws {
        try await KeyServer.with(KeyServer.ok(#"{"keys":[]}"#)) { server in
            let answer = try await self.fetcher(server).fetch()
            #expect(answer == Array(#"{"keys":[]}"#.utf8))
        }
    }

    @Test(arguments: [
        ("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 2\r\n\r\n{}", "it answered 302"),
        ("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", "it answered 500"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}", "it cannot be reached: stream ended"),
        (KeyServer.ok(String(repeating: "x", count: 262_145)), "its answer has"),
        ("SSH-2.0-OpenSSH_9\r\n", "it cannot be reached"),
    ])
    func `an answer that is none of ours is refused`(answer: String, reason: String) async throws {
        try await KeyServer.with(answer) { server in
            let fetcher = try self.fetcher(server)
            do throws(KeyError) {
                _ = try await fetcher.fetch()
                Issue.record("it was taken")
            } catch {
                #expect(error.reason.hasPrefix(reason), "\(error.reason)")
            }
        }
    }

    @Test func `a certificate is believed only when somebody who is trusted has signed it`() async throws {
        try await KeyServer.with(KeyServer.ok("{}"), hasTLS: true) { server in
            let group = MultiThreadedEventLoopGroup.singleton
            let certificate = try NIOSSLCertificate(bytes: Array(TestCertificate.certificate.utf8), format: .pem)
            for host in ["localhost", "127.0.0.1"] {
                let address = try KeyAddress("https://\(host):\(server.port)/")
                let trusting = KeyFetcher(address: address, group: group, authorities: .certificates([certificate]))
                let answer = try await trusting.fetch()
                #expect(answer == Array("{}".utf8))
                let other = KeyFetcher(address: address, group: group, authorities: nil)
                await #expect(throws: KeyError.self) { try await other.fetch() }
            }
            #expect(server.requests == 2)
        }
    }

    @Test func `nobody there, and no TLS there, is said`() async throws {
        let port = try await FreePort.find()
        let address = try KeyAddress("http://127.0.0.1:\(port)/")
        let fetcher = KeyFetcher(address: address, group: MultiThreadedEventLoopGroup.singleton, authorities: nil)
        await #expect(throws: KeyError.self) { try await fetcher.fetch() }
        try await KeyServer.with(KeyServer.ok("{}")) { server in
            await #expect(throws: KeyError.self) { try await self.fetcher(server, scheme: "https").fetch() }
        }
    }

    // MARK: The authorizer

    private func withAuthorizer(
        _ configuration: IdentityConfiguration,
        _ body: (Authorizer) async throws -> Void
    ) async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        let authorizer = Authorizer(configuration, group: group, logger: self.silence)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await authorizer.run() }
            try await body(authorizer)
            tasks.cancelAll()
        }
    }

    private func grant(_ token: String, _ authorizer: Authorizer) async -> Result<UserID, TokenRefusal> {
        do throws(TokenRefusal) { return .success(try await authorizer.grant(token, now: self.now).user) } catch {
            return .failure(error)
        }
    }

    @Test func `a key that is not known is fetched once for all who bring it`() async throws {
        let (first, second) = (try await Signer.edDSA(), try await Signer.edDSA())
        func set(_ signers: (String, Signer)...) -> String {
            KeyServer.ok(#"{"keys":[\#(signers.map { #"{\#($1.jwk),"kid":"\#($0)"}"# }.joined(separator: ","))]}"#)
        }
        try await KeyServer.with(set(("1", first))) { server in
            var configuration = IdentityConfiguration()
            configuration.source = .address(try KeyAddress("http://127.0.0.1:\(server.port)/"))
            try await self.withAuthorizer(configuration) { authorizer in
                let mina = UserID(of: TokenSubject(issuer: "", subject: "mina"))
                let old = try first.token(self.claims, keyID: "1")
                while await self.grant(old, authorizer) == .failure(.keysUnavailable) { await Task.yield() }
                #expect(await self.grant(old, authorizer) == .success(mina))
                // It was just asked: nobody can make it ask faster.
                let new = try second.token(self.claims, keyID: "2")
                #expect(await self.grant(new, authorizer) == .failure(.unknownKey))
                #expect(server.requests == 1)
                server.say(set(("2", second)))
                authorizer.reload()
                while await self.grant(new, authorizer) != .success(mina) { await Task.yield() }
                #expect(server.requests == 2)
                // Tokens of the key before are still around.
                #expect(await self.grant(old, authorizer) == .success(mina))
            }
        }
    }

    @Test func `while keys cannot be had, nothing is said of a token`() async throws {
        try await KeyServer.with("HTTP/1.1 503 Away\r\nContent-Length: 0\r\n\r\n") { server in
            var configuration = IdentityConfiguration()
            configuration.source = .address(try KeyAddress("http://127.0.0.1:\(server.port)/"))
            let token = try await Signer.edDSA().token(self.claims)
            try await self.withAuthorizer(configuration) { authorizer in
                while server.requests == 0 { await Task.yield() }
                #expect(await self.grant(token, authorizer) == .failure(.keysUnavailable))
                #expect(await self.grant("no token", authorizer) != .failure(.keysUnavailable))
            }
        }
    }

    @Test func `a file is read again when it is replaced, and a bad one changes nothing`() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("keys-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("key").path
        let (first, second) = (try await Signer.edDSA(), try await Signer.es256())
        try first.pem.write(toFile: file, atomically: true, encoding: .utf8)
        var configuration = IdentityConfiguration()
        configuration.source = .file(file)
        try await configuration.readKeys()
        try await self.withAuthorizer(configuration) { authorizer in
            let (old, new) = (try first.token(self.claims), try second.token(self.claims))
            #expect(try await self.grant(old, authorizer).get().isOfToken)
            #expect(await self.grant(new, authorizer) == .failure(.unknownKey))
            // It may have been changed before the authorizer looks at it for the first time.
            try "no key".write(toFile: file, atomically: true, encoding: .utf8)
            authorizer.reload()
            #expect(try await self.grant(old, authorizer).get().isOfToken)
            try second.pem.write(toFile: file, atomically: true, encoding: .utf8)
            // It is looked at from time to time; whoever cannot wait says so.
            while (try? await self.grant(new, authorizer).get()) == nil {
                authorizer.reload()
                await Task.yield()
            }
            #expect(try await self.grant(old, authorizer).get().isOfToken)
        }
    }

    @Test func `an open server has no tokens to read`() async {
        let group = MultiThreadedEventLoopGroup.singleton
        let authorizer = Authorizer(IdentityConfiguration(), group: group, logger: self.silence)
        #expect(!authorizer.asksForTokens)
        await authorizer.run()
        #expect(await self.grant(TestToken.signed(self.claims), authorizer) == .failure(.keysUnavailable))
    }

    @Test func `a server whose file is wrong does not start`() async throws {
        var configuration = IdentityConfiguration()
        configuration.source = .file("/nowhere/key")
        await #expect(throws: KeyError("there is no file /nowhere/key")) { try await configuration.readKeys() }
    }
}
