import ArgumentParser
import ChatCore
import ChatIdentity
import ChatSettings
import ChatRedis
import Foundation
import Logging
import NIOSSL
import Testing

@testable import ChatNode
@testable import ChatServer

@Suite(.patience)
struct ConfigurationTests {
    @discardableResult
    private func configuration(
        _ flags: [String: String] = [:],
        _ environment: [String: String] = [:],
        file: String? = nil
    ) async throws -> ServerConfiguration {
        try ServerConfiguration(await Settings.ofServer(flags: flags, environment: environment, file: file))
    }

    private func withFile(_ text: String, _ body: (String) async throws -> Void) async throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).json")
        try Data(text.utf8).write(to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        return try await body(url.path)
    }

    @Test func `without settings it listens on the loopback and lives in memory`() async throws {
        let configuration = try await self.configuration()
        #expect(configuration.node.host == "127.0.0.1")
        #expect(configuration.node.port == 8080)
        #expect(configuration.node.redis == nil)
        #expect(configuration.node.limits.textBytes == 8192)
        #expect(configuration.node.origins == .sameHost)
    }

    @Test(arguments: [
        ["token-url": "//elsewhere.example/token"], ["token-url": "https://*.example/token"],
        ["token-url": "https://a.example;script-src/token"], ["token-url": "https://me@a.example/token"],
        ["token-url": "javascript:alert(1)"], ["token-url": "ftp://a.example/token"], ["token-url": "https:///token"],
        ["token-url": "https://[::1;]/token"],
        ["token-url": "token"],
        ["token-url": "/\\elsewhere.example"], ["token-url": "/a b"], ["login-url": "/login"],
        ["token-url": "/token", "login-url": "javascript:alert(1)"], ["token-url": "/token", "login-url": "https://"],
    ])
    func `tokens come from a path or a named origin, and a log-in is an address`(flags: [String: String]) async throws {
        await #expect(throws: SettingError.self) { try await self.configuration(flags) }
    }

    @Test func `keys for tokens come from one place, and are for nothing else`() async throws {
        #expect(try await self.configuration().node.identity.source == nil)
        let file = try await self.configuration(["token-key": "key.pem", "token-audience": "chat, mail,"])
        #expect(file.node.identity.source == .file("key.pem"))
        #expect(file.node.identity.rules.audience == ["chat", "mail"])
        let set = try await self.configuration(["token-jwks": "https://login.example/keys?x=s3cret"])
        let address = try KeyAddress("https://login.example/keys?x=s3cret")
        #expect(set.node.identity.source == .address(address))
        #expect(set.summary.contains("https://login.example/keys") && !set.summary.contains("s3cret"))
        for flags in [
            ["token-key": "a", "token-jwks": "b"], ["token-jwks": "http://login.example/keys"],
            ["token-jwks": "ftp://login.example/keys"], ["token-issuer": "me"], ["token-audience": "chat"],
        ] {
            await #expect(throws: SettingError.self) { try await self.configuration(flags) }
        }
    }

    @Test func `a file of keys is read before the server starts, and never shown`() async throws {
        func read(_ flags: [String: String]) async throws -> ServerConfiguration {
            let settings = try await Settings.ofServer(flags: flags, environment: [:], file: nil)
            var configuration = try ServerConfiguration(settings)
            try await configuration.readFiles(settings)
            return configuration
        }
        try await self.withFile("s3cret s3cret s3cret s3cret s3cret\n") { file in
            let configuration = try await read(["token-key": file])
            #expect(configuration.node.identity.keys?.keys.map(\.algorithm) == [.hs256])
            #expect(!configuration.summary.contains("s3cret") && !"\(configuration)".contains("s3cret"))
        }
        try await self.withFile("s3cret") { file in
            let error = await #expect(throws: SettingError.self) { try await read(["token-key": file]) }
            #expect(error?.message.contains("--token-key (CHAT_TOKEN_KEY)") == true)
            #expect(error?.message.contains("at least 32 bytes") == true)
            #expect(error?.message.contains("s3cret") == false)
        }
        let error = await #expect(throws: SettingError.self) { try await read(["token-jwks": "/nowhere/keys"]) }
        #expect(error?.message.contains("--token-jwks") == true)
    }

    @Test func `a flag wins over the environment, which wins over the file`() async throws {
        try await self.withFile(#"{"port": 1, "node": "file", "limits": {"text-bytes": 5}}"#) { file in
            let configuration = try await self.configuration(
                ["port": "3"],
                ["CHAT_PORT": "2", "CHAT_NODE": "environment"],
                file: file
            )
            #expect(configuration.node.port == 3)
            #expect(configuration.node.name == .given("environment"))
            #expect(configuration.node.limits.textBytes == 5)
        }
    }

    @Test func `a shutdown may take as long as the delay before it, and 8 s more`() async throws {
        #expect(try await self.configuration().node.drainDelay == .zero)
        let delay = try await self.configuration(["drain-delay": "30"]).node.drainDelay
        #expect(delay == .seconds(30))
        #expect(ShutdownBound(drainDelay: delay, logger: Logger(label: "test")).patience == .seconds(38))
        await #expect(throws: SettingError.self) { try await self.configuration(["drain-delay": "-1"]) }
    }

    @Test func `replicas cannot confirm what lives in memory`() async throws {
        let configuration = try await self.configuration(["redis": "redis://localhost", "ack-replicas": "2"])
        #expect(configuration.node.ackReplicas == 2)
        await #expect(
            throws: SettingError("--ack-replicas (CHAT_ACK_REPLICAS): it needs a Redis, --redis (CHAT_REDIS)")
        ) {
            try await self.configuration(["ack-replicas": "1"])
        }
    }

    @Test func `REDIS_URL is understood, and a setting of our own wins over it`() async throws {
        let url = "redis://127.0.0.1:6380/1"
        #expect(try await self.configuration([:], ["REDIS_URL": url]).node.redis?.database == 1)
        let own = try await self.configuration([:], ["REDIS_URL": url, "CHAT_REDIS": "redis://127.0.0.1/2"])
        #expect(own.node.redis?.database == 2)
    }

    @Test func `several Redis servers are a list with names`() async throws {
        let (commas, lines) = ("a=redis://one,b=unix:/run/b", "a=redis://one\n b=unix:/run/b \n")
        for text in [commas, lines, "a=redis://one, b=unix:/run/b,"] {
            let configuration = try await self.configuration(["redis": text])
            #expect(configuration.node.redisFleet.map(\.name) == ["a", "b"])
            #expect(configuration.node.redis == nil && !configuration.node.isInMemory)
            #expect(configuration.summary.contains("a=redis://one:6379/0, b=unix:/run/b?db=0"))
        }
        let sentinels = "redis-sentinel://s1,s2:26380/chat,redis://two"
        let mixed = try await self.configuration(["redis": sentinels])
        #expect(mixed.node.redisFleet.map(\.name) == ["chat/0", "two:6379/0"])
        #expect(try await self.configuration(["redis": "main=redis://one/3"]).node.redis?.database == 3)
    }

    @Test(arguments: [
        ("redis://one,redis://one", "same name or address"), ("a=redis://one,a=redis://two", "same name"),
        ("a=redis://one,b=redis://one", "same address"), ("a=redis://one,redis://two", "either all"),
        ("redis://one,rediss://", "names a host"),
        ((0...16).map { "redis://h\($0)" }.joined(separator: ","), "at most 16"),
    ])
    func `a list of Redis servers that is none is refused`(text: String, reason: String) async throws {
        await #expect {
            _ = try await self.configuration(["redis": text])
        } throws: { ($0 as? SettingError)?.message.contains(reason) == true }
    }

    @Test func `a password comes from a file and is never shown`() async throws {
        try await self.withFile("s3cret\n") { file in
            let flags = ["redis": "redis://127.0.0.1", "redis-password-file": file]
            let configuration = try await self.configuration(flags)
            #expect(configuration.node.redis?.password?.secret == "s3cret")
            #expect(!configuration.summary.contains("s3cret"))
            #expect(!"\(configuration)".contains("s3cret"))
        }
    }

    @Test func `a certificate needs its own key, and the error says which file is wrong`() async throws {
        try await TestCertificates.with { certificates in
            let (one, other) = (try await certificates.issue("one"), try await certificates.issue("other"))
            let node = try await self.configuration(["tls-certificate": one.certificate, "tls-key": one.key]).node
            #expect(node.tls?.files == one)
            let (certificate, key) = ("--tls-certificate (CHAT_TLS_CERTIFICATE): ", "--tls-key (CHAT_TLS_KEY): ")
            let faults = [
                (one.certificate, other.key, key + "the key is not that of the certificate"),
                (certificates.path("nowhere"), one.key, certificate + "the file cannot be read"),
                (one.certificate, "/dev/zero", key + "the file cannot be read"),
                (one.key, one.key, certificate + "the file has no certificate in PEM form"),
                (one.certificate, one.certificate, key + "the file has no key in PEM form without a passphrase"),
                (one.certificate, "", certificate + "the file has no key in PEM form without a passphrase"),
                ("", one.key, key + "it needs a certificate, --tls-certificate (CHAT_TLS_CERTIFICATE)"),
            ]
            for (certificate, key, message) in faults {
                await #expect(throws: SettingError(message)) {
                    try await self.configuration(["tls-certificate": certificate, "tls-key": key])
                }
            }
        }
    }

    @Test func `a flush window is taken, and its price is told`() async throws {
        let configuration = try await self.configuration(["flush-window": "5"])
        #expect(configuration.node.flushWindow == .milliseconds(5))
        #expect(configuration.warnings.contains { $0.contains("wait up to 5 ms") && $0.contains("--flush-window") })
        #expect(try await self.configuration([:]).warnings.isEmpty)
    }

    @Test func `one file may hold certificate and key, and one that has expired is warned of`() async throws {
        try await self.withFile(ExpiredCertificate.pem) { file in
            let configuration = try await self.configuration(["tls-certificate": file])
            #expect(configuration.node.tls?.files == ServerTLS.Files(certificate: file, key: file))
            #expect(configuration.warnings.contains { $0.contains("expired") && $0.contains("2020-01-02") })
            #expect(configuration.summary.contains("2020-01-02"))
            #expect(!"\(configuration)".contains("PRIVATE"))
        }
    }

    @Test func `a user of the URL gets the password of the file, and none is refused`() async throws {
        try await self.withFile("s3cret\n") { file in
            let url = "redis://chat@127.0.0.1"
            let configuration = try await self.configuration(["redis": url, "redis-password-file": file])
            #expect(configuration.node.redis?.user == "chat")
            #expect(configuration.node.redis?.password?.secret == "s3cret")
            let error = await #expect(throws: SettingError.self) { try await self.configuration(["redis": url]) }
            #expect(error?.message.contains("a user needs a password") == true)
            #expect(error?.message.contains("chat@") == false)
        }
    }

    @Test func `sentinels have a log-in of their own, and are for redis-sentinel:// alone`() async throws {
        try await self.withFile("s3cret\n") { file in
            let redis = ["redis": "redis-sentinel://127.0.0.1/chat"]
            let user = "redis-sentinel-user"
            let password = ["redis-sentinel-password-file": file]
            #expect(try await self.configuration(redis).node.sentinelLogIn == RedisLogIn())
            let flags = redis.merging(password) { first, _ in first }.merging([user: "u"]) { first, _ in first }
            let configuration = try await self.configuration(flags)
            #expect(configuration.node.sentinelLogIn == RedisLogIn(user: "u", password: .init("s3cret")))
            #expect(configuration.node.redis?.password == nil)
            #expect(!"\(configuration)".contains("s3cret"))
            let faults = [
                (redis.merging([user: "u"]) { first, _ in first }, "a user needs a password"),
                (["redis": "redis://127.0.0.1"].merging(password) { first, _ in first }, "redis-sentinel://"),
                (["redis": "redis-cluster://127.0.0.1"].merging(password) { first, _ in first }, "redis-sentinel://"),
                (["redis": "redis-cluster://127.0.0.1", "redis-prefix": "a{b"], "redis-prefix"),
            ]
            for (flags, words) in faults {
                let error = await #expect(throws: SettingError.self) { try await self.configuration(flags) }
                #expect(error?.message.contains(words) == true)
            }
        }
    }

    @Test func `who may have signed for Redis is read from a file or the system's variables`() async throws {
        let tls = ["redis": "rediss://127.0.0.1"]
        #expect(try await self.configuration(tls).node.redisAuthorities == nil)
        try await self.withFile("no certificate") { file in
            for (flags, environment) in [(["redis-ca": file], [:]), ([:], ["SSL_CERT_FILE": file])] {
                let error = await #expect(throws: SettingError.self) {
                    try await self.configuration(tls.merging(flags) { $1 }, environment)
                }
                #expect(error?.message.contains("no certificate in PEM form") == true)
            }
            await #expect(throws: SettingError.self) {
                try await self.configuration(["redis": "redis://127.0.0.1", "redis-ca": file])
            }
        }
        let certificates = "/etc/ssl/certs"
        let missing = "\(certificates)/\(UUID().uuidString)"
        let folder = try await self.configuration(tls, ["SSL_CERT_DIR": "\(missing):\(certificates)"])
        #expect(folder.node.redisAuthorities == .file(certificates))
    }

    @Test func `a host may be written as in a URL, and an asterisk is every address`() async throws {
        #expect(try await self.configuration(["host": "[::1]"]).node.host == "::1")
        #expect(["::", "0.0.0.0"].contains(try await self.configuration(["host": "*"]).node.host))
    }

    @Test(arguments: [
        "https://example.com/", "https://a.*.example.com", "https://*", "https://*a.example.com",
        "https://ex ample.com",
        "https://.example.com", "https://user@example.com", "https://카페.example", "https://example.com:0",
        "https://example.com:70000", "null", "https://a.example, example",
    ])
    func `an origin that can never match is refused`(origins: String) async throws {
        await #expect(throws: SettingError.self) { try await self.configuration(["origins": origins]) }
    }

    @Test(arguments: [
        ("https://*.example.com", "https://a.example.com", true),
        ("https://*.example.com", "https://example.com", false),
        ("https://*.example.com", "https://a.b.example.com", false),
        ("https://*.example.com", "http://a.example.com", false),
        ("https://*.example.com", "https://a.example.com:8443", false),
        ("https://*.example.com", "https://.example.com", false),
        ("https://*.example.com:8443", "https://a.example.com:8443", true),
        ("https://*.example.com", "https://aexample.com", false),
        ("https://*.example.com", "https://*.example.com", true),
        ("http://[::1]:8080, HTTPS://Example.com", "https://example.com:443", true),
        ("http://[::1]:8080", "http://[::1]:8080", true),
    ])
    func `an asterisk stands for one label`(origins: String, origin: String, isAllowed: Bool) async throws {
        let policy = try await self.configuration(["origins": origins]).node.origins
        #expect(policy.allows(origin: origin, host: "other") == isAllowed)
    }

    @Test(arguments: [
        (["port": "http"], "--port (CHAT_PORT): \"http\" is no whole number, 0 to 65535"),
        (["port": "70000"], "--port (CHAT_PORT): \"70000\" is no whole number, 0 to 65535"),
        (
            ["limits.text-bytes": "0"],
            "--text-bytes (CHAT_LIMITS_TEXT_BYTES): \"0\" is no whole number, 1 to 1073741824"
        ),
        (["origins": "example"], "--origins (CHAT_ORIGINS): \"example\" is not same, * or origins"),
        (["log-level": "loud"], "--log-level (CHAT_LOG_LEVEL): \"loud\" is not a level of logging"),
        (["unlimited": "perhaps"], "--unlimited (CHAT_UNLIMITED): \"perhaps\" is neither true nor false"),
        (["node": "a\nb"], "--node (CHAT_NODE): \"a\nb\" is not one line of at most 255 bytes"),
        (
            ["node": String(repeating: "n", count: 256)],
            "--node (CHAT_NODE): \"\(String(repeating: "n", count: 256))\" is not one line of at most 255 bytes"
        ),
    ])
    func `a wrong value is one clear line`(flags: [String: String], message: String) async throws {
        await #expect(throws: SettingError(message)) { try await self.configuration(flags) }
    }

    @Test func `a file has every setting under the name of its flag, limits in an object of their own`() async throws {
        let text = #"""
            {"redis": "redis://127.0.0.1/3", "redis-prefix": "talk:", "log-level": "debug", "threads": 3,
             "limits": {"connections": 10, "connections-per-address": 5, "log-messages": 7}}
            """#
        try await self.withFile(text) { file in
            let configuration = try await self.configuration(file: file)
            #expect(configuration.node.redis?.database == 3)
            #expect(configuration.node.redisPrefix == "talk:")
            #expect(configuration.logLevel == .debug)
            #expect(configuration.node.threads == 3)
            #expect(configuration.node.maximumConnections == 10)
            #expect(configuration.node.limits.cost.connectionsPerAddress == 5)
            #expect(configuration.node.limits.log.messages == 7)
        }
    }

    @Test func `every setting of the environment has the name of its flag`() async throws {
        let environment = [
            "CHAT_LOG_LEVEL": "trace", "CHAT_REDIS_PREFIX": "talk:", "CHAT_LIMITS_CONNECTIONS_PER_ADDRESS": "2",
            "CHAT_LIMITS_TEXT_BYTES": "9",
        ]
        let configuration = try await self.configuration([:], environment)
        #expect(configuration.logLevel == .trace)
        #expect(configuration.node.redisPrefix == "talk:")
        #expect(configuration.node.limits.cost.connectionsPerAddress == 2)
        #expect(configuration.node.limits.textBytes == 9)
    }

    @Test(arguments: [
        (#"{"prot": 1}"#, "there is no setting \"prot\""),
        (#"{"limits": {"text-byte": 5}}"#, "there is no setting \"limits.text-byte\""),
        (#"{"text-bytes": 5}"#, "there is no setting \"text-bytes\""),
        (#"{"config": "other.json"}"#, "there is no setting \"config\""),
        (#"{"limits": 5}"#, "limits is an object"),
        (#"{"port": [8080]}"#, "port is a text, a number or a truth value"),
        (#"{"port": null}"#, "port is a text, a number or a truth value"),
        (#"{"port": {"number": 8080}}"#, "port is a text, a number or a truth value"),
        (#"{"port": 1.5}"#, "port is a number that means nothing there"),
        (#"{"unlimited": 0.5}"#, "unlimited is a number that means nothing there"),
        (#"{"unlimited": -3}"#, "unlimited is a number that means nothing there"),
    ])
    func `what is no setting in a file is told, by its name`(text: String, complaint: String) async throws {
        try await self.withFile(text) { file in
            let error = await #expect(throws: SettingError.self) { try await self.configuration(file: file) }
            #expect(error?.message.hasPrefix("config: " + complaint) == true, "\(error?.message ?? "")")
        }
    }

    @Test func `a file that is not there is told`() async throws {
        let error = await #expect(throws: SettingError.self) { try await self.configuration(file: "/nonexistent") }
        #expect(error?.message == "config: /nonexistent: No such file or directory")
    }

    @Test(arguments: [
        ("port = 1", "this is no JSON: "), (#"{"port" 1}"#, "this is no JSON: "), ("[1]", "this is no JSON object"),
        ("", "this is no JSON"), (#"{"port": 1, "host": "::", "port": 2}"#, #""port" is there twice"#),
    ])
    func `the fault of a file is told`(text: String, complaint: String) async throws {
        try await self.withFile(text) { file in
            let error = await #expect(throws: SettingError.self) { try await self.configuration(file: file) }
            #expect(error?.message.hasPrefix("config: \(file): \(complaint)") == true, "\(error?.message ?? "")")
        }
    }

    @Test func `unlimited lifts rates and the cap of an address, and no other limit`() async throws {
        let configuration = try await self.configuration(["unlimited": "true"])
        #expect(configuration.node.limits.sends == nil)
        #expect(configuration.node.limits.commands == nil)
        #expect(configuration.node.limits.cost.connectionsPerAddress == nil)
        #expect(configuration.node.limits.outboundBytes == 1 << 20)
    }

    @Test func `every flag has a setting of its name`() async throws {
        #expect(try ServerOptions.parse([]).values.isEmpty)
        for setting in Setting.all {
            let isSwitch = setting.kind == .truth
            let options = try ServerOptions.parse(["--" + setting.flag] + (isSwitch ? [] : ["7"]))
            #expect(options.values == [setting.key: isSwitch ? "true" : "7"], "\(setting.flag)")
        }
        #expect(Set(Setting.all.map(\.flag)).count == Setting.all.count)
    }
}
