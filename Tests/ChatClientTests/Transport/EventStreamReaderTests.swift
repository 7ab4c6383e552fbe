import NIOCore
import Testing

@testable import ChatClient

@Suite(.patience)
struct EventStreamReaderTests {
    private let text = ":\n\nid: a-1\n\nid: a-2\nevent: message\ndata: {\"a\":1}\n\nretry: 500\n\ndata: {}\n\n"
    private let parts: [StreamPart] = [
        .heartbeat, .heartbeat, .event(ByteBuffer(string: #"{"a":1}"#)), .heartbeat, .event(ByteBuffer(string: "{}")),
    ]

    @Test(arguments: [1, 2, 3, 7, 1000])
    func `events are the same in packets of any size`(size: Int) throws {
        var reader = EventStreamReader()
        var rest = Array(self.text.utf8)[...]
        var parts: [StreamPart] = []
        while !rest.isEmpty {
            reader.append(ByteBuffer(bytes: rest.prefix(size)))
            rest = rest.dropFirst(size)
            while let part = try reader.next() { parts.append(part) }
        }
        #expect(parts == self.parts)
    }

    @Test func `an event that does not end is refused at the length that no event has`() throws {
        var reader = EventStreamReader()
        reader.append(ByteBuffer(repeating: UInt8(ascii: "x"), count: LinkHandler.maximumMessageBytes))
        #expect(try reader.next() == nil)
        reader.append(ByteBuffer(repeating: UInt8(ascii: "x"), count: 10))
        #expect(throws: EventStreamReader.TooLong.self) { try reader.next() }
    }
}
