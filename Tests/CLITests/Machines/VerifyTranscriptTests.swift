import ChatClient
import ChatCore
import Testing

@testable import ChatVerify
@testable import chat_cli

@Suite(.patience) struct VerifyTranscriptTests {
    private let log = Script("aaaaaaaa")

    private func message(_ seq: Int) throws -> WireObservation {
        let user = User(id: UserID("u"), name: try UserName("Mina"))
        let message = Message(
            room: self.log.room,
            position: self.log.position(seq),
            time: 1,
            sender: user,
            text: "t\(seq)",
            kind: .text,
            key: self.log.key(seq)
        )
        return .received(.event(.message(message)))
    }

    @Test func `doubles, holes and what is no event are recorded as they came`() throws {
        var transcript = WireTranscript()
        transcript.observed(.opened)
        for seq in [1, 1, 3] { transcript.observed(try self.message(seq)) }
        transcript.observed(.garbled)
        transcript.observed(.closed)
        #expect(
            transcript.records == [.opened, self.log.got(1), self.log.got(1), self.log.got(3), .garbled, .closed]
        )
    }

    @Test func `a send is recorded each time that it goes out`() throws {
        var transcript = WireTranscript()
        let text = try MessageText("t1", maximumBytes: 10)
        let send = Command.Send(room: self.log.room, text: text, key: self.log.key(1))
        for _ in 0..<2 { transcript.observed(.sent(CommandEnvelope(id: 5, .send(send)))) }
        #expect(transcript.records == [self.log.sent(1), self.log.sent(1)])
    }

    @Test func `a client that is not in its rooms is not at rest`() {
        var transcript = WireTranscript()
        transcript.observed(.opened)
        #expect(!transcript.isDrained(in: [self.log.room]))
        #expect(transcript.missing(of: [self.log.room]) == [self.log.room])
    }

    @Test func `what came and what was acknowledged shows how far a log reaches`() throws {
        var transcript = WireTranscript()
        transcript.observed(.opened)
        transcript.observed(try self.message(7))
        transcript.observed(try self.message(5))
        // In no room on this connection: what it knows counts, where it stands does not.
        let known = [self.log.room: [self.log.epoch: 7]]
        #expect(transcript.standing == ClientProgress(positions: [:], known: known))
    }
}
