import ChatCore
import Testing

@testable import ChatTerminal

/// What was read, what is unread, and what can be answered.
@Suite(.timeLimit(.minutes(10))) struct ReadingTests {
    private let lobby: RoomName
    private let ops: RoomName

    init() throws { (self.lobby, self.ops) = (try RoomName("lobby"), try RoomName("ops")) }

    private func message(
        _ seq: Int,
        in room: RoomName? = nil,
        _ text: String = "hi",
        from name: String = "Jun",
        id: String? = nil
    ) throws -> Message {
        Message(
            room: room ?? self.lobby,
            position: LogPosition(epoch: try Epoch("epoch0001"), seq: seq),
            time: 0,
            sender: User(id: UserID(id ?? name), name: try UserName(name)),
            text: text,
            kind: .text,
            key: nil
        )
    }

    @Test func `unread is counted for each room, and mentions apart`() throws {
        var marks = ReadMarks()
        for seq in 1...3 {
            let message = try self.message(seq, in: self.ops)
            let drawsLine = marks.show(message, isCurrent: false, isMention: seq == 2, isOwn: false)
            #expect(!drawsLine)
        }
        _ = marks.show(try self.message(4, in: self.ops), isCurrent: false, isMention: false, isOwn: true)
        #expect(marks[self.ops] == .init(messages: 3, mentions: 1) && marks[self.ops]?.text == "+3 @1")
        #expect(marks.elsewhere(than: self.lobby).messages == 3 && marks.elsewhere(than: self.ops).messages == 0)
        marks.enter(self.ops)
        #expect(marks[self.ops] == nil)
    }

    @Test func `the mark stands where the user had read to when they came`() throws {
        var marks = ReadMarks()
        _ = marks.show(try self.message(1), isCurrent: true, isMention: false, isOwn: false)
        _ = marks.show(try self.message(2), isCurrent: false, isMention: false, isOwn: false)
        #expect(marks.mark(self.lobby) == nil)
        marks.enter(self.lobby)
        #expect(marks.mark(self.lobby)?.seq == 1)
        _ = marks.show(try self.message(3), isCurrent: true, isMention: false, isOwn: false)
        #expect(marks.mark(self.lobby)?.seq == 1 && marks.read[self.lobby]?.seq == 3)
    }

    @Test func `in a room that was empty all is unread that came before the user`() throws {
        var marks = ReadMarks()
        marks.live(self.ops, at: LogPosition(epoch: try Epoch("epoch0001"), seq: 0))
        _ = marks.show(try self.message(1, in: self.ops), isCurrent: false, isMention: false, isOwn: false)
        marks.enter(self.ops)
        #expect(marks.mark(self.ops)?.seq == 0)
    }

    @Test func `a line is drawn once, before the first message that an earlier session had not read`() throws {
        var read = Positions()
        read[self.lobby] = LogPosition(epoch: try Epoch("epoch0001"), seq: 2)
        var marks = ReadMarks(read)
        var drawn: [Int] = []
        for seq in 1...5 where marks.show(try self.message(seq), isCurrent: true, isMention: false, isOwn: false) {
            drawn.append(seq)
        }
        #expect(drawn == [3] && marks.mark(self.lobby)?.seq == 2)
        var live = ReadMarks(read)
        live.live(self.lobby)
        let drawsLine = live.show(try self.message(3), isCurrent: true, isMention: false, isOwn: false)
        #expect(!drawsLine)
    }

    @Test func `a number that was given out again is unread, however far the log had been read before`() throws {
        let epoch = try Epoch("epoch0001")
        let mark = LogPosition(epoch: epoch, seq: 10, time: 100)
        #expect(LogPosition(epoch: epoch, seq: 9, time: 200).isBehind(mark))
        #expect(!LogPosition(epoch: epoch, seq: 9, time: 90).isBehind(mark))
        #expect(LogPosition(epoch: epoch, seq: 11, time: 100).isBehind(mark))
        #expect(!LogPosition(epoch: epoch, seq: 9).isBehind(mark) && !mark.isBehind(mark))
        var (before, after) = (Positions(), Positions())
        before[self.lobby] = mark
        after[self.lobby] = LogPosition(epoch: epoch, seq: 9, time: 200)
        #expect(before.merging(after)[self.lobby]?.seq == 9 && after.merging(before)[self.lobby]?.seq == 9)
    }

    @Test func `two sessions remember the further place`() throws {
        func at(_ seq: Int, _ epoch: String = "epoch0001") throws -> LogPosition {
            LogPosition(epoch: try Epoch(epoch), seq: seq)
        }
        var (old, new) = (Positions(), Positions())
        (old[self.lobby], old[self.ops]) = (try at(9), try at(9))
        (new[self.lobby], new[self.ops]) = (try at(3), try at(1, "epoch0002"))
        let merged = old.merging(new)
        #expect(try merged[self.lobby] == at(9) && merged[self.ops] == at(1, "epoch0002"))
    }

    // MARK: Answers

    @Test func `who answers what somebody does quotes it as what they do`() throws {
        var message = try self.message(1, "waves")
        message.kind = .action
        #expect(Answer.text("hello", to: message) == "> * Jun waves\nhello")
    }

    @Test(
        arguments: [
            ("yes", "> Mina Kim: 점심?\nyes"), ("@Jun no", "> Jun: two\nno"), ("@jun: no", "> Jun: two\nno"),
            ("@Mina Kim  좋아", "> Mina Kim: 점심?\n좋아"), ("^1 ok", "> Me: mine\nok"), ("^4 ok", "> Jun: one\nok"),
        ]
    )
    func `an answer quotes the message that was meant`(argument: String, said: String) throws {
        let messages = [
            try self.message(1, "one\nmore"), try self.message(2, "> Sam: x\ntwo"),
            try self.message(3, "점심?", from: "Mina Kim"), try self.message(4, "mine", from: "Me"),
        ]
        let (message, text) = try #require(Answer.parse(argument, messages, user: UserID("Me")))
        #expect(Answer.text(text, to: message) == said)
    }

    @Test(arguments: ["", "  ", "^", "^0 x", "^9 x", "^99999999999999999999 x", "@Nobody x", "@Jun", "@Junior x", "^1"])
    func `without a message or a text there is no answer`(argument: String) throws {
        let messages = [try self.message(1), try self.message(2)]
        #expect(Answer.parse(argument, messages, user: nil) == nil)
        #expect(Answer.parse("x", [], user: nil) == nil)
    }
}
