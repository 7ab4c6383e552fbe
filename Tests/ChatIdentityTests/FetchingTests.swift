import ChatCore
import Foundation
import Logging
import NIOPosix
import NIOSSL
import Testing
import TestSupport

@testable import ChatIdentity

@Suite(.patience) struct FetchingTests {
    /// As long as a busy machine may need; no test waits for its end.
    private static let patience = Duration.seconds(300)
    private let now = 1_790_000_000_000
    private let claims = #"{"sub":"mina","exp":1790000060}"#
    private let silence = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func fetcher(_ server: KeyServer, scheme: String = "http") throws -> KeyFetcher {
        let address = try KeyAddress("\(scheme)://127.0.0.1:\(server.port)/keys?a=b")
        return KeyFetcher(
            address: address,
            group: MultiThreadedEventLoopGroup.singleton,
            authorities: nil,
            patience: Self.patience
        )
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
                let trusting = KeyFetcher(
                    address: address,
                    group: group,
                    authorities: .certificates([certificate]),
                    patience: Self.patience
                )
                let answer = try await trusting.fetch()
                #expect(answer == Array("{}".utf8))
                let other = KeyFetcher(address: address, group: group, authorities: nil, patience: Self.patience)
                await #expect(throws: KeyError.self) { try await other.fetch() }
            }
            #expect(server.requests == 2)
        }
    }

    @Test func `nobody there, and no TLS there, is said`() async throws {
        let port = try FreePort.find()
        let address = try KeyAddress("http://127.0.0.1:\(port)/")
        let fetcher = KeyFetcher(
            address: address,
            group: MultiThreadedEventLoopGroup.singleton,
            authorities: nil,
            patience: Self.patience
        )
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
        let now = self.now
        do throws(TokenRefusal) { return .success(try await authorizer.grant(token, now: { now }).user) } catch {
            return .failure(error)
        }
    }

    private func set(_ signers: (String, Signer)...) -> String {
        KeyServer.ok(#"{"keys":[\#(signers.map { #"{\#($1.jwk),"kid":"\#($0)"}"# }.joined(separator: ","))]}"#)
    }

    @Test func `a key that is not known is fetched once for all who bring it`() async throws {
        let (first, second) = (try await Signer.edDSA(), try await Signer.edDSA())
        try await KeyServer.with(self.set(("1", first))) { server in
            var configuration = IdentityConfiguration()
            configuration.patience = Self.patience
            configuration.source = .address(try KeyAddress("http://127.0.0.1:\(server.port)/"))
            try await self.withAuthorizer(configuration) { authorizer in
                let mina = UserID(of: TokenSubject(issuer: "", subject: "mina"))
                let old = try first.token(self.claims, keyID: "1")
                try await eventually { await self.grant(old, authorizer) != .failure(.keysUnavailable) }
                #expect(await self.grant(old, authorizer) == .success(mina))
                // It was just asked: nobody can make it ask faster, so these wait for one attempt.
                let new = try second.token(self.claims, keyID: "2")
                server.say(self.set(("2", second)))
                async let one = self.grant(new, authorizer)
                async let other = self.grant(new, authorizer)
                let answers = await [one, other]
                #expect(answers == [.success(mina), .success(mina)])
                #expect(server.requests == 2)
                // Tokens of the key before are still around.
                #expect(await self.grant(old, authorizer) == .success(mina))
            }
        }
    }

    @Test func `a key is unknown when it was asked for, and not when the answer was bad`() async throws {
        let (first, second) = (try await Signer.edDSA(), try await Signer.edDSA())
        try await KeyServer.with(self.set(("1", first))) { server in
            var configuration = IdentityConfiguration()
            configuration.patience = Self.patience
            configuration.source = .address(try KeyAddress("http://127.0.0.1:\(server.port)/"))
            try await self.withAuthorizer(configuration) { authorizer in
                let (old, new) = (try first.token(self.claims, keyID: "1"), try second.token(self.claims, keyID: "2"))
                try await eventually { await self.grant(old, authorizer) != .failure(.keysUnavailable) }
                #expect(await self.grant(new, authorizer) == .failure(.unknownKey))
                #expect(server.requests == 2)
                server.say("HTTP/1.1 503 Away\r\nContent-Length: 0\r\n\r\n")
                // The operator does not wait.
                authorizer.reload()
                #expect(await self.grant(new, authorizer) == .failure(.keysUnavailable))
                #expect(try await self.grant(old, authorizer).get().isOfToken)
            }
        }
    }

    @Test func `the operator has an address asked again at once`() async throws {
        let (first, second) = (try await Signer.edDSA(), try await Signer.edDSA())
        try await KeyServer.with(self.set(("1", first))) { server in
            var configuration = IdentityConfiguration()
            configuration.patience = Self.patience
            configuration.source = .address(try KeyAddress("http://127.0.0.1:\(server.port)/"))
            try await self.withAuthorizer(configuration) { authorizer in
                let (old, new) = (try first.token(self.claims, keyID: "1"), try second.token(self.claims, keyID: "2"))
                try await eventually { await self.grant(old, authorizer) != .failure(.keysUnavailable) }
                server.say(self.set(("2", second)))
                authorizer.reload()
                try await eventually { server.requests >= 2 }
                #expect(try await self.grant(new, authorizer).get().isOfToken)
            }
        }
    }

    @Test func `a token that ends while its key is fetched has expired`() async throws {
        let (first, second) = (try await Signer.edDSA(), try await Signer.edDSA())
        try await KeyServer.with(self.set(("1", first))) { server in
            var configuration = IdentityConfiguration()
            configuration.patience = Self.patience
            configuration.source = .address(try KeyAddress("http://127.0.0.1:\(server.port)/"))
            try await self.withAuthorizer(configuration) { authorizer in
                let (old, new) = (try first.token(self.claims, keyID: "1"), try second.token(self.claims, keyID: "2"))
                try await eventually { await self.grant(old, authorizer) != .failure(.keysUnavailable) }
                server.say(self.set(("2", second)))
                let now = self.now
                await #expect(throws: TokenRefusal.expired) {
                    try await authorizer.grant(new, now: { server.requests < 2 ? now : now + 60_000 })
                }
            }
        }
    }

    @Test func `while keys cannot be had, nothing is said of a token`() async throws {
        try await KeyServer.with("HTTP/1.1 503 Away\r\nContent-Length: 0\r\n\r\n") { server in
            var configuration = IdentityConfiguration()
            configuration.patience = Self.patience
            configuration.source = .address(try KeyAddress("http://127.0.0.1:\(server.port)/"))
            let token = try await Signer.edDSA().token(self.claims)
            try await self.withAuthorizer(configuration) { authorizer in
                try await eventually { server.requests > 0 }
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
        configuration.patience = Self.patience
        configuration.source = .file(file)
        try await configuration.readKeys()
        try await self.withAuthorizer(configuration) { authorizer in
            let (old, new) = (try first.token(self.claims), try second.token(self.claims))
            #expect(try await self.grant(old, authorizer).get().isOfToken)
            // Nobody looks at the file before the authorizer runs.
            try await eventually { await self.grant(new, authorizer) != .failure(.keysUnavailable) }
            #expect(await self.grant(new, authorizer) == .failure(.unknownKey))
            // It may have been changed before the authorizer looks at it for the first time.
            try "no key".write(toFile: file, atomically: true, encoding: .utf8)
            authorizer.reload()
            #expect(try await self.grant(old, authorizer).get().isOfToken)
            try second.pem.write(toFile: file, atomically: true, encoding: .utf8)
            // It is looked at from time to time; whoever cannot wait says so.
            try await eventually {
                authorizer.reload()
                return (try? await self.grant(new, authorizer).get()) != nil
            }
            #expect(try await self.grant(old, authorizer).get().isOfToken)
        }
    }

    /// Runs an authorizer with a key in a file.
    private func withKeyFile(
        _ signer: Signer,
        _ body: (_ file: String, _ authorizer: Authorizer) async throws -> Void
    ) async throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("key-\(UUID().uuidString)").path
        try signer.pem.write(toFile: file, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.modificationDate: Date(timeIntervalSince1970: 1e9)], ofItemAtPath: file)
        defer { try? FileManager.default.removeItem(atPath: file) }
        var configuration = IdentityConfiguration()
        configuration.patience = Self.patience
        configuration.source = .file(file)
        try await configuration.readKeys()
        try await self.withAuthorizer(configuration) { authorizer in
            let stranger = try await Signer.es256().token(self.claims)
            try await eventually { await self.grant(stranger, authorizer) == .failure(.unknownKey) }
            try await body(file, authorizer)
        }
    }

    @Test func `a key that has just been written to the file is known`() async throws {
        let (first, second) = (try await Signer.edDSA(), try await Signer.es256())
        try await self.withKeyFile(first) { file, authorizer in
            try second.pem.write(toFile: file, atomically: true, encoding: .utf8)
            let new = try second.token(self.claims)
            #expect(try await self.grant(new, authorizer).get().isOfToken)
        }
    }

    @Test func `while the file cannot be read, nothing is said of a key that is not known`() async throws {
        let (first, second) = (try await Signer.edDSA(), try await Signer.es256())
        try await self.withKeyFile(first) { file, authorizer in
            // A folder can be looked at, and has no text.
            try FileManager.default.removeItem(atPath: file)
            try FileManager.default.createDirectory(atPath: file, withIntermediateDirectories: false)
            let (old, new) = (try first.token(self.claims), try second.token(self.claims))
            #expect(await self.grant(new, authorizer) == .failure(.keysUnavailable))
            #expect(try await self.grant(old, authorizer).get().isOfToken)
        }
    }

    // Root may read every file.
    @Test(.enabled(if: geteuid() != 0))
    func `a file that could not be read is tried again, though it has not changed`() async throws {
        let (first, second) = (try await Signer.edDSA(), try await Signer.es256())
        try await self.withKeyFile(first) { file, authorizer in
            let new = try second.token(self.claims)
            try second.pem.write(toFile: file + ".new", atomically: true, encoding: .utf8)
            #expect(chmod(file + ".new", 0) == 0)
            #expect(rename(file + ".new", file) == 0)
            #expect(await self.grant(new, authorizer) == .failure(.keysUnavailable))
            #expect(chmod(file, 0o600) == 0)
            try await eventually { await self.grant(new, authorizer) != .failure(.keysUnavailable) }
            #expect(try await self.grant(new, authorizer).get().isOfToken)
        }
    }

    @Test func `the operator has a file read again that looks the same`() async throws {
        let (first, second) = (try await Signer.edDSA(), try await Signer.edDSA())
        try await self.withKeyFile(first) { file, authorizer in
            // Another key of the same length, in the same file, at the same time.
            let handle = try #require(FileHandle(forWritingAtPath: file))
            try handle.write(contentsOf: Data(second.pem.utf8))
            try handle.close()
            let date = Date(timeIntervalSince1970: 1e9)
            try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: file)
            let new = try second.token(self.claims)
            authorizer.reload()
            try await eventually { (try? await self.grant(new, authorizer).get()) != nil }
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
        configuration.patience = Self.patience
        configuration.source = .file("/nowhere/key")
        await #expect(throws: KeyError("there is no file /nowhere/key")) { try await configuration.readKeys() }
    }
}
