import ChatCore
import NIOCore

/// Reads the header of the PROXY protocol, versions 1 and 2, with which a proxy says for whom it has connected.
///
/// It comes before anything else, TLS included. See HAProxy's "The PROXY protocol, versions 1 & 2", section 2. It is
/// strict and bounded: each byte is looked at a few times, and the first one that cannot belong to a header ends it.
struct ProxyHeader {
    /// The most bytes of a header; a longer one has more about the connection than anybody needs.
    static let maximumBytes = 4096
    /// The most bytes of a line of version 1, its end included.
    private static let maximumLine = 107

    /// The meaning of the bytes so far.
    enum OnBytes: Equatable {
        /// The header has not ended.
        case wait
        /// The proxy has connected for this address; nil: for itself, as for a check of health, or for one that it does
        /// not know. The rest is the connection's.
        case proxied(NetworkAddress?, rest: ByteBuffer)
        /// This is no such header.
        case refuse(String)
    }

    /// `\r\n\r\n\0\r\nQUIT\n`: nothing that a server of another protocol would accept.
    private static let signature: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A]
    private static let word = Array("PROXY ".utf8)

    private var input = ByteBuffer()

    /// Bytes came.
    mutating func receive(_ bytes: ByteBuffer) -> OnBytes {
        self.input.writeImmutableBuffer(bytes)
        let view = self.input.readableBytesView
        guard let first = view.first else { return .wait }
        return first == Self.signature[0] ? self.readBinary(view) : self.readLine(view)
    }

    private mutating func end(_ address: NetworkAddress?, after count: Int) -> OnBytes {
        self.input.moveReaderIndex(forwardBy: count)
        let rest = self.input.slice()
        self.input = ByteBuffer()
        return .proxied(address, rest: rest)
    }

    // MARK: Version 1

    private mutating func readLine(_ view: ByteBufferView) -> OnBytes {
        guard view.prefix(Self.word.count).elementsEqual(Self.word.prefix(view.count)) else {
            return .refuse("it does not begin with a header of the PROXY protocol")
        }
        let line = view.prefix(Self.maximumLine)
        guard let end = line.firstIndex(of: UInt8(ascii: "\n")) else {
            return line.count < Self.maximumLine ? .wait : .refuse("a line has at most \(Self.maximumLine) bytes")
        }
        let count = end - line.startIndex + 1
        guard end > line.startIndex, line[end - 1] == UInt8(ascii: "\r") else {
            return .refuse("a line ends with CR and LF")
        }
        let fields = line[..<(end - 1)].split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        // The receiver must ignore what follows the word.
        if fields[1].elementsEqual("UNKNOWN".utf8) { return self.end(nil, after: count) }
        let isIPv4 = fields[1].elementsEqual("TCP4".utf8)
        guard isIPv4 || fields[1].elementsEqual("TCP6".utf8), fields.count == 6,
            let source = Self.address(fields[2], isIPv4), Self.address(fields[3], isIPv4) != nil,
            Self.isPort(fields[4]), Self.isPort(fields[5])
        else { return .refuse("a line is \"PROXY TCP4 source destination port port\", TCP6 or UNKNOWN") }
        return self.end(source, after: count)
    }

    /// The family decides the form: an address of IPv4 among those of IPv6 has colons, too.
    private static func address(_ text: ByteBufferView, _ isIPv4: Bool) -> NetworkAddress? {
        guard text.contains(UInt8(ascii: ":")) != isIPv4 else { return nil }
        return NetworkAddress(text: text)
    }

    private static func isPort(_ text: ByteBufferView) -> Bool {
        guard (1...5).contains(text.count), text.count == 1 || text.first != UInt8(ascii: "0"),
            text.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return false }
        return text.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) } <= 65535
    }

    // MARK: Version 2

    /// The bytes before the addresses: the signature, the version and the command, the family, and the length.
    private static let binaryHead = 16

    private mutating func readBinary(_ view: ByteBufferView) -> OnBytes {
        guard view.prefix(Self.signature.count).elementsEqual(Self.signature.prefix(view.count)) else {
            return .refuse("it does not begin with a header of the PROXY protocol")
        }
        guard view.count >= Self.binaryHead else { return .wait }
        let head = view.prefix(Self.binaryHead).map { $0 }
        guard head[12] >> 4 == 2 else { return .refuse("the versions understood here are 1 and 2") }
        let length = Int(head[14]) << 8 | Int(head[15])
        guard Self.binaryHead + length <= Self.maximumBytes else {
            return .refuse("a header has at most \(Self.maximumBytes) bytes")
        }
        guard view.count >= Self.binaryHead + length else { return .wait }
        let addresses = view.dropFirst(Self.binaryHead).prefix(length)
        switch (head[12] & 0xF, head[13]) {
        // LOCAL: the proxy speaks for itself, whatever follows.
        case (0, _): return self.end(nil, after: Self.binaryHead + length)
        // Of no family, or from a Unix domain socket: whoever it is has no address.
        case (1, 0x00), (1, 0x31): return self.end(nil, after: Self.binaryHead + length)
        case (1, 0x11) where length >= 12:
            return self.end(NetworkAddress(bytes: addresses.prefix(4)), after: Self.binaryHead + length)
        case (1, 0x21) where length >= 36:
            return self.end(NetworkAddress(bytes: addresses.prefix(16)), after: Self.binaryHead + length)
        default: return .refuse("the families understood here are TCP over IPv4 and IPv6")
        }
    }
}
