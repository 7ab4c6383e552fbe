import NIOCore
import NIOPosix
import TestSupport

@testable import ChatRedis

extension RedisServerProcess {
    /// Returns when this replica has all that its primary had when it was asked.
    ///
    /// - Throws: What the socket says, and ``Failure`` for an error.
    func catchUp(with primary: RedisServerProcess) async throws {
        try await eventually { try await self.operate("INFO replication").contains("master_link_status:up") }
        let goal = try await primary.replicationOffset()
        try await eventually { try await self.replicationOffset() >= goal }
    }

    private func replicationOffset() async throws -> Int {
        let lines = try await self.operate("INFO replication").split(separator: "\r\n")
        return lines.first { $0.hasPrefix("master_repl_offset:") }.flatMap { Int($0.dropFirst(19)) } ?? 0
    }

    /// Sends a command over a connection of its own, as an operator does while no broker is connected.
    ///
    /// - Parameter command: The command, its words with blanks between; its answer must be one line.
    /// - Returns: The answer.
    /// - Throws: What the socket says, and ``Failure`` for an error.
    @discardableResult
    func operate(_ command: String) async throws -> String { try await self.ask(ByteBuffer(string: command + "\r\n")) }

    /// Does what ``operate(_:)-(String)`` does, with words that may have anything in them.
    @discardableResult
    func operate(_ words: [String]) async throws -> String {
        var command = RedisCommand()
        for word in words { command.append(word) }
        var bytes = ByteBuffer()
        bytes.writeRedisCommand(command)
        return try await self.ask(bytes)
    }

    /// Asks for names and their values, which are all in one answer.
    ///
    /// - Parameters:
    ///   - command: The command, its words with blanks between.
    ///   - password: The password to log in with, if one is needed.
    /// - Returns: The values by their names.
    /// - Throws: What the socket says, and ``Failure`` for any other answer.
    func fields(_ command: String, password: String? = nil) async throws -> [String: String] {
        guard case .array(let replies) = try await self.reply(to: command, password: password) else {
            throw Failure(description: "no fields: \(command)")
        }
        let texts = replies.map { $0.string ?? "" }
        let pairs = stride(from: 0, to: texts.count - 1, by: 2).map { (texts[$0], texts[$0 + 1]) }
        return Dictionary(pairs) { first, _ in first }
    }

    /// Sends a command, its words with blanks between, over a connection of its own; gives the whole answer.
    func reply(to command: String, password: String? = nil) async throws -> RedisReply {
        let reader = HiredisReader()
        let logIn = password.map { ["AUTH \($0)"] } ?? []
        return try await self.connected { inbound, outbound in
            let commands = logIn + [command]
            try await outbound.write(ByteBuffer(string: commands.map { $0 + "\r\n" }.joined()))
            var missing = commands.count
            for try await bytes in inbound {
                try reader.feed(bytes)
                while let reply = try reader.next() {
                    missing -= 1
                    if missing == 0 { return reply }
                }
            }
            throw Failure(description: "no answer: \(command)")
        }
    }

    private func ask(_ command: ByteBuffer) async throws -> String {
        try await self.connected { inbound, outbound in
            try await outbound.write(command)
            var answer = ""
            for try await bytes in inbound {
                answer += String(buffer: bytes)
                if answer.hasSuffix("\r\n") { break }
            }
            guard !answer.hasPrefix("-") else { throw Failure(description: answer) }
            return answer
        }
    }

    private typealias Inbound = NIOAsyncChannelInboundStream<ByteBuffer>
    private typealias Outbound = NIOAsyncChannelOutboundWriter<ByteBuffer>

    private func connected<Answer>(_ body: (Inbound, Outbound) async throws -> Answer) async throws -> Answer {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.patient)
            .connect(host: "127.0.0.1", port: self.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { try await body($0, $1) }
    }
}
