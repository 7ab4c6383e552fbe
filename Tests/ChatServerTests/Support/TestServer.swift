import ChatCore
import ChatSettings
import Foundation
#if canImport(FoundationNetworking)
import FoundationNetworking
#endif
import Logging
import NIOCore
import NIOSSL
import ServiceLifecycle
import Testing

@testable import ChatNode
@testable import ChatServer

/// A real server on a free port, for as long as a test needs it.
struct TestServer {
    let port: Int
    /// The port of the operator's listener, where the settings ask for one.
    let operatorPort: Int?
    let node: Node
    /// The settings that it was started with.
    private let settings: [String: String]
    private let group: ServiceGroup

    /// The times of the protocol, as long as a test may take and longer: what a busy machine does late is not what a test
    /// is about, unless it sets the time itself.
    private static let patience = Dictionary(
        uniqueKeysWithValues: ["ping", "pong", "stall", "close", "presence", "lease", "hello"].map {
            ("limits.\($0)-seconds", "3600")
        }
    )

    /// Starts a server, hands it to the test, and shuts it down.
    ///
    /// The settings are given by key, as flags give them. A time that none is given for never comes (``patience``).
    @discardableResult
    static func with<Result>(
        _ settings: [String: String] = [:],
        hasEcho: Bool = false,
        broker: (any Broker)? = nil,
        logger: Logger? = nil,
        _ body: (TestServer) async throws -> Result
    ) async throws -> Result {
        var given = ["port": "0", "threads": "2", "log-level": "error"]
        given["test-delays"] = ProcessInfo.processInfo.environment["CHAT_TEST_DELAYS"]
        given = given.merging(Self.patience) { $1 }.merging(settings) { $1 }
        let all = try await Settings.ofServer(flags: given, environment: [:], file: nil)
        var configuration = try ServerConfiguration(all)
        try await configuration.readFiles(all)
        configuration.node.hasEcho = hasEcho
        configuration.node.redisPatience = .seconds(60)
        for time in [\DoorPatience.head, \.securing, \.idle, \.body, \.answer] {
            configuration.node.doorPatience[keyPath: time] = .seconds(3600)
        }
        let (ports, continuation) = AsyncStream<Int>.makeStream()
        let (operatorPorts, operatorContinuation) = AsyncStream<Int>.makeStream()
        let silence = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let loops = LoopPool.take(configuration.node.threads)
        let node = try Node(
            configuration.node,
            logger: logger ?? silence,
            broker: broker,
            group: loops,
            onOperatorListening: { operatorContinuation.yield($0) },
            onRunning: { continuation.yield($0) }
        )
        let group = ServiceGroup(
            configuration: .init(
                services: [.init(service: node, successTerminationBehavior: .gracefullyShutdownGroup)],
                logger: silence
            )
        )
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            var iterator = ports.makeAsyncIterator()
            let port = try #require(await iterator.next())
            var operatorIterator = operatorPorts.makeAsyncIterator()
            let hasOperator = configuration.node.adminListen != nil
            let operatorPort = hasOperator ? await operatorIterator.next() : nil
            let server = TestServer(port: port, operatorPort: operatorPort, node: node, settings: given, group: group)
            let result = try await body(server)
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            LoopPool.give(loops, threads: configuration.node.threads)
            return result
        }
    }

    /// Asks the server to end, as SIGTERM does; the scope waits for it.
    func beginShutdown() async { await self.group.triggerGracefulShutdown() }

    /// Gives the running server other settings; those of its start hold otherwise.
    func reload(_ settings: [String: String]) async throws {
        let flags = self.settings.merging(settings) { $1 }
        let source = SettingsSource(flags: flags, environment: [:], file: nil)
        let read = try await ReadSettings(source.read())
        await self.node.reload(ReloadableConfiguration(read.configuration.node))
    }

    /// Connects a bare WebSocket client to a path, with headers beyond those of the handshake.
    @discardableResult
    func withClient<Result>(
        _ path: String = "/ws",
        headers: [(String, String)] = [],
        tls: NIOSSLContext? = nil,
        _ body: (inout TestClient) async throws -> Result
    ) async throws -> Result {
        try await TestClient.with(port: self.port, path: path, headers: headers, tls: tls, body)
    }

    /// For requests to any server of the tests, which are one host to it.
    ///
    /// The limit of a test is the bound of a request.
    static let session: URLSession = {
        let configuration = URLSessionConfiguration.ephemeral
        configuration.timeoutIntervalForRequest = 3600
        configuration.httpMaximumConnectionsPerHost = 256
        return URLSession(configuration: configuration)
    }()

    /// Makes an HTTP request, to the port of the chat unless another one is given.
    func request(
        _ method: String = "GET",
        _ path: String,
        port: Int? = nil,
        headers: [String: String] = [:],
        body: String? = nil
    ) async throws -> (status: Int, headers: [String: String], body: JSONValue?) {
        let url = try #require(URL(string: "http://127.0.0.1:\(port ?? self.port)\(path)"))
        var request = URLRequest(url: url)
        request.httpMethod = method
        request.httpBody = body.map { Data($0.utf8) }
        for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
        let (data, response) = try await Self.session.data(for: request)
        let http = try #require(response as? HTTPURLResponse)
        var fields: [String: String] = [:]
        for (name, value) in http.allHeaderFields { fields["\(name)".lowercased()] = "\(value)" }
        return (http.statusCode, fields, try? JSONValue(ByteBuffer(bytes: data)))
    }

    /// The statuses of requests that come all at once, on one connection: so close together that no clock can tell them
    /// apart, however busy the machine is.
    func statuses(of count: Int, _ path: String, key: String) async throws -> [Int?] {
        try await RawClient.with(port: self.port) { client in
            let request = Handshake.get(path, "Authorization: Bearer \(key)")
            await client.send(String(repeating: request, count: count))
            var statuses: [Int?] = []
            for _ in 0..<count { statuses.append(await client.answer()?.status) }
            return statuses
        }
    }
}
