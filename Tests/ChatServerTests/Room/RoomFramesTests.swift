import ChatCore
import NIOCore
import Testing

@testable import ChatNode

@Suite(.patience)
struct RoomFramesTests {
    private func frames(_ payloads: String...) -> ByteBuffer {
        var frames = ByteBuffer()
        for payload in payloads {
            frames.writeInteger(UInt8(0x81))
            frames.writeInteger(UInt8(payload.utf8.count))
            frames.writeString(payload)
        }
        return frames
    }

    @Test func `typing stands in its place among the messages, and apart from what may not be lost`() {
        var gathered = RoomFrames()
        gathered.add(ByteBuffer(string: "a"), .prompt)
        gathered.add(ByteBuffer(string: "typing"), .ephemeral)
        gathered.add(ByteBuffer(string: "b"), .unhurried)
        gathered.add(ByteBuffer(string: "more"), .ephemeral)
        let pending = gathered.take()
        #expect(pending?.frames == self.frames("a", "typing", "b", "more"))
        #expect(pending?.lasting == self.frames("a", "b"))
    }

    @Test func `where nobody types there is one buffer`() {
        var gathered = RoomFrames()
        gathered.add(ByteBuffer(string: "a"), .ephemeral)
        _ = gathered.take()
        gathered.add(ByteBuffer(string: "b"), .prompt)
        let pending = gathered.take()
        #expect(pending?.frames == self.frames("b"))
        #expect(pending?.lasting == nil)
    }

    @Test func `one message makes all that waits with it urgent, until it has left`() {
        var gathered = RoomFrames()
        #expect(!gathered.isUnhurried)
        gathered.add(ByteBuffer(string: "joined"), .unhurried)
        gathered.add(ByteBuffer(string: "typing"), .ephemeral)
        #expect(gathered.isUnhurried)
        gathered.add(ByteBuffer(string: "a"), .prompt)
        gathered.add(ByteBuffer(string: "left"), .unhurried)
        #expect(!gathered.isUnhurried)
        let pending = gathered.take()
        #expect(pending?.tally.frames == 4)
        gathered.add(ByteBuffer(string: "joined"), .unhurried)
        #expect(gathered.isUnhurried)
    }
}
