import ChatCore
import NIOCore

/// Where bytes leave for one client: the only place that writes to its socket.
///
/// Frames are queued until ``flush()``, so that all that a tick has for a client leaves in one system call. The queue is
/// bounded by the channel's high-water mark (``Limits/outboundBytes``); past it the verdict is ``Verdict/overflow``, and
/// a client that gets it must be parted from: nobody waits for it.
struct OutboundPort {
    /// What became of bytes.
    enum Verdict: Equatable {
        /// They are on their way; `isFirst` tells that a flush is due now.
        case queued(isFirst: Bool)
        /// There is no room for them: the client is too slow.
        case overflow
    }

    private let channel: any Channel
    private var needsFlush = false

    /// Opens the port of a connection.
    ///
    /// - Parameters:
    ///   - channel: The connection; its loop is the caller's.
    ///   - limit: The most bytes that wait.
    init(channel: any Channel, limit: Int) {
        self.channel = channel
        // A page of a replay is paced by the socket and must not use up what is meant for live messages.
        let high = limit + LogPage.maximumBytes
        let mark = ChannelOptions.Types.WriteBufferWaterMark(low: high / 4, high: high)
        try? channel.syncOptions?.setOption(.writeBufferWaterMark, value: mark)
    }

    /// Queues whole frames.
    mutating func write(_ frames: ByteBuffer) -> Verdict {
        guard self.channel.isWritable else { return .overflow }
        self.channel.write(frames, promise: nil)
        defer { self.needsFlush = true }
        return .queued(isFirst: !self.needsFlush)
    }

    /// Sends what is queued.
    mutating func flush() {
        self.needsFlush = false
        self.channel.flush()
    }

    /// Completes when the socket has taken all that was written until now: the pace of a replay.
    func drained() -> EventLoopFuture<Void> { self.channel.writeAndFlush(ByteBuffer()) }

    /// Sends a last frame and ends the connection: at once for reading, within some seconds for the rest.
    func finish(with frame: ByteBuffer, within time: TimeAmount) {
        let channel = self.channel
        channel.eventLoop.scheduleTask(in: time) { channel.close(promise: nil) }
        channel.writeAndFlush(frame).whenComplete { _ in channel.close(mode: .output, promise: nil) }
    }

    /// Ends the connection without a word.
    func abort() { self.channel.close(promise: nil) }

    /// Reads from the socket or leaves what comes to wait there: backpressure for who commands too fast.
    func setReading(_ isReading: Bool) {
        try? self.channel.syncOptions?.setOption(.autoRead, value: isReading)
        if isReading { self.channel.read() }
    }
}
