import Foundation
import NIOCore
import NIOPosix
import Testing

/// What an operator sees of the process: its exit status and its lines.
@Suite("The process", .timeLimit(.minutes(2)))
struct ServerProcessTests {
    /// A port that was free a moment ago.
    private func freePort() async throws -> Int {
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        let channel = try await bootstrap.bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(channel.localAddress?.port)
        try await channel.close()
        return port
    }

    @Test(arguments: ["2>/dev/full", "2>&-", ">&- 2>&- <&-", ">/dev/full", "2> >(:)"])
    func `a node whose lines nobody takes serves all the same`(redirection: String) async throws {
        let port = try await self.freePort()
        // It warns at once, for want of a page; when it is ready, it is ended in peace.
        let outcome = try await ServerProcess.run(
            """
            "$server" --port \(port) --static /nonexistent --threads 1 \(redirection) & pid=$!
            until "$server" healthcheck --port \(port) || ! kill -0 $pid; do :; done
            while kill -TERM $pid 2>/dev/null; do sleep 0.1; done
            wait $pid
            """
        )
        #expect(outcome.status == 0, "\(outcome)")
    }

    @Test(arguments: [
        ("ulimit -n 8", ""), ("ulimit -n 64", "--threads 400"),
    ])
    func `too few files are one line, and exit status 69`(limit: String, flags: String) async throws {
        let outcome = try await ServerProcess.run("\(limit); exec \"$server\" --port 0 --static . \(flags)")
        #expect(outcome.status == 69, "\(outcome)")
        #expect(outcome.errors.contains("open files"), "\(outcome)")
    }

    @Test func `a host that cannot be resolved is one line, and exit status 69`() async throws {
        let outcome = try await ServerProcess.run("exec \"$server\" --port 0 --static . --host nowhere.invalid")
        #expect(outcome.status == 69, "\(outcome)")
        #expect(outcome.errors.contains("cannot listen on nowhere.invalid:0: the host cannot be resolved"), "\(outcome)")
    }

    @Test func `a shutdown while Redis hangs is over in time`() async throws {
        let (port, redis) = (try await self.freePort(), try await self.freePort())
        let outcome = try await ServerProcess.run(
            """
            redis-server --port \(redis) --bind 127.0.0.1 --save '' --daemonize no >/dev/null & redis=$!
            "$server" --port \(port) --static . --threads 1 --redis redis://127.0.0.1:\(redis) >/dev/null & pid=$!
            until "$server" healthcheck --port \(port) || ! kill -0 $pid; do :; done
            kill -STOP $redis
            "$server" healthcheck --port \(port)
            while kill -TERM $pid 2>/dev/null; do sleep 0.1; done
            wait $pid; status=$?
            kill -KILL $redis
            exit $status
            """
        )
        #expect(outcome.status == 0, "\(outcome)")
        #expect(!outcome.errors.contains("does not come to an end"), "\(outcome)")
    }
}
