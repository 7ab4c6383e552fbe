import NIOCore
import Testing

@testable import ChatHTTP

@Suite(.timeLimit(.minutes(10)))
struct BodyReaderTests {
    private func read(
        _ framing: RequestHead.Framing,
        _ text: String,
        packet: Int = .max,
        limit: Int = 100
    ) throws -> (body: String, rest: String)? {
        var reader = try BodyReader(framing, limit: limit)
        var input = ByteBuffer()
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: min(packet, bytes.count)) {
            let end = min(bytes.count, start + min(packet, bytes.count))
            input.writeBytes(bytes[start..<end])
            if let body = try reader.read(&input) {
                input.writeBytes(bytes[end...])
                return (String(buffer: body), String(buffer: input))
            }
        }
        return nil
    }

    @Test(arguments: [1, 2, 3, 5, 1000])
    func `a body is the same in packets of every size`(packet: Int) throws {
        let sized = try #require(try self.read(.length(5), "helloGET", packet: packet))
        #expect(sized == ("hello", "GET"))
        let chunks = "3\r\nhel\r\n2;a=\"b\"\r\nlo\r\n00\r\nTrailer: a\r\n\r\nGET"
        let chunked = try #require(try self.read(.chunked, chunks, packet: packet))
        #expect(chunked == ("hello", "GET"))
    }

    @Test(arguments: [
        ("x\r\n", 400), ("\r\n", 400), ("-1\r\n", 400), ("0x1\r\n", 400), ("1\nx", 400), ("1\r\nxy\r\n", 400),
        ("FFFFFFFFFFFFFFFF\r\n", 400), ("FFFFFFFFFFFFFFF\r\n", 413), ("65\r\n", 413),
        ("64\r\n" + String(repeating: "a", count: 100) + "\r\n1\r\n", 413),
    ])
    func `a chunk that is wrong is refused`(text: String, status: Int) {
        #expect(throws: RequestFault.self) { try self.read(.chunked, text) }
        do { _ = try self.read(.chunked, text) } catch { #expect((error as? RequestFault)?.status == status) }
    }

    @Test func `a body above the limit is refused before it comes`() {
        #expect(throws: RequestFault.bodyTooLarge(100)) { try BodyReader(.length(101), limit: 100) }
        #expect(throws: Never.self) { try BodyReader(.length(100), limit: 100) }
    }

    @Test(arguments: ["1;" + String(repeating: "a", count: 5000), "0\r\n" + String(repeating: "a: b\r\n", count: 5000)])
    func `what stands around chunks is bounded`(text: String) {
        #expect(throws: RequestFault.self) { try self.read(.chunked, text, packet: 100) }
    }
}
