import ChatSystem
import Foundation
import Logging
import Testing

@testable import ChatNode
@testable import ChatServer

@Suite("Log lines that cannot be written", .patience)
struct LogOutputTests {
    /// A pipe and its two ends, closed when the body has ended.
    private func withPipe(_ body: (_ read: inout CInt, _ write: CInt) throws -> Void) throws {
        ProcessSetup.prepareStandardDescriptors(.nothing)
        var ends: [CInt] = [-1, -1]
        try #require(pipe(&ends) == 0)
        var reader = ends[0]
        defer {
            if reader >= 0 { close(reader) }
            close(ends[1])
        }
        try body(&reader, ends[1])
    }

    private func logger(_ output: LogOutput, _ format: ServerConfiguration.LogFormat = .text) -> Logger {
        Logger(label: "test") { LineLogHandler(label: $0, format: format, level: LogLevel(.info), output: output) }
    }

    private func read(_ descriptor: CInt) -> String {
        var bytes = [UInt8](repeating: 0, count: 1 << 18)
        let count = Foundation.read(descriptor, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }

    @Test func `a pipe whose reader has gone costs the line, and not the process`() throws {
        try self.withPipe { reader, writer in
            let output = LogOutput(Descriptor(writer))
            close(reader)
            reader = -1
            self.logger(output).info("nobody reads this")
            #expect(output.lostLines == 1)
        }
    }

    @Test func `a full disk and a closed descriptor cost the line`() throws {
        let full = open("/dev/full", O_WRONLY)
        defer { close(full) }
        for descriptor in [full, 1 << 20] {
            let output = LogOutput(Descriptor(descriptor))
            self.logger(output).info("one")
            self.logger(output).info("two")
            #expect(output.lostLines == 2)
        }
    }

    @Test(arguments: [ServerConfiguration.LogFormat.text, .json])
    func `a reader that stands still holds nobody up, and is told what it has missed`(
        format: ServerConfiguration.LogFormat
    ) throws {
        try self.withPipe { reader, writer in
            let output = LogOutput(Descriptor(writer))
            let logger = self.logger(output, format)
            // More than a pipe holds: without a bound this would never end.
            for _ in 0..<200 { logger.info("\(String(repeating: "x", count: 1000))") }
            let lost = output.lostLines
            #expect(lost > 0)
            _ = self.read(reader)
            logger.info("read again")
            let lines = self.read(reader).split(separator: "\n")
            #expect(lines.suffix(2).first?.contains("log lines could not be written") == true)
            #expect(lines.suffix(2).first?.contains("\(lost)") == true)
            #expect(lines.last?.contains("read again") == true)
            #expect(output.lostLines == lost)
        }
    }

    @Test func `a line that was torn does not run into the next one`() {
        var gaps = LogGaps()
        #expect(gaps.next("one\n", notice: { "\($0) lost\n" }) == ("one\n", true))
        gaps.failed(after: 2)
        #expect(gaps.next("two\n", notice: { "\($0) lost\n" }) == ("\n1 lost\ntwo\n", false))
        gaps.failed(after: 0)
        #expect(gaps.next("three\n", notice: { "\($0) lost\n" }) == ("\n2 lost\nthree\n", false))
        gaps.wrote()
        #expect(gaps.next("four\n", notice: { "\($0) lost\n" }) == ("four\n", true))
        #expect(gaps.total == 2)
    }
}
