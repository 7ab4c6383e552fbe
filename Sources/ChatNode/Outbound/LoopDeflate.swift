import ChatDeflate
import ChatWebSocket
import NIOCore

/// The compression of messages on one loop (permessage-deflate, RFC 7692), shared by all of its connections.
///
/// No message refers to an earlier one, so zlib's memory is here once for each size of a window, and not with each
/// connection. None is taken before a connection needs it.
final class LoopDeflate {
    /// The most bytes of a message for one client that is compressed.
    ///
    /// A client can ask for many long lists, and each takes the loop some microseconds for a kilobyte; what a room says
    /// is compressed once for many.
    static let largestReply = 16 << 10

    private var madeInflater: Inflater?
    private var deflaters = PerWindow<Deflater?>(nil)
    private var replayed = CompressedMessages()

    /// What inflates messages; nil when there is no memory for it, and a compressed message ends its connection.
    var inflater: Inflater? {
        if let madeInflater { return madeInflater }
        self.madeInflater = Inflater()
        return self.madeInflater
    }

    /// The compressor for a window; nil when there is no memory for it, and messages go out as they are.
    func deflater(_ window: DeflateWindow) -> Deflater? {
        if let deflater = self.deflaters[window] { return deflater }
        let deflater = Deflater(window: window.rawValue)
        self.deflaters[window] = deflater
        return deflater
    }

    /// The frame of a message for one client; nil when it goes out as it is.
    func reply(_ message: ByteBuffer, _ window: DeflateWindow) -> ByteBuffer? {
        guard (Deflater.sizes.lowerBound...Self.largestReply).contains(message.readableBytes) else { return nil }
        return self.deflater(window)?.frame(.text, message)
    }

    /// Appends a message that many clients may ask for at about the same time: it is compressed for the first of them.
    func writeReplayed(_ message: ByteBuffer, _ window: DeflateWindow, to buffer: inout ByteBuffer) {
        guard Deflater.sizes.contains(message.readableBytes), let deflater = self.deflater(window) else {
            return FrameEncoder.write(.text, message, to: &buffer)
        }
        let frame = self.replayed.frame(of: message, window) {
            deflater.frame(.text, message) ?? FrameEncoder.frame(.text, message)
        }
        buffer.writeImmutableBuffer(frame)
    }

    /// Drops the messages that were replayed, since one of them was deleted.
    func forgetReplayed() { self.replayed = CompressedMessages() }

    /// A second has passed.
    func turn() { self.replayed.turn() }
}

/// Messages that were compressed in the last seconds, for clients that come back together and miss the same ones.
///
/// They are found by their bytes, so a message that was changed since is another message.
struct CompressedMessages {
    /// The most bytes that each of the two parts keeps.
    static let maximumBytes = 512 << 10

    private struct Key: Hashable {
        var message: ByteBuffer
        var window: DeflateWindow
    }

    private struct Part {
        var frames: [Key: ByteBuffer] = [:]
        var bytes = 0
    }

    /// The messages that were asked for since the last turn.
    private var young = Part()
    /// Those of the turn before; what is not asked for again goes with the next one.
    private var old = Part()

    /// The bytes of memory for all messages and frames.
    var bytes: Int { self.young.bytes + self.old.bytes }

    /// The frame of a message.
    ///
    /// - Parameters:
    ///   - message: The message.
    ///   - window: The window with which it is compressed.
    ///   - compress: Makes the frame when it is not there.
    /// - Returns: The frame.
    mutating func frame(
        of message: ByteBuffer,
        _ window: DeflateWindow,
        _ compress: () -> ByteBuffer
    ) -> ByteBuffer {
        let key = Key(message: message, window: window)
        if let frame = self.young.frames[key] { return frame }
        let frame = self.old.frames[key] ?? compress()
        // A message of a page would keep the whole page.
        let copy = ByteBuffer(bytes: message.readableBytesView)
        let bytes = copy.storageCapacity + frame.storageCapacity
        if self.young.bytes + bytes > Self.maximumBytes { self.turn() }
        self.young.frames[Key(message: copy, window: window)] = frame
        self.young.bytes += bytes
        return frame
    }

    /// A moment has passed: messages that nobody asked for since the last call go.
    mutating func turn() {
        guard self.bytes > 0 else { return }
        self.old = self.young
        self.young = Part()
    }
}
