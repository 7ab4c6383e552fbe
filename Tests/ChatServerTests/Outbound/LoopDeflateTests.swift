import ChatDeflate
import ChatHTTP
import ChatWebSocket
import NIOCore
import Testing

@testable import ChatNode

@Suite(.patience)
struct LoopDeflateTests {
    private func message(_ number: Int, count: Int = 1000) -> ByteBuffer {
        ByteBuffer(string: String("\(number) " + String(repeating: "abcde ", count: count)).prefix(count).description)
    }

    // MARK: Messages of replays

    @Test func `a message is compressed for the first one who asks`() {
        var kept = CompressedMessages()
        var compressed = 0
        func frame(_ number: Int, _ window: DeflateWindow = .large) -> ByteBuffer {
            kept.frame(of: self.message(number), window) {
                compressed += 1
                return ByteBuffer(string: "\(number) \(window.rawValue)")
            }
        }
        for _ in 0..<3 { #expect(frame(1) == ByteBuffer(string: "1 12")) }
        #expect(compressed == 1)
        // Another message, and the same one for another window, are others.
        #expect(frame(2) == ByteBuffer(string: "2 12"))
        #expect(frame(1, .small) == ByteBuffer(string: "1 9"))
        #expect(compressed == 3)
    }

    @Test func `what nobody asks for goes with the second turn`() {
        var kept = CompressedMessages()
        var compressed = 0
        func ask() {
            _ = kept.frame(of: self.message(1), .large) {
                compressed += 1
                return ByteBuffer()
            }
        }
        ask()
        kept.turn()
        ask()
        kept.turn()
        ask()
        #expect(compressed == 1)
        kept.turn()
        kept.turn()
        #expect(kept.bytes == 0)
        ask()
        #expect(compressed == 2)
    }

    @Test func `it keeps no more than its bound`() {
        var kept = CompressedMessages()
        for number in 0..<3000 {
            _ = kept.frame(of: self.message(number), .large) { self.message(number) }
            #expect(kept.bytes <= 2 * CompressedMessages.maximumBytes)
        }
        #expect(kept.bytes > CompressedMessages.maximumBytes / 2)
    }

    @Test func `its bound is one of memory, not of what can be read`() {
        var kept = CompressedMessages()
        let page = self.message(1, count: 100_000)
        let message = page.getSlice(at: page.readerIndex, length: 10)
        _ = kept.frame(of: message ?? page, .large) { ByteBufferAllocator().buffer(capacity: 4096) }
        #expect(kept.bytes >= 4096 + 10 && kept.bytes < 5000)
    }

    @Test func `short messages of a replay stay as they are`() {
        let deflate = LoopDeflate()
        var (frames, plain) = (ByteBuffer(), ByteBuffer())
        for message in [self.message(1, count: 100), self.message(2, count: 2000)] {
            deflate.writeReplayed(message, .large, to: &frames)
            FrameEncoder.write(.text, message, to: &plain)
        }
        #expect(frames.readableBytes < 300 && frames.readableBytes > 100)
        #expect(deflate.deflater(.large)?.compress(plain) == frames)
    }

    // MARK: Windows and replies

    @Test func `there are two windows, and a connection has the largest that it allows`() throws {
        for bits in 9...15 {
            let head = "GET /ws HTTP/1.1\r\nHost: a\r\n"
            let field = "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=\(bits)\r\n\r\n"
            var input = ByteBuffer(string: head + field)
            var reader = RequestHeadReader()
            guard case .agree(let terms) = DeflateTerms.answer(to: try #require(try reader.read(&input))) else {
                Issue.record("no agreement for \(bits)")
                continue
            }
            #expect(DeflateWindow(terms) == (bits < 12 ? .small : .large))
        }
    }

    @Test func `a reply is compressed unless it is short, or so long that the loop would be held up`() throws {
        let deflate = LoopDeflate()
        let bounds = (Deflater.sizes.lowerBound, LoopDeflate.largestReply)
        for count in [0, bounds.0 - 1, bounds.1 + 1, 60_000] {
            #expect(deflate.reply(self.message(1, count: count), .large) == nil)
        }
        for count in [bounds.0, bounds.1] {
            let frame = try #require(deflate.reply(self.message(1, count: count), .large))
            #expect(frame.readableBytes < count / 2)
            // It may wait for long in a port.
            #expect(frame.storageCapacity <= 2 * (frame.readableBytes + FrameEncoder.maximumHeader))
        }
    }

    // MARK: A room's frames

    private func batch(_ sizes: [Int]) -> RoomFrames.Batch? {
        var gathered = RoomFrames()
        for (number, size) in sizes.enumerated() { gathered.add(self.message(number, count: size), .prompt) }
        return gathered.take()
    }

    @Test func `a batch is compressed for each window, and stays as it is for the others`() throws {
        let deflate = LoopDeflate()
        var batch = try #require(self.batch([50, 1000, 3000]))
        let plain = batch.frames
        batch.compress(for: .large, by: try #require(deflate.deflater(.large)))
        #expect(batch.frames(compressedFor: .small) == plain)
        batch.compress(for: .small, by: try #require(deflate.deflater(.small)))
        #expect(batch.frames == plain)
        for window in [DeflateWindow.small, .large] {
            let frames = batch.frames(compressedFor: window)
            #expect(frames == deflate.deflater(window)?.compress(plain))
            #expect(frames.readableBytes < plain.readableBytes / 2)
        }
    }

    @Test(arguments: [[20, 30], [200, 200, 200]])
    func `short frames are the same for everybody`(sizes: [Int]) throws {
        var batch = try #require(self.batch(sizes))
        batch.compress(for: .large, by: try #require(Deflater(window: 12)))
        #expect(batch.compressed == PerWindow(nil))
        #expect(batch.frames(compressedFor: .large) == batch.frames)
    }
}
