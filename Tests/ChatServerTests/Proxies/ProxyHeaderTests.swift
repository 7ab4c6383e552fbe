import ChatCore
import NIOCore
import TestSupport
import Testing

@testable import ChatNode

/// Headers of the PROXY protocol as its document writes them, and as strangers would.
@Suite(.patience)
struct ProxyHeaderTests {
    static let signature: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A]
    static let ipv4: [UInt8] = [192, 0, 2, 1, 198, 51, 100, 1, 0x1F, 0x90, 0, 80]
    static let ipv6: [UInt8] = [0x20, 0x01, 0x0D, 0xB8] + [UInt8](repeating: 0, count: 11) + [1]

    static func binary(_ command: UInt8, _ family: UInt8, _ body: [UInt8]) -> [UInt8] {
        self.signature + [command, family, UInt8(body.count >> 8), UInt8(body.count & 255)] + body
    }

    private func read(_ bytes: [UInt8]) -> String {
        var header = ProxyHeader()
        return self.words(header.receive(ByteBuffer(bytes: bytes)))
    }

    private func words(_ action: ProxyHeader.OnBytes) -> String {
        switch action {
        case .wait: "wait"
        case .proxied(let address, let rest): "\(address.map { "\($0)" } ?? "-") +\(String(buffer: rest))"
        case .refuse: "refuse"
        }
    }

    @Test(arguments: [
        ("PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\nGET", "192.0.2.1 +GET"),
        ("PROXY TCP6 2001:db8::1 ::1 1 65535\r\n", "2001:db8::1 +"),
        (
            "PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\nx",
            "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff +x"
        ),
        ("PROXY TCP6 ::ffff:192.0.2.1 ::1 1 2\r\n", "192.0.2.1 +"), ("PROXY UNKNOWN\r\nGET", "- +GET"),
        ("PROXY UNKNOWN ffff:: whatever 65536 it says\r\n", "- +"), ("", "wait"), ("PRO", "wait"),
        ("PROXY TCP4 192.0.2.1", "wait"), ("PROXY UNKNOWN\r", "wait"), ("GET / HTTP/1.1\r\n", "refuse"),
        ("proxy TCP4", "refuse"),
        ("PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\n", "refuse"),
        ("PROXY TCP4 192.0.2.1 198.51.100.1 56324 65536\r\n", "refuse"),
        ("PROXY TCP4 192.0.2.1 198.51.100.1 056 443\r\n", "refuse"),
        ("PROXY TCP4 192.0.2.1 198.51.100.1 56324\r\n", "refuse"),
        ("PROXY TCP4 192.0.2.1 198.51.100.1 56324 443 \r\n", "refuse"),
        ("PROXY TCP4  192.0.2.1 198.51.100.1 1 2\r\n", "refuse"),
        ("PROXY TCP4 2001:db8::1 ::1 1 2\r\n", "refuse"), ("PROXY TCP6 192.0.2.1 192.0.2.2 1 2\r\n", "refuse"),
        ("PROXY TCP4 192.0.2.1 x 1 2\r\n", "refuse"), ("PROXY UDP4 192.0.2.1 192.0.2.2 1 2\r\n", "refuse"),
        ("PROXY \r\n", "refuse"),
        ("PROXY TCP4 192.0.2.256 192.0.2.2 1 2\r\n", "refuse"), ("\n", "refuse"), ("\r\n\r\n\0\r\nQUIX", "refuse"),
    ])
    func `a line says for whom the proxy has connected`(text: String, result: String) {
        #expect(self.read(Array(text.utf8)) == result)
    }

    @Test func `a line that does not end is refused at the longest that there is`() {
        let line = "PROXY UNKNOWN " + String(repeating: "x", count: 200)
        #expect(self.read(Array(line.utf8.prefix(106))) == "wait")
        #expect(self.read(Array(line.utf8.prefix(107))) == "refuse")
        #expect(self.read(Array((line.prefix(105) + "\r\n").utf8)) == "- +")
        #expect(self.read(Array((line.prefix(106) + "\r\n").utf8)) == "refuse")
    }

    @Test(
        arguments: [
            (0x21, 0x11, Self.ipv4, "192.0.2.1 +x"), (0x21, 0x11, Self.ipv4 + [4, 0, 1, 0], "192.0.2.1 +x"),
            (0x21, 0x21, Self.ipv6 + Self.ipv6 + [0, 1, 0, 2], "2001:db8::1 +x"), (0x20, 0x00, [], "- +x"),
            (0x20, 0x11, Self.ipv4, "- +x"),
            (0x20, 0xFF, [1, 2, 3], "- +x"), (0x21, 0x00, [], "- +x"),
            (0x21, 0x31, [UInt8](repeating: 0, count: 216), "- +x"),
            (0x21, 0x11, Array(Self.ipv4.dropLast()), "refuse"), (0x21, 0x21, Self.ipv6, "refuse"),
            (0x21, 0x12, Self.ipv4, "refuse"),
            (0x21, 0x41, Self.ipv4, "refuse"), (0x22, 0x11, Self.ipv4, "refuse"), (0x11, 0x11, Self.ipv4, "refuse"),
            (0x31, 0x11, Self.ipv4, "refuse"),
            (0x21, 0x11, [UInt8](repeating: 0, count: 4081), "refuse"),
        ] as [(UInt8, UInt8, [UInt8], String)]
    )
    func `a binary header says the same`(command: UInt8, family: UInt8, body: [UInt8], result: String) {
        #expect(self.read(Self.binary(command, family, body) + Array("x".utf8)) == result)
    }

    @Test(arguments: [
        Array("PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\nrest".utf8),
        Self.binary(0x21, 0x11, Self.ipv4 + [9, 9]) + Array("rest".utf8),
    ])
    func `it may come in any pieces`(bytes: [UInt8]) {
        for size in 1...bytes.count {
            var header = ProxyHeader()
            var rest = bytes[...]
            var result = "wait"
            while result == "wait", !rest.isEmpty {
                result = self.words(header.receive(ByteBuffer(bytes: rest.prefix(size))))
                rest = rest.dropFirst(size)
            }
            let behind = result + String(decoding: rest, as: UTF8.self)
            #expect(behind == "192.0.2.1 +rest", "pieces of \(size)")
        }
    }

    @Test(arguments: SeededGenerator.seeds)
    func `no bytes at all trap it, and none keep it waiting past its bound`(seed: UInt64) {
        var generator = SeededGenerator(seed)
        let samples = [
            Array("PROXY TCP6 2001:db8::1 ::1 1 65535\r\n".utf8),
            Self.binary(0x21, 0x21, Self.ipv6 + Self.ipv6 + [0, 1, 0, 2]),
        ]
        for _ in 0..<3000 {
            var bytes = samples.randomElement(using: &generator) ?? []
            for _ in 0..<Int.random(in: 0...3, using: &generator) {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = .random(in: 0...255, using: &generator)
            }
            bytes = Array(bytes.prefix(.random(in: 1...bytes.count, using: &generator)))
            var header = ProxyHeader()
            if case .wait = header.receive(ByteBuffer(bytes: bytes)) {
                let more = ByteBuffer(repeating: bytes[0], count: ProxyHeader.maximumBytes)
                #expect(header.receive(more) != .wait)
            }
        }
    }
}
