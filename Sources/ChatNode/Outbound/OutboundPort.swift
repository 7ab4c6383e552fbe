import ChatCore
import NIOCore

/// Where bytes leave for one client: the only place that writes a chat's frames to a socket.
///
/// Frames are queued until ``flush()``, so that all that a tick has for a client leaves in one system call: straight to
/// the socket while the channel has nothing queued, else through the channel. What a socket does not take waits in the
/// channel, and until that is empty everything goes after it there. The frames of a room do not even wait for the flush
/// where nothing else is due to the client (``deliver(_:)``).
///
/// What waits is bounded by ``Limits/outboundBytes``; past it the verdict is ``Verdict/overflow``, and a client that
/// gets it must be parted from: nobody waits for it.
///
/// It is a class because the channel may end while the port writes to it, and whoever hears of that calls
/// ``detach()`` at once.
final class OutboundPort {
    /// What became of bytes.
    enum Verdict: Equatable {
        /// The socket has taken them.
        case sent
        /// They are on their way; `isFirst` tells that a flush is due now.
        case queued(isFirst: Bool)
        /// There is no room for them: the client is too slow.
        case overflow
    }

    private let channel: any Channel
    private let limit: Int
    /// nil when there is none, and for good when the connection ends.
    private var socket: SocketWriter?
    /// What has been written since the last flush.
    private var queue = ByteBuffer()
    /// Whether the channel was empty when it was last looked at, and has been given nothing since.
    ///
    /// At the beginning the answer to the upgrade request may wait there.
    private var isChannelEmpty = false
    /// How many bytes have been written since the beginning.
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
        // A page of a replay is paced by the socket and must not use up what is meant for live messages.
        self.limit = limit + LogPage.maximumBytes
        self.socket = SocketWriter(of: channel)
    }

    /// Queues whole frames.
    func write(_ frames: ByteBuffer) -> Verdict {
        if self.waiting > self.limit {
            // What only waits for the end of the tick is no reason to part.
            self.flush()
            guard self.waiting <= self.limit else { return .overflow }
        }
        self.written += frames.readableBytes
        let isFirst = self.queue.readableBytes == 0
        if isFirst { self.queue = frames } else { self.queue.writeImmutableBuffer(frames) }
        return .queued(isFirst: isFirst)
    }

    /// Writes the frames of a room, to the socket at once when nothing else is due before or with them.
    ///
    /// To queue a buffer and let go of it again for each of a room's members took 17 % longer (500 messages a second to
    /// 100 members: 5.4 µs for each delivery in place of 6.3; the kernel's part is 5).
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

    /// How many bytes the socket has not taken.
    var waiting: Int { self.queue.readableBytes + self.channelBytes() }

    /// How many bytes the socket has taken since the beginning.
    var taken: Int { self.written - self.waiting }

    /// Whether so much waits that what may be lost is not worth adding to it.
    var isCrowded: Bool { self.waiting > (self.limit - LogPage.maximumBytes) / 2 }

    /// Sends what is queued.
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

    /// Completes when the socket has taken all that was written until now: the pace of a replay.
    func drained() -> EventLoopFuture<Void> {
        self.flush()
        // What is written to a channel completes after all that was written before it.
        return self.isChannelEmpty
            ? self.channel.eventLoop.makeSucceededVoidFuture() : self.channel.writeAndFlush(ByteBuffer())
    }

    /// Sends a last frame and ends the connection: at once for reading, within some seconds for the rest.
    func finish(with frame: ByteBuffer, within time: TimeAmount) {
        self.flush()
        self.detach()
        let channel = self.channel
        channel.eventLoop.scheduleTask(in: time) { channel.close(promise: nil) }
        channel.writeAndFlush(frame).whenComplete { _ in channel.close(mode: .output, promise: nil) }
    }

    /// Ends the connection without a word.
    func abort() {
        self.detach()
        self.channel.close(promise: nil)
    }

    /// The connection has ended or is about to: the socket's number may be another's from now on.
    func detach() {
        self.socket = nil
        self.queue = ByteBuffer()
        self.isChannelEmpty = false
    }

    /// Reads from the socket or leaves what comes to wait there: backpressure for who commands too fast.
    func setReading(_ isReading: Bool) {
        try? self.channel.syncOptions?.setOption(.autoRead, value: isReading)
        if isReading { self.channel.read() }
    }

    /// How many bytes wait in the channel.
    private func channelBytes() -> Int {
        guard !self.isChannelEmpty else { return 0 }
        guard let bytes = try? self.channel.syncOptions?.getOption(.bufferedWritableBytes) else {
            // It is closed, or of a kind that does not tell.
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
