import ChatCore
import ChatDeflate
import ChatWebSocket
import NIOCore

/// Frames for a room's live members, gathered in one buffer until they leave, and their counts.
struct RoomFrames {
    /// The urgency of a frame.
    enum Urgency {
        /// It leaves as soon as the pace of the room's messages allows.
        case prompt
        /// Presence: it may wait a moment, so that a crowd that comes together is sent together.
        case unhurried
        /// Typing: it may wait as well, and a member with a long queue does not get it.
        case ephemeral
    }

    /// All waiting frames.
    private(set) var frames = ByteBuffer()
    /// The counts of these frames.
    var tally = DeliveryTally()
    /// The same without frames that may be lost; nil while there are none of those.
    private var lasting: ByteBuffer?
    private var hasPrompt = false
    private var lastSize = 0
    private var newCount = 0

    /// Whether frames wait, and none of them is urgent.
    var isUnhurried: Bool { !self.hasPrompt && self.frames.readableBytes > 0 }

    /// Adds a frame.
    ///
    /// - Parameters:
    ///   - payload: The event.
    ///   - urgency: Its urgency.
    mutating func add(_ payload: ByteBuffer, _ urgency: Urgency) {
        if self.frames.readableBytes == 0 {
            // The last buffer may still wait in channels and belongs to them now; the new one has the size that the
            // last one reached.
            self.frames = ByteBufferAllocator().buffer(
                capacity: max(self.lastSize, payload.readableBytes + FrameEncoder.maximumHeader)
            )
        }
        switch urgency {
        case .ephemeral: self.lasting = self.lasting ?? self.frames
        case .prompt, .unhurried:
            guard var lasting = self.lasting.take() else { break }
            FrameEncoder.write(.text, payload, to: &lasting)
            self.lasting = lasting
        }
        FrameEncoder.write(.text, payload, to: &self.frames)
        self.hasPrompt = self.hasPrompt || urgency == .prompt
        self.tally.addFrame()
        self.newCount += 1
    }

    /// The number of frames that were added since the last call.
    mutating func takeNewCount() -> Int {
        defer { self.newCount = 0 }
        return self.newCount
    }

    /// The gathered frames, on their way to each live member.
    struct Batch {
        var frames: ByteBuffer
        /// The frames that may not be lost; nil when these are all.
        var lasting: ByteBuffer?
        var tally: DeliveryTally
        /// All of them with their messages compressed; nil where that is not needed, or makes nothing shorter.
        var compressed = PerWindow<ByteBuffer?>(nil)
        /// All of them as Server-Sent Events; nil where nobody reads those.
        var events: ByteBuffer?

        /// Compresses each message for all members with a window.
        mutating func compress(for window: DeflateWindow, by deflater: Deflater) {
            // Frames that are so short together have no message that is compressed.
            guard self.frames.readableBytes > Deflater.sizes.lowerBound else { return }
            self.compressed[window] = deflater.compress(self.frames)
        }

        /// The frames for a member with a window.
        func frames(compressedFor window: DeflateWindow) -> ByteBuffer { self.compressed[window] ?? self.frames }
    }

    /// Takes the waiting frames.
    ///
    /// - Returns: nil when there are none.
    mutating func take() -> Batch? {
        guard self.frames.readableBytes > 0 else { return nil }
        let batch = Batch(frames: self.frames, lasting: self.lasting.take(), tally: self.tally)
        self.lastSize = self.frames.readableBytes
        self.frames = ByteBuffer()
        self.tally = DeliveryTally()
        self.hasPrompt = false
        return batch
    }
}
