internal import Crypto

/// The server's half of a WebSocket's opening handshake (RFC 6455, section 4.2).
package enum WebSocketHandshake {
    /// The result for a request.
    package enum Verdict: Equatable, Sendable {
        /// It is valid; the answer has this `Sec-WebSocket-Accept`.
        case accept(String)
        /// It does not ask for a WebSocket.
        case notAsked
        /// It asks for a version that is not supported.
        case otherVersion
        /// It is wrong.
        case malformed(String)
    }

    /// Checks a request.
    package static func read(_ head: RequestHead) -> Verdict {
        guard head.method == .get, head.isCurrent, head.has("websocket", in: "upgrade"),
            head.has("upgrade", in: "connection")
        else { return .notAsked }
        guard head.framing == .none else { return .malformed("a handshake has no body") }
        let versions = head.values(of: "sec-websocket-version")
        guard versions.count == 1, versions[0].elementsEqual("13".utf8) else { return .otherVersion }
        let keys = head.values(of: "sec-websocket-key")
        guard keys.count == 1, Self.isKey(keys[0]) else {
            return .malformed("Sec-WebSocket-Key is 16 bytes in base64")
        }
        return .accept(Self.accept(keys[0]))
    }

    /// Whether the value could be 16 bytes in base64: 22 digits and the padding.
    private static func isKey(_ key: ArraySlice<UInt8>) -> Bool {
        key.count == 24 && key.suffix(2).elementsEqual("==".utf8)
            && key.dropLast(2).allSatisfy {
                ASCII.isLetter($0) || ASCII.isDigit($0) || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "/")
            }
    }

    private static func accept(_ key: ArraySlice<UInt8>) -> String {
        Self.base64(Array(Insecure.SHA1.hash(data: Array(key) + Array("258EAFA5-E914-47DA-95CA-C5AB0DC85B11".utf8))))
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(28)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for place in 0..<4 {
                text.append(place <= group.count ? digits[bits >> (18 - 6 * place) & 0x3F] : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
