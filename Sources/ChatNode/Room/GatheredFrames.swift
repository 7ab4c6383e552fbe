import ChatCore
import ChatWebSocket
import NIOCore

/// Frames for a room's live members, gathered in one buffer until they leave, and what is counted of them.
struct GatheredFrames {
    /// How a frame may be treated on its way.
    enum Urgency {
        /// It leaves as soon as the pace of the room's messages allows.
        case prompt
        /// Who comes and goes: it may wait a moment, so that those who come in a crowd are told of together.
        case unhurried
        /// Who types: it may wait as well, and a member for whom much waits already does not get it.
        case ephemeral
    }

    /// All that waits.
    private(set) var frames = ByteBuffer()
    /// What these frames are, for who counts.
    var tally = DeliveryTally()
    /// The same without what may be lost; nil while there is nothing of that.
    private var lasting: ByteBuffer?
    private var hasPrompt = false
    private var lastSize = 0
    private var newCount = 0

    /// Whether something waits, and nothing of it is urgent.
    var isUnhurried: Bool { !self.hasPrompt && self.frames.readableBytes > 0 }

    /// Adds a frame.
    ///
    /// - Parameters:
    ///   - payload: The event.
    ///   - urgency: How it may be treated.
    mutating func add(_ payload: ByteBuffer, _ urgency: Urgency) {
        if self.frames.readableBytes == 0 {
            // The last buffer may still wait in channels: it is theirs now, and this one is as large as it came to be.
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

    /// How many frames were added since this was asked last.
    mutating func takeNewCount() -> Int {
        defer { self.newCount = 0 }
        return self.newCount
    }

    /// What has been gathered, on its way to each live member.
    struct Batch {
        var frames: ByteBuffer
        /// The frames that may not be lost; nil when these are all.
        var lasting: ByteBuffer?
        var tally: DeliveryTally
    }

    /// Takes what waits.
    ///
    /// - Returns: nil when nothing does.
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
