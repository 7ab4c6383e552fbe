import Foundation
import TestSupport
import Testing

/// What an operator sees of a reload: signals, files, lines of the log.
@Suite("The process that reloads", .serialized, .patience)
struct ReloadProcessTests {
    /// A shell with a server on a file of settings: `is` waits for a line of the log, `until` for a command.
    private static func script(port: Int, settings: String, _ body: String) -> String {
        """
        folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
        errors=errors
        until_() { for try in $(seq 3000); do "$@" && return; sleep 0.1; done; echo "no: $*"; cat $errors; exit 1; }
        is() { until_ grep -q -- "$1" $errors; echo "$1"; }
        write() { printf '%s' "$1" > new && mv new settings.json; }
        write '\(settings)'
        \(body)
        """
    }

    private static func serve(_ port: Int) -> String {
        """
        "$server" --port \(port) --static . --threads 1 --config settings.json >/dev/null 2>$errors & pid=$!
        until_ "$server" healthcheck --port \(port)
        """
    }

    @Test func `SIGHUP reads the settings again, says what changed, and what needs a restart`() async throws {
        let port = try FreePort.find()
        let outcome = try await ServerProcess.run(
            Self.script(
                port: port,
                settings: #"{"limits": {"text-bytes": 100}}"#,
                Self.serve(port) + """

                    kill -HUP $pid; is 'the settings are what they were'
                    write '{"limits": {"text-bytes": 50}, "node": "other", "log-level": "debug"}'; kill -HUP $pid
                    is 'settings changed: log-level: info → debug; text-bytes: 100 → 50'
                    is 'settings that need a restart: node'
                    write '{"limits": {"text-bytes": "many"}}'; kill -HUP $pid
                    is 'the new settings cannot be used, and the old ones stay in force: --text-bytes'
                    kill -TERM $pid; wait $pid; echo $?
                    """
            )
        )
        #expect(outcome.output.hasSuffix("stay in force: --text-bytes\n0\n"), "\(outcome)")
    }

    @Test func `a server whose terminal closes ends in peace`() async throws {
        let port = try FreePort.find()
        let outcome = try await ServerProcess.run(
            Self.script(
                port: port,
                settings: "{}",
                """
                start='echo $$ >pid; exec "$server" --port \(port) --static . --threads 1 2>errors'
                export server; SHELL=/bin/sh script -qc "$start" /dev/null </dev/null >/dev/null & terminal=$!
                until_ "$server" healthcheck --port \(port)
                kill -KILL $terminal
                is 'the terminal has closed, and the server ends'
                until_ bash -c '! kill -0 $(cat pid) 2>/dev/null'; echo gone
                """
            )
        )
        #expect(outcome.output.hasSuffix("the server ends\ngone\n"), "\(outcome)")
    }

    @Test func `a file that has changed is read without being asked, and a bad one is told once`() async throws {
        let port = try FreePort.find()
        let outcome = try await ServerProcess.run(
            Self.script(
                port: port,
                settings: "{}",
                Self.serve(port) + """

                    write '{"limits": {"history": 50}}'; is 'settings changed: history: 100 → 50'
                    write '{"limits": '; is 'the new settings cannot be used'
                    "$server" healthcheck --port \(port) && echo serving
                    write '{"limits": {"history": 60}}'; is 'settings changed: history: 50 → 60'
                    grep -c 'cannot be used' $errors
                    kill -KILL $pid
                    """
            )
        )
        #expect(outcome.output.hasSuffix("serving\nsettings changed: history: 50 → 60\n1\n"), "\(outcome)")
    }

    @Test func `a certificate that is replaced is taken, and a key that does not fit it is not`() async throws {
        let port = try FreePort.find()
        let outcome = try await ServerProcess.run(
            Self.script(
                port: port,
                settings: #"{"tls-certificate": "now.pem", "tls-key": "now.key"}"#,
                """
                make() { openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$1" \
                    -keyout $1.key -out $1.pem 2>/dev/null; }
                shows() { openssl s_client -connect localhost:\(port) </dev/null 2>/dev/null | openssl x509 -noout -subject; }
                make one; make two; make three
                take() { ln -sf $1.pem now.pem; ln -sf $2.key now.key; }
                take one one
                """ + "\n" + Self.serve(port) + """

                    shows
                    take two two; is 'settings changed: the certificate, until 20'; shows
                    take three two; is 'the key is not that of the certificate'; shows
                    take three three
                    until_ bash -c '[ "$(grep -c "the certificate, until" errors)" = 2 ]'; shows
                    kill -KILL $pid
                    """
            )
        )
        let subjects = outcome.output.split(separator: "\n").filter { $0.hasPrefix("subject") }
        #expect(
            subjects == ["subject=CN = one", "subject=CN = two", "subject=CN = two", "subject=CN = three"],
            "\(outcome)"
        )
    }
}
