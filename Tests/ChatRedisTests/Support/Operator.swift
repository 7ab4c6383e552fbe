import NIOCore
import NIOPosix

extension RedisServerProcess {
    /// Sends a command over a connection of its own, as an operator does while no broker is connected.
    ///
    /// - Parameter command: The command, its words with blanks between; its answer must be one line.
    /// - Returns: The answer.
    /// - Throws: What the socket says, and ``Failure`` for an error.
    @discardableResult
    func operate(_ command: String) async throws -> String {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: self.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: command + "\r\n"))
            var answer = ""
            for try await bytes in inbound {
                answer += String(buffer: bytes)
                if answer.hasSuffix("\r\n") { break }
            }
            guard !answer.hasPrefix("-") else { throw Failure(description: answer) }
            return answer
        }
    }
}
