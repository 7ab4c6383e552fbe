import CZlib
import ChatCore
import ChatDeflate
import Foundation
import NIOCore
import Testing

@testable import ChatNode

@Suite(.patience)
struct CompressionTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "static").path

    /// What zlib makes of it again.
    private func decompress(_ bytes: ByteBuffer, room: Int) -> ByteBuffer? {
        var stream = z_stream()
        guard inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            return nil
        }
        defer { inflateEnd(&stream) }
        var output = ByteBuffer()
        let written = bytes.withUnsafeReadableBytes { input in
            output.writeWithUnsafeMutableBytes(minimumWritableBytes: room) { room in
                stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
                stream.avail_in = UInt32(input.count)
                stream.next_out = room.baseAddress?.assumingMemoryBound(to: UInt8.self)
                stream.avail_out = UInt32(room.count)
                return inflate(&stream, Z_FINISH) == Z_STREAM_END ? Int(stream.total_out) : 0
            }
        }
        return written > 0 ? output : nil
    }

    @Test(arguments: [
        String(repeating: "안녕하세요 👋🏽 ", count: 4000), "x", (0..<3000).map { "\($0 &* 2_654_435_761)" }.joined(),
    ])
    func `what is compressed comes out as it was`(text: String) throws {
        let plain = ByteBuffer(string: text)
        let compressed = try #require(Gzip.compress(plain))
        #expect(compressed.readableBytesView.starts(with: [0x1F, 0x8B]))
        #expect(self.decompress(compressed, room: plain.readableBytes + 1) == plain)
    }

    @Test(arguments: [
        ("gzip", true), ("br, GZIP;q=0.5", true), ("*", true), ("x-gzip", true), ("gzip;q=0", false),
        ("gzip; q=0.0, *", false), ("br", false), ("*;q=0", false), ("identity", false), ("", false),
        ("gzipped", false),
    ])
    func `what a client decodes is read from its header`(field: String, takesGzip: Bool) {
        #expect(AcceptedEncodings(field).takesGzip == takesGzip)
        #expect(!AcceptedEncodings(nil).takesGzip)
    }

    @Test func `each encoding of a file has a validator of its own`() async throws {
        try await TestServer.with(["static": Self.root]) { server in
            func head(_ encoding: String, _ validator: String? = nil) async throws -> (Int, [String: String]) {
                var headers = ["Accept-Encoding": encoding]
                headers["If-None-Match"] = validator
                let answer = try await server.request("HEAD", "/js/main.js", headers: headers)
                return (answer.status, answer.headers)
            }
            let (plain, gzip) = (try await head("identity").1, try await head("gzip").1)
            #expect(plain["content-encoding"] == nil)
            #expect(gzip["content-encoding"] == "gzip")
            #expect(plain["vary"] == "Accept-Encoding" && gzip["vary"] == "Accept-Encoding")
            let sizes = [plain, gzip].map { Int($0["content-length"] ?? "") ?? 0 }
            #expect(sizes[1] > 0 && sizes[1] < sizes[0])
            let tags = (try #require(plain["etag"]), try #require(gzip["etag"]))
            #expect(tags.0 != tags.1)
            #expect(try await head("gzip", tags.1).0 == 304)
            #expect(try await head("identity", tags.0).0 == 304)
            #expect(try await head("identity", tags.1).0 == 200, "the other encoding is no answer")
            #expect(try await head("gzip", tags.0).0 == 200)
            let unchanged = try await head("gzip", tags.1).1
            #expect(unchanged["vary"] == "Accept-Encoding" && unchanged["etag"] == tags.1)
        }
    }
}
