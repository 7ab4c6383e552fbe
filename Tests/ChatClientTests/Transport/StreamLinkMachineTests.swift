import ChatCore
import NIOCore
import Testing

@testable import ChatClient

@Suite(.patience)
struct StreamLinkMachineTests {
    private let epoch = "abcdefgh"

    private func message(_ json: String) throws -> ServerMessage {
        try ServerMessage(decoding: ByteBuffer(string: json))
    }

    private func welcome(tokenSeconds: Int? = nil) throws -> ServerMessage {
        let token = tokenSeconds.map { #","token_seconds":\#($0)"# } ?? ""
        return try self.message(
            #"{"type":"welcome","id":0,"user":{"id":"u1","name":"Mina"},"session":"0123456789abcdef","resumed":false,"#
                + #""node":"n1","server":"fake","limits":{"text_bytes":8192,"name_chars":32,"room_chars":64,"history":100,"#
                + #""rooms":100,"members":200},"ping_seconds":25\#(token)}"#
        )
    }

    private func joined(_ room: String, seq: Int, replay: Int = 0) throws -> ServerMessage {
        try self.message(
            #"{"type":"ok","id":0,"room":"\#(room)","epoch":"\#(self.epoch)","seq":\#(seq),"time":9,"recovered":true,"#
                + #""replay":\#(replay),"members":[],"member_count":1,"presence_version":1}"#
        )
    }

    private func said(_ seq: Int, in room: String = "lobby") throws -> ServerMessage {
        try self.message(
            #"{"type":"message","room":"\#(room)","epoch":"\#(self.epoch)","seq":\#(seq),"time":\#(seq),"#
                + #""from":{"id":"u2","name":"Jun"},"text":"hi","kind":"text"}"#
        )
    }

    /// The id of the join that an event answers, and its room.
    private func join(_ event: StreamLinkMachine.OnEvent) -> String? {
        guard case .deliver(.ok(let fields)) = event, let reply = try? fields.joined() else { return nil }
        return "\(fields.id) \(reply.room)"
    }

    private func join(_ room: String, id: Int, _ start: JoinStart = .live) throws -> CommandEnvelope {
        CommandEnvelope(id: id, .join(.init(room: try RoomName(room), start: start)))
    }

    /// A machine that was welcomed by its first stream.
    private func machine() throws -> StreamLinkMachine {
        var machine = StreamLinkMachine()
        let hello = Command.Hello(name: try UserName("Mina"))
        #expect(machine.command(CommandEnvelope(id: 1, .hello(hello))) == .open)
        let request = machine.nextRequest()
        #expect(request.parameters == "name=Mina" && request.bearer == nil)
        #expect(machine.received(try self.welcome(), from: request.number) == .deliver(try self.welcome()))
        #expect(machine.isSettled(request.number) && machine.settled(request.number) == [])
        return machine
    }

    @Test func `a join is another stream with all rooms and their places, and its answer that of the join`() throws {
        var machine = try self.machine()
        #expect(machine.command(try self.join("lobby", id: 2, .last(50))) == .open)
        let first = machine.nextRequest()
        #expect(first.parameters == "room=lobby&history=50" && first.bearer == "0123456789abcdef")
        #expect(machine.received(try self.welcome(), from: first.number) == .drop)
        #expect(!machine.isSettled(first.number))
        let answer = machine.received(try self.joined("lobby", seq: 5, replay: 2), from: first.number)
        #expect(self.join(answer) == "2 lobby")
        #expect(machine.isSettled(first.number))
        for seq in 4...5 {
            #expect(machine.received(try self.said(seq), from: first.number) == .deliver(try self.said(seq)))
        }
        let position = LogPosition(epoch: try Epoch(self.epoch), seq: 8, time: 8)
        #expect(machine.command(try self.join("래블업", id: 3, .after(position))) == .open)
        let second = machine.nextRequest()
        #expect(
            second.parameters == "room=lobby&after=abcdefgh-5-5&room=%EB%9E%98%EB%B8%94%EC%97%85&after=abcdefgh-8-8"
        )
        #expect(machine.received(try self.welcome(), from: second.number) == .drop)
        // Until it has answered for every room, the one before counts as well.
        #expect(machine.received(try self.joined("lobby", seq: 5), from: second.number) == .drop)
        #expect(machine.received(try self.said(6), from: first.number) == .deliver(try self.said(6)))
        #expect(!machine.isSettled(second.number) && machine.isNeeded(first.number))
        let joined = machine.received(try self.joined("래블업", seq: 8), from: second.number)
        #expect(self.join(joined) == "3 래블업")
        #expect(machine.settled(second.number).contains(first.number))
        #expect(!machine.isNeeded(first.number) && machine.isNeeded(second.number))
        #expect(machine.received(try self.said(7), from: first.number) == .drop)
    }

