import ChatWebSocket
import NIOCore

/// Requests and frames as bytes, for what no well-behaved client would send.
enum Handshake {
    static func text(_ target: String = "/ws", _ fields: String...) -> String {
        "GET \(target) HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nSec-WebSocket-Version: 13\r\n"
            + fields.map { $0 + "\r\n" }.joined() + "\r\n"
    }

    static func get(_ target: String = "/healthz", _ fields: String...) -> String {
        "GET \(target) HTTP/1.1\r\nHost: localhost\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n"
    }

    static func frame(_ text: String, _ opcode: Opcode = .text) -> [UInt8] {
        var frame = ByteBuffer()
        FrameEncoder.write(opcode, ByteBuffer(string: text), mask: 0x1234_5678, to: &frame)
        return Array(frame.readableBytesView)
    }
}
