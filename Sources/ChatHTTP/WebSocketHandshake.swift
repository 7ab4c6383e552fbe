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
        var hash = Insecure.SHA1()
        for part in [key, ArraySlice("258EAFA5-E914-47DA-95CA-C5AB0DC85B11".utf8)] {
            part.withUnsafeBytes { hash.update(bufferPointer: $0) }
        }
        return hash.finalize().withUnsafeBytes(Self.base64)
    }

    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    private static func base64(_ bytes: UnsafeRawBufferPointer) -> String {
        let length = (bytes.count + 2) / 3 * 4
        return String(unsafeUninitializedCapacity: length) { text in
            for (group, start) in stride(from: 0, to: bytes.count, by: 3).enumerated() {
                // Three bytes are four digits; what is missing of the last three is shown by padding.
                let count = min(3, bytes.count - start)
                var bits = 0
                for index in 0..<3 { bits = bits << 8 | (index < count ? Int(bytes[start + index]) : 0) }
                for place in 0..<4 {
                    let digit = Self.digits[bits >> (18 - 6 * place) & 0x3F]
                    text[4 * group + place] = place <= count ? digit : UInt8(ascii: "=")
                }
            }
            return length
        }
    }
}
