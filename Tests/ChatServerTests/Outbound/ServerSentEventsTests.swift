import ChatCore
import ChatWebSocket
import NIOCore
import Testing

@testable import ChatNode

@Suite(.patience)
struct ServerSentEventsTests {
    private func event(_ json: String) -> String { String(buffer: ServerSentEvents.event(ByteBuffer(string: json))) }

    @Test func `a message has its place as the id, and one that is in no log has none`() {
        let message = #"{"type":"message","room":"래블업","epoch":"abcdefgh","seq":7,"time":1234,"text":"hi"}"#
        #expect(self.event(message) == "id: abcdefgh-7-1234\nevent: message\ndata: \(message)\n\n")
        let foreign = #"{"type":"message","room":"lobby","time":1234,"text":"hi"}"#
        #expect(self.event(foreign) == "event: message\ndata: \(foreign)\n\n")
    }

    @Test func `a gap ends at its last message, and a reset is before the first`() {
        let gap = #"{"type":"gap","room":"lobby","epoch":"abcdefgh","from":2,"to":5}"#
        #expect(self.event(gap).hasPrefix("id: abcdefgh-5\nevent: gap\n"))
        let reset = #"{"type":"reset","room":"lobby","epoch":"abcdefgh","seq":9}"#
        #expect(self.event(reset).hasPrefix("id: abcdefgh-0\nevent: reset\n"))
    }

    @Test(arguments: [
        "", "{", #"{"type":"#, #"{"type":"message""#, #"{"type":"message","room":"#,
        #"{"type":"message","room":"lobby""#,
        #"{"type":"message","room":"lobby","epoch":"abcdefgh""#, #"{"type":"gap","epoch":"abcdefgh","to":-1}"#,
        #"{"type":"gap","epoch":"A","to":1}"#, #"{"type":"reset"}"#, #"{"type":"a\nid: 1"}"#,
    ])
    func `whatever the bytes are, they are data and no place`(json: String) {
        let event = self.event(json)
        #expect(!event.hasPrefix("id:"))
        #expect(event.hasSuffix("data: \(json)\n\n"))
    }

    @Test func `line breaks in JSON do not break the event`() {
        let event = self.event("{\"type\":\"joined\",\r\n\"id\":\n1}")
        #expect(event == "event: joined\ndata: {\"type\":\"joined\",  \"id\": 1}\n\n")
    }

    @Test func `the messages of frames become events in their order`() {
        var frames = ByteBuffer()
        var wanted = ""
        for length in [1, 125, 126, 65_535, 65_536] {
            let json = #"{"type":"joined","x":"\#(String(repeating: "x", count: length))"}"#
            FrameEncoder.write(.text, ByteBuffer(string: json), to: &frames)
            wanted += "event: joined\ndata: \(json)\n\n"
        }
        #expect(String(buffer: ServerSentEvents.events(in: frames)) == wanted)
    }
}
