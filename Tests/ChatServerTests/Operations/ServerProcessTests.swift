import Foundation
import TestSupport
import Testing

/// What an operator sees of the process: its exit status and its lines.
@Suite("The process", .serialized, .patience)
struct ServerProcessTests {
    @Test(arguments: ["2>/dev/full", "2>&-", ">&- 2>&- <&-", ">/dev/full", "2> >(:)"])
    func `a node whose lines nobody takes serves all the same`(redirection: String) async throws {
        let port = try await FreePort.find()
        // It warns at once, for want of a page; when it is ready, it is ended in peace.
        let outcome = try await ServerProcess.run(
            """
            "$server" --port \(port) --static /nonexistent --threads 1 \(redirection) & pid=$!
            for try in $(seq 300); do
                "$server" healthcheck --port \(port) && break; kill -0 $pid || break; sleep 0.1
            done
            for try in $(seq 300); do kill -TERM $pid 2>/dev/null || break; sleep 0.1; done
            wait $pid
            """
        )
        #expect(outcome.status == 0, "\(outcome)")
    }

    @Test func `the options of a subcommand may stand on both sides of its name`() async throws {
        let port = try await FreePort.find()
        let outcome = try await ServerProcess.run(
            """
            "$server" check-config --port \(port); "$server" --port \(port) check-config
            "$server" healthcheck --port \(port) || echo nobody
            "$server" --port \(port) --static . --threads 1 >/dev/null & pid=$!
            for try in $(seq 300); do
                "$server" healthcheck --port \(port) && break; kill -0 $pid || break; sleep 0.1
            done
            "$server" --port \(port) healthcheck && echo ready
            "$server" healthcheck --port 0; echo $?
            kill -KILL $pid
            """
        )
        #expect(outcome.output.components(separatedBy: "127.0.0.1:\(port), ").count == 3, "\(outcome)")
        #expect(outcome.output.hasSuffix("nobody\nready\n64\n"), "\(outcome)")
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
        let line = "cannot listen on nowhere.invalid:0: the host cannot be resolved"
        #expect(outcome.errors.contains(line), "\(outcome)")
    }

    @Test func `a shutdown while Redis hangs is over in time`() async throws {
        let (port, redis) = (try await FreePort.find(), try await FreePort.find())
        let outcome = try await ServerProcess.run(
            """
            redis-server --port \(redis) --bind 127.0.0.1 --save '' --daemonize no >/dev/null & redis=$!
            "$server" --port \(port) --static . --threads 1 --redis redis://127.0.0.1:\(redis) >/dev/null & pid=$!
            for try in $(seq 300); do
                "$server" healthcheck --port \(port) && break; kill -0 $pid || break; sleep 0.1
            done
            kill -STOP $redis
            "$server" healthcheck --port \(port)
            for try in $(seq 300); do kill -TERM $pid 2>/dev/null || break; sleep 0.1; done
            wait $pid; status=$?
            kill -KILL $redis
            exit $status
            """
        )
        #expect(outcome.status == 0, "\(outcome)")
        #expect(!outcome.errors.contains("does not come to an end"), "\(outcome)")
    }
}
