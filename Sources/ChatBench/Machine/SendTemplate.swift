internal import ChatCore
internal import ChatWebSocket
internal import NIOCore

/// The `send` commands of one sender: the constant parts are made once.
struct SendTemplate: Sendable {
    private let sender: Int
    private let afterID: ByteBuffer
    private let keyStem: String?
    private let afterToken: ByteBuffer
    private var payload = ByteBuffer()

    /// - Parameters:
    ///   - plan: Of the run.
    ///   - sender: The number of the sender.
    ///   - room: The room to which it sends.
    init(_ plan: BenchPlan, sender: Int, room: RoomName) {
        self.sender = sender
        self.afterID = ByteBuffer(string: #","room":"\#(room.rawValue)","text":""#)
        let pad = String(repeating: "x", count: max(0, plan.size - BenchToken.count))
        self.keyStem = plan.hasKeys ? #","key":"\#(plan.run)-\#(sender)-"# : nil
        self.afterToken = ByteBuffer(string: pad + "\"")
    }

    /// Appends one command as a frame.
    ///
    /// - Parameters:
    ///   - id: Of the command.
    ///   - due: The time when the message is due.
    ///   - mask: Of the frame.
    ///   - out: The buffer to which it is appended.
    mutating func write(id: Int, due: Int, mask: UInt32, to out: inout ByteBuffer) {
        self.payload.clear()
        self.payload.writeStaticString(#"{"type":"send","id":"#)
        self.payload.writeDecimal(id)
        self.payload.writeImmutableBuffer(self.afterID)
        BenchToken(due: due, sender: self.sender).write(to: &self.payload)
        self.payload.writeImmutableBuffer(self.afterToken)
        if let keyStem {
            self.payload.writeString(keyStem)
            self.payload.writeDecimal(id)
            self.payload.writeStaticString("\"")
        }
        self.payload.writeStaticString("}")
        FrameEncoder.write(.text, self.payload, mask: mask, to: &out)
    }
}
