import Foundation
import TestSupport
import Testing

/// What an operator sees of the process: its exit status and its lines.
@Suite("The process", .serialized, .patience)
struct ServerProcessTests {
    @Test(arguments: ["2>/dev/full", "2>&-", ">&- 2>&- <&-", ">/dev/full", "2> >(:)"])
    func `a node whose lines nobody takes serves all the same`(redirection: String) async throws {
        let port = try FreePort.find()
        // It warns at once, for want of a page; when it is ready, it is ended in peace.
        let outcome = try await ServerProcess.run(
            """
            "$server" --port \(port) --static /proc/nowhere --threads 1 \(redirection) & pid=$!
            for try in $(seq 3000); do
                "$server" healthcheck --port \(port) && break; kill -0 $pid || break; sleep 0.1
            done
            for try in $(seq 3000); do kill -TERM $pid 2>/dev/null || break; sleep 0.1; done
            wait $pid
            """
        )
        #expect(outcome.status == 0, "\(outcome)")
    }

    @Test func `its health can be asked for where it takes this machine for a balancer`() async throws {
        let port = try FreePort.find()
        let outcome = try await ServerProcess.run(
            """
            "$server" --port \(port) --trusted-proxies 127.0.0.1 --proxy-protocol on --static static & pid=$!
            for try in $(seq 3000); do
                "$server" healthcheck --port \(port) && echo healthy && break; kill -0 $pid || break; sleep 0.1
            done
            kill $pid; wait $pid
            """
        )
        #expect(outcome.output.contains("healthy"), "\(outcome.errors)")
    }

    /// Runs a server that trusts one proxy until its health is asked for, where the environment has the setting.
    private func health(trusting proxy: String) async throws -> ServerProcess.Outcome {
        let port = try FreePort.find()
        return try await ServerProcess.run(
            """
            "$server" --port \(port) --trusted-proxies \(proxy) --static static & pid=$!
            for try in $(seq 3000); do
                "$server" healthcheck --port \(port) && echo healthy && break; kill -0 $pid || break; sleep 0.1
            done
            kill $pid; wait $pid
            """,
            environment: ["CHAT_PROXY_PROTOCOL": "on"]
        )
    }

    @Test func `a check of its health says at once what a balancer says`() async throws {
        let outcome = try await self.health(trusting: "127.0.0.1")
        #expect(outcome.output.contains("healthy"), "\(outcome.errors)")
        #expect(!outcome.errors.contains("sends no header of the PROXY protocol"), "\(outcome.errors)")
    }

    @Test func `its health can be asked for where it takes this machine for no balancer`() async throws {
        let outcome = try await self.health(trusting: "192.0.2.1")
        #expect(outcome.output.contains("healthy"), "\(outcome.errors)")
    }

