import ChatDeflate
package import NIOCore

/// The type of a frame (RFC 6455, section 5.2).
package enum Opcode: UInt8, Sendable {
    case continuation = 0x0
    case text = 0x1
    case binary = 0x2
    case close = 0x8
    case ping = 0x9
    case pong = 0xA

    /// Control frames are short and whole, and may come between the fragments of a message.
    var isControl: Bool { self.rawValue & 0x8 != 0 }
}

/// A whole message, or a control frame, from one or several frames.
package enum WebSocketMessage: Equatable, Sendable {
    /// UTF-8, checked.
    case text(ByteBuffer)
    case binary(ByteBuffer)
    case ping(ByteBuffer)
    case pong(ByteBuffer)
    case close(CloseFrame)
}

/// The content of a close frame.
package struct CloseFrame: Equatable, Sendable {
    /// The status code; nil when the frame was empty.
    package var code: UInt16?
    /// The reason, for people.
    package var reason: String

    package init(code: UInt16?, reason: String) {
        self.code = code
        self.reason = reason
    }

    /// Whether a code is allowed in a close frame (RFC 6455, section 7.4, and the registry of codes).
    package static func isValid(_ code: UInt16) -> Bool {
        switch code {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }
}

/// A violation of RFC 6455 by the other side, with the close code that answers it.
package struct FrameError: Error, Equatable, Sendable {
    /// 1002, 1007 or 1009.
    package var closeCode: UInt16
    /// The fault, in English, at most 123 bytes.
    package var reason: String

    package static func protocolError(_ reason: String) -> Self { .init(closeCode: 1002, reason: reason) }
    package static let invalidUTF8 = Self(closeCode: 1007, reason: "not UTF-8")
    package static let badLength = Self.protocolError("a length is written in the shortest way, and below 2^63")

    package static func tooBig(_ limit: Int) -> Self {
        .init(closeCode: 1009, reason: "a message has at most \(limit) bytes")
    }
}

extension FrameError {
    /// A compressed message was refused.
    init(_ fault: Inflater.Fault, limit: Int) {
        switch fault {
        case .broken: self.init(closeCode: 1007, reason: "a compressed message is not deflate data, or not whole")
        case .tooLong: self = .tooBig(limit)
        case .tooDense:
            self.init(closeCode: 1009, reason: "a long message is compressed to 1/\(Inflater.ratio) at most")
        case .tooManyBlocks: self.init(closeCode: 1009, reason: "a compressed message has too many blocks")
        }
    }
}
