import NIOCore
import Testing

@testable import ChatHTTP

/// W3C Trace Context, section 3.2.
@Suite(.timeLimit(.minutes(10)))
struct TraceParentTests {
    private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    private static let parent = "00f067aa0ba902b7"
    private static let valid = "00-\(trace)-\(parent)-01"

    @Test(arguments: [
        valid, "00-\(trace)-\(parent)-ff", "cc-\(trace)-\(parent)-01", "cc-\(trace)-\(parent)-01-what-comes-later",
    ])
    func `a valid one says its trace and its caller`(text: String) throws {
        let read = try #require(TraceParent(Array(text.utf8)))
        #expect(read.traceID == Self.trace && read.parentID == Self.parent)
    }

    @Test(arguments: [
        "", "00", "00-\(trace)-\(parent)", "00-\(trace)-\(parent)-1", "00-\(trace)-\(parent)-011",
        "00-\(trace)-\(parent)-01-more", "00-\(trace)-\(parent)-01-", "cc-\(trace)-\(parent)-01.more",
        "ff-\(trace)-\(parent)-01", "0-\(trace)-\(parent)-01", "0g-\(trace)-\(parent)-01",
        "00-\(trace.uppercased())-\(parent)-01", "00-\(trace)-\(parent)-0A",
        "00-\(String(repeating: "0", count: 32))-\(parent)-01", "00-\(trace)-\(String(repeating: "0", count: 16))-01",
        "00_\(trace)_\(parent)_01", "00-\(trace.dropLast())-\(parent)-01", " \(valid)", "00-\(trace)-\(parent)-0é",
    ])
    func `anything else is none`(text: String) { #expect(TraceParent(Array(text.utf8)) == nil) }

    private func head(_ fields: String) throws -> RequestHead {
        var input = ByteBuffer(string: "GET / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n")
        var reader = RequestHeadReader()
        return try #require(try reader.read(&input))
    }

    @Test func `a request belongs to one trace or to none`() throws {
        #expect(try self.head("TraceParent:  \(Self.valid) \r\n").trace?.traceID == Self.trace)
        #expect(try self.head("").trace == nil)
        #expect(try self.head("traceparent: \(Self.valid)\r\ntraceparent: \(Self.valid)\r\n").trace == nil)
    }
}
