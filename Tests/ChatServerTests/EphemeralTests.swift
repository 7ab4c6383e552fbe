import ChatCore
import NIOCore
import Testing

@testable import ChatServer

@Suite(.timeLimit(.minutes(1)))
struct EphemeralTests {
    private let room: LocalRoom

    init() throws { self.room = LocalRoom(name: try RoomName("lobby"), limits: Limits()) }

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
        self.room.enqueue(ByteBuffer(string: "a"))
        self.room.enqueue(ByteBuffer(string: "typing"), isEphemeral: true)
        self.room.enqueue(ByteBuffer(string: "b"))
        self.room.enqueue(ByteBuffer(string: "more"), isEphemeral: true)
        let pending = self.room.takePending()
        #expect(pending.frames == self.frames("a", "typing", "b", "more"))
        #expect(pending.lasting == self.frames("a", "b"))
    }

    @Test func `where nobody types there is one buffer`() {
        self.room.enqueue(ByteBuffer(string: "a"), isEphemeral: true)
        _ = self.room.takePending()
        self.room.enqueue(ByteBuffer(string: "b"))
        let pending = self.room.takePending()
        #expect(pending.frames == self.frames("b"))
        #expect(pending.lasting == nil)
    }
}