    @Test func `the options of a subcommand may stand on both sides of its name`() async throws {
        let port = try FreePort.find()
        let outcome = try await ServerProcess.run(
            """
            "$server" check-config --port \(port); "$server" --port \(port) check-config
            "$server" healthcheck --port \(port) || echo nobody
            "$server" --port \(port) --static . --threads 1 >/dev/null & pid=$!
            for try in $(seq 3000); do
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

    @Test func `a crash leaves no core dump unless it is allowed to, and secrets of the environment are not shown`()
        async throws
    {
        let port = try FreePort.find()
        let outcome = try await ServerProcess.run(
            """
            for dumps in off on; do
                "$server" --port \(port) --static . --threads 1 --core-dumps $dumps >/dev/null & pid=$!
                for try in $(seq 3000); do
                    "$server" healthcheck --port \(port) && break; kill -0 $pid || break; sleep 0.1
                done
                awk '/core file size/ {print $5, $6}' /proc/$pid/limits; cat /proc/$pid/coredump_filter
                kill -KILL $pid; wait $pid 2>/dev/null
            done
            REDIS_URL=redis://:s3cret@localhost "$server" check-config
            """
        )
        let lines = outcome.output.split(separator: "\n").map(String.init)
        #expect(lines.prefix(2) == ["0 0", "00000000"], "\(outcome)")
        #expect(!lines.dropFirst(2).prefix(2).contains("00000000"), "\(outcome)")
        #expect(outcome.output.contains("redis://localhost:6379/0"), "\(outcome)")
        #expect(!"\(outcome)".contains("s3cret"))
    }

    @Test func `what the most talkative log says holds no secret`() async throws {
        let outcome = try await ServerProcess.run(
            """
            key=$(mktemp); printf 's3cret-of-a-file-that-is-long-enough' >"$key"
            export CHAT_ADMIN_KEY=s3cret-of-the-operator REDIS_URL=redis://:s3cret@127.0.0.1:1 OTHERS_KEY=s3cret-of-another
            coproc chat { exec "$server" --port 0 --static . --log-level trace --token-key "$key"; }
            pid=$chat_PID; read -r line <&"${chat[0]}"
            kill -TERM "$pid"; wait "$pid"; status=$?; rm "$key"; exit "$status"
            """
        )
        #expect(outcome.status == 0, "\(outcome)")
        #expect(outcome.errors.contains("Reloading"), "\(outcome)")
        #expect(!outcome.errors.contains("s3cret"), "\(outcome)")
    }

    @Test(arguments: [
        ("ulimit -n 8", ""), ("ulimit -n 64", "--threads 400"),
    ])
    func `too few files are one line, and exit status 69`(limit: String, flags: String) async throws {
        let outcome = try await ServerProcess.run("\(limit); exec \"$server\" --port 0 --static . \(flags)")
        #expect(outcome.status == 69, "\(outcome)")
        #expect(outcome.errors.contains("open files"), "\(outcome)")
    }

    /// The limit is that of a user, and none for root.
    @Test(.enabled(if: getuid() == 0))
    func `too few threads are one line, and exit status 69`() async throws {
        let outcome = try await ServerProcess.run(
            """
            setpriv --reuid=64999 --clear-groups bash -c 'ulimit -u 32; exec "$server" --port 0 --static . --threads 200'
            """
        )
        #expect(outcome.status == 69, "\(outcome)")
        #expect(outcome.errors.contains("200 event loops need 208 threads"), "\(outcome)")
    }

    /// A server with few descriptors plans with them; what the system takes away later it cannot know.
    @Test func `without a descriptor left accepting rests, says so once, and goes on`() async throws {
        let port = try FreePort.find()
        let outcome = try await ServerProcess.run(
            """
            errors=$(mktemp); trap 'rm -f "$errors"' EXIT
            "$server" --port \(port) --static static --threads 1 >/dev/null 2>"$errors" & pid=$!
            for try in $(seq 3000); do
                "$server" healthcheck --port \(port) && break; kill -0 $pid || break; sleep 0.1
            done
            address=/dev/tcp/127.0.0.1/\(port)
            prlimit --pid $pid --nofile=$(($(ls /proc/$pid/fd | wc -l) + 10))
            for descriptor in $(seq 100 119); do eval "exec $descriptor<>$address"; done
            for try in $(seq 3000); do grep -q 'no connection can be accepted' "$errors" && break; sleep 0.1; done
            page='GET /index.html HTTP/1.1\\r\\nHost: 127.0.0.1\\r\\n\\r\\n'
            printf "$page" >&100; read -r -t 30 -u 100 line; echo "${line%?}"
            for descriptor in $(seq 100 119); do eval "exec $descriptor>&-"; done
            exec 11<>$address
            printf "$page" >&11; read -r -t 30 -u 11 line; echo "${line%?}"
            grep -c 'no connection can be accepted' "$errors"
            kill -KILL $pid
            """
        )
        let lines = outcome.output.split(separator: "\n")
        #expect(lines == ["HTTP/1.1 503 Service Unavailable", "HTTP/1.1 200 OK", "1"], "\(outcome)")
    }

    @Test func `a host that cannot be resolved is one line, and exit status 69`() async throws {
        let outcome = try await ServerProcess.run("exec \"$server\" --port 0 --static . --host nowhere.invalid")
        #expect(outcome.status == 69, "\(outcome)")
        let line = "cannot listen on nowhere.invalid:0: the host cannot be resolved"
        #expect(outcome.errors.contains(line), "\(outcome)")
    }

    @Test func `a shutdown while Redis hangs is over in time`() async throws {
        let (port, redis) = (try FreePort.find(), try FreePort.find())
        let outcome = try await ServerProcess.run(
            """
            redis-server --port \(redis) --bind 127.0.0.1 --save '' --daemonize no >/dev/null & redis=$!
            "$server" --port \(port) --static . --threads 1 --redis redis://127.0.0.1:\(redis) >/dev/null & pid=$!
            for try in $(seq 3000); do
                "$server" healthcheck --port \(port) && break; kill -0 $pid || break; sleep 0.1
            done
            kill -STOP $redis
            "$server" healthcheck --port \(port)
            for try in $(seq 3000); do kill -TERM $pid 2>/dev/null || break; sleep 0.1; done
            wait $pid; status=$?
            kill -KILL $redis
            exit $status
            """
        )
        #expect(outcome.status == 0, "\(outcome)")
        #expect(!outcome.errors.contains("does not come to an end"), "\(outcome)")
    }
}
