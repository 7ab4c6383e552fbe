import ChatCore
import ChatWebSocket
import NIOCore

/// The way out for one client's bytes: all frames of a connection that a shard has taken go through it.
///
/// Frames are queued until ``flush()``, so that everything that a turn has for a client leaves in one system call:
/// straight to the socket while the channel has nothing queued, otherwise through the channel. Bytes that a socket does
/// not take wait in the channel, and all later bytes go there, too, until it is empty. The frames of a room do not even
/// wait for the flush when nothing else is queued for the client (``deliver(_:)``).
///
/// The queue is bounded by ``Limits/outboundBytes``. Past that, the verdict is ``Verdict/overflow``, and the client
/// must be disconnected: nobody waits for it.
///
/// It is a class because the channel may end while the port writes to it; the handler then calls ``detach()`` at once.
final class OutboundPort {
    /// The result of a write.
    enum Verdict: Equatable {
        /// The socket has taken the bytes.
        case sent
        /// They are queued; `isFirst` means that a flush is due now.
        case queued(isFirst: Bool)
        /// There is no space for them: the client is too slow.
        case overflow
    }

    private let channel: any Channel
    private let limit: Int
    /// nil when there is none, and always after the connection ends.
    private var socket: SocketWriter?
    /// The bytes written since the last flush.
    private var queue = ByteBuffer()
    /// Whether the channel was empty at the last check, and has got nothing since.
    ///
    /// At the beginning, the answer to the upgrade request may wait there.
    private var isChannelEmpty = false
    /// The number of bytes written since the beginning.
    private var written = 0
    /// Whether the client is in several rooms, whose frames leave together.
    var isShared = false

    /// Opens the port of a connection.
    ///
    /// - Parameters:
    ///   - channel: The connection; its loop is the caller's.
    ///   - limit: The most bytes that wait.
    init(channel: any Channel, limit: Int) {
        self.channel = channel
        // A page of a replay is paced by the socket and must not use up the space for live messages.
        self.limit = limit + LogPage.maximumBytes
        self.socket = SocketWriter(of: channel)
    }

    /// Queues whole frames.
    func write(_ frames: ByteBuffer) -> Verdict {
        guard self.hasSpace() else { return .overflow }
        self.written += frames.readableBytes
        let isFirst = self.queue.readableBytes == 0
        if isFirst { self.queue = frames } else { self.queue.writeImmutableBuffer(frames) }
        return .queued(isFirst: isFirst)
    }

    /// Queues one frame, which is made in the queue itself: many answers of one turn need one piece of memory.
    func write(_ opcode: Opcode, _ payload: ByteBuffer) -> Verdict {
        guard self.hasSpace() else { return .overflow }
        let queued = self.queue.readableBytes
        self.queue.reserveCapacity(minimumWritableBytes: payload.readableBytes + FrameEncoder.maximumHeader)
        FrameEncoder.write(opcode, payload, to: &self.queue)
        self.written += self.queue.readableBytes - queued
        return .queued(isFirst: queued == 0)
    }

    private func hasSpace() -> Bool {
        guard self.waiting > self.limit else { return true }
        // Bytes that only wait for the end of the turn are no reason to disconnect.
        self.flush()
        return self.waiting <= self.limit
    }

    /// Writes the frames of a room, to the socket at once when nothing else is due before or with them.
    ///
    /// Queueing and releasing a buffer for each of a room's members took 17 % longer (500 messages a second to 100
    /// members: 5.4 µs for each delivery in place of 6.3; the kernel's part is 5).
    func deliver(_ frames: ByteBuffer) -> Verdict {
        guard !self.isShared, self.queue.readableBytes == 0, self.socket != nil, self.channelBytes() == 0 else {
            return self.write(frames)
        }
        let count = self.socket?.write(frames) ?? 0
        guard count < frames.readableBytes else {
            self.written += count
            return .sent
        }
        self.written += frames.readableBytes
        self.queue = frames
        self.queue.moveReaderIndex(forwardBy: count)
        return .queued(isFirst: true)
    }

    /// The number of bytes that the socket has not taken.
    var waiting: Int { self.queue.readableBytes + self.channelBytes() }

    /// The number of bytes that the socket has taken since the beginning.
    var taken: Int { self.written - self.waiting }

    /// Whether so much waits that frames that may be lost are left out.
    var isCrowded: Bool { self.waiting > (self.limit - LogPage.maximumBytes) / 2 }

    /// Sends the queued bytes.
    func flush() {
        guard self.queue.readableBytes > 0 else { return }
        var bytes = self.takeQueue()
        if self.socket != nil, self.channelBytes() == 0 {
            bytes.moveReaderIndex(forwardBy: self.socket?.write(bytes) ?? 0)
            guard bytes.readableBytes > 0 else { return }
        }
        self.isChannelEmpty = false
        self.channel.writeAndFlush(bytes, promise: nil)
    }

    /// Completes when the socket has taken everything written until now; this paces a replay.
    func drained() -> EventLoopFuture<Void> {
        self.flush()
        // A write to a channel completes after all earlier writes.
        return self.isChannelEmpty
            ? self.channel.eventLoop.makeSucceededVoidFuture() : self.channel.writeAndFlush(ByteBuffer())
    }

    /// Sends a last frame and ends the connection: reading at once, the rest within some seconds.
    func finish(with frame: ByteBuffer, within time: TimeAmount) {
        self.flush()
        self.detach()
        let channel = self.channel
        channel.eventLoop.scheduleTask(in: time) { channel.close(promise: nil) }
        channel.writeAndFlush(frame).whenComplete { _ in channel.close(mode: .output, promise: nil) }
    }

    /// Ends the connection without a frame.
    func abort() {
        self.detach()
        self.channel.close(promise: nil)
    }

    /// The connection has ended or is about to: the socket's number may belong to another connection from now on.
    func detach() {
        self.socket = nil
        self.queue = ByteBuffer()
        self.isChannelEmpty = false
    }

    /// Starts or stops reading from the socket: backpressure for a client that sends commands too fast.
    func setReading(_ isReading: Bool) {
        try? self.channel.syncOptions?.setOption(.autoRead, value: isReading)
        if isReading { self.channel.read() }
    }

    /// The number of bytes that wait in the channel.
    private func channelBytes() -> Int {
        guard !self.isChannelEmpty else { return 0 }
        guard let bytes = try? self.channel.syncOptions?.getOption(.bufferedWritableBytes) else {
            // It is closed, or of a kind that does not report this.
            self.socket = nil
            return 0
        }
        self.isChannelEmpty = bytes == 0
        return bytes
    }

    private func takeQueue() -> ByteBuffer {
        let bytes = self.queue
        self.queue = ByteBuffer()
        return bytes
    }
}