    @Test func `a room that is joined anew at a place hears nothing of the stream before`() throws {
        var machine = try self.machine()
        _ = machine.command(try self.join("lobby", id: 2))
        let first = machine.nextRequest()
        _ = machine.received(try self.welcome(), from: first.number)
        _ = machine.received(try self.joined("lobby", seq: 5), from: first.number)
        let position = LogPosition(epoch: try Epoch(self.epoch), seq: 3)
        _ = machine.command(try self.join("lobby", id: 3, .after(position)))
        #expect(machine.received(try self.said(6), from: first.number) == .drop)
        let second = machine.nextRequest()
        #expect(second.parameters == "room=lobby&after=abcdefgh-3")
        #expect(machine.received(try self.said(4), from: second.number) == .deliver(try self.said(4)))
    }

    @Test func `a room that is refused is refused to who asked, and ends the connection where it was joined`() throws {
        var machine = try self.machine()
        _ = machine.command(try self.join("lobby", id: 2))
        let refusal = #"{"type":"error","id":0,"code":"banned","message":"no","room":"lobby"}"#
        let first = machine.nextRequest()
        let answer = machine.received(try self.message(refusal), from: first.number)
        #expect(answer == .deliver(try self.message(refusal.replacing(#""id":0"#, with: #""id":2"#))))
        _ = machine.command(try self.join("news", id: 3))
        let second = machine.nextRequest()
        #expect(second.parameters == "room=news")
        _ = machine.received(try self.joined("news", seq: 0), from: second.number)
        _ = machine.command(CommandEnvelope(id: 4, .leave(.init(room: try RoomName("lobby")))))
        let third = machine.nextRequest()
        let lost = machine.received(try self.message(refusal.replacing("lobby", with: "news")), from: third.number)
        guard case .fail(let error) = lost else {
            Issue.record("\(lost)")
            return
        }
        #expect(error.code == .banned)
    }

    @Test func `a leave is answered at once, and another token by the next stream`() throws {
        var machine = try self.machine()
        _ = machine.command(try self.join("lobby", id: 2))
        _ = machine.nextRequest()
        let left = machine.command(CommandEnvelope(id: 3, .leave(.init(room: try RoomName("lobby")))))
        #expect(left == .openAnswering(try self.message(#"{"type":"ok","id":3}"#)))
        #expect(machine.command(CommandEnvelope(id: 4, .refresh(.init(token: "a.b.c")))) == .open)
        let request = machine.nextRequest()
        #expect(request.parameters == "" && request.bearer == "a.b.c")
        let answer = machine.received(try self.welcome(tokenSeconds: 60), from: request.number)
        #expect(answer == .deliver(try self.message(#"{"type":"ok","id":4,"token_seconds":60}"#)))
        #expect(machine.bearer == "a.b.c")
    }

    @Test func `everything else goes by requests`() throws {
        var machine = try self.machine()
        #expect(machine.command(CommandEnvelope(id: 2, .ping(.init()))) == .post)
        #expect(machine.command(CommandEnvelope(id: 3, .rename(.init(name: try UserName("Jun"))))) == .post)
    }
}
