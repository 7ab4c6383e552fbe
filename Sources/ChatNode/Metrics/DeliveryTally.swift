import ChatCore
import NIOCore

/// The counts of the frames that wait in a room for the next flush.
struct DeliveryTally {
    private(set) var frames = 0
    private(set) var messages = 0
    /// The time of the first message, in milliseconds since the Unix epoch: the latency of a flush is that of its
    /// oldest message.
    private(set) var oldest: Int?

    /// A frame was added.
    mutating func addFrame() { self.frames += 1 }

    /// The frame that was added is a message.
    mutating func addMessage(_ payload: ByteBuffer) {
        if self.messages == 0 { self.oldest = PublicationCodec.time(of: payload) }
        self.messages += 1
    }
}
