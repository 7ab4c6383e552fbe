import ChatSystem
import Testing

/// Commands of the shell, within their bounds.
@Suite(.timeLimit(.minutes(10))) struct ShellCommandTests {
    private func run(_ command: String, bytes: Int = 100, patience: Duration = .seconds(300)) -> ShellCommand.End {
        ShellCommand(command, maximumBytes: bytes, patience: patience, sharesErrors: false).run()
    }

    @Test func `what it prints is taken`() {
        #expect(self.run("printf token; echo note >&2") == .printed(Array("token".utf8)))
        #expect(self.run("true") == .printed([]))
    }

    @Test func `it has no input`() { #expect(self.run("cat; echo end") == .printed(Array("end\n".utf8))) }

    @Test func `why it failed is the last line that it said`() {
        #expect(self.run("echo token; echo one >&2; echo two >&2; exit 3") == .failed("two"))
        #expect(self.run("exit 1") == .failed(""))
        #expect(self.run("kill -9 $$") == .failed(""))
        #expect(self.run("/no/such/command 2>/dev/null") == .failed(""))
    }

    @Test func `a command that prints for ever is ended`() {
        #expect(self.run("yes") == .tooLong)
        #expect(self.run("printf 12345", bytes: 5) == .printed(Array("12345".utf8)))
        #expect(self.run("printf 123456", bytes: 5) == .tooLong)
    }

    @Test func `a command that does not end is ended`() {
        #expect(self.run("exec sleep 1000", patience: .milliseconds(50)) == .tooSlow)
        #expect(self.run("exec >&- 2>&-; exec sleep 1000", patience: .milliseconds(50)) == .tooSlow)
    }
}
