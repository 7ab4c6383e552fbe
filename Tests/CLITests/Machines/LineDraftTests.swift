import ChatCore
import Testing

@testable import ChatTerminal

@Suite(.patience) struct LineDraftTests {
    private func line(_ text: String) -> LineDraft {
        var line = LineDraft()
        line.insert(text)
        return line
    }

    @Test(
        arguments: [
            (.control("d"), .leave), (.control("c"), .explainLeaving), (.control("l"), .clearScreen),
            (.control("z"), .suspend), (.special(.tab), .complete), (.alt("2"), .enterRoom(1)), (.text("a"), .edited),
            (.special(.pageUp), .nothing), (.paste("one"), .edited), (.paste("one\ntwo\nthree"), .pasted(lines: 3)),
            (.special(.enter), .submit("")),
        ] as [(Key, LineDraft.OnKey)]
    )
    func `a key on an empty line asks for this`(key: Key, expected: LineDraft.OnKey) {
        var line = LineDraft()
        let asked = line.press(key)
        #expect(asked == expected)
    }

    @Test func `what was written is given up by Ctrl-C, and leaves by Enter alone`() {
        var line = self.line("hello")
        let kept = line.press(.control("d"))
        #expect(kept == .edited && line.editor.text == "hello")
        let sent = line.press(.special(.enter))
        #expect(sent == .submit("hello") && line.editor.isEmpty)
        line.insert("again")
        let dropped = line.press(.control("c"))
        #expect(dropped == .edited && line.editor.isEmpty)
    }

    @Test func `others hear of typing once, and nothing of it after the line was sent`() throws {
        let (room, now) = (try RoomName("lobby"), ContinuousClock.now)
        var line = self.line("h")
        let first = line.typed(in: room, now: now)
        line.insert("i")
        let second = line.typed(in: room, now: now)
        _ = line.press(.special(.enter))
        let third = line.typed(in: room, now: now)
        #expect(first == .active(room) && second == .nothing && third == .nothing)
    }
}
