import Testing

@testable import ChatTerminal

@Suite(.patience) struct KeyDecoderTests {
    private func keys(_ input: String) -> [Key] {
        var decoder = KeyDecoder()
        return decoder.feed(Array(input.utf8))
    }

    @Test(
        arguments: [
            ("a", .text("a")), ("한", .text("한")), ("👨‍👩‍👧", .text("👨‍👩‍👧")), ("\r", .special(.enter)), ("\t", .special(.tab)),
            ("\u{7F}", .special(.backspace)), ("\u{1}", .control("a")), ("\u{1F}", .control("_")),
            ("\u{1B}b", .alt("b")), ("\u{1B}\r", .special(.enter, .alt)), ("\u{1B}\u{7F}", .special(.backspace, .alt)),
            ("\u{1B}[A", .special(.up)), ("\u{1B}OA", .special(.up)), ("\u{1B}[1;5C", .special(.right, .control)),
            ("\u{1B}[1;3D", .special(.left, .alt)), ("\u{1B}[3~", .special(.delete)), ("\u{1B}[1~", .special(.home)),
            ("\u{1B}[H", .special(.home)), ("\u{1B}[4~", .special(.end)), ("\u{1B}[Z", .special(.tab, .shift)),
            ("\u{1B}[200~a\rb\r\nc\u{1B}[201~", .paste("a\nb\nc")), ("\u{1B}[200~x\u{7}y\u{1B}[201~", .paste("xy")),
        ] as [(String, Key)]
    )
    func `keys are read from what terminals send`(input: String, expected: Key) {
        #expect(self.keys(input) == [expected])
    }

    @Test func `it does not matter where the bytes are cut`() {
        let input = Array("a한\u{1B}[1;5C\u{1B}[200~x\u{1B}[201~\u{1B}b".utf8)
        var whole = KeyDecoder()
        let expected = whole.feed(input)
        for cut in 1..<input.count {
            var decoder = KeyDecoder()
            var keys = decoder.feed(input[..<cut]) + decoder.feed(input[cut...])
            if keys.count > expected.count, case .text(let a) = keys[0], case .text(let b) = keys[1] {
                keys.replaceSubrange(0...1, with: [.text(a + b)])
            }
            #expect(keys == expected, "cut at \(cut)")
        }
    }

    @Test func `escape alone is a key when nothing follows`() {
        var decoder = KeyDecoder()
        let keys = decoder.feed([0x1B])
        #expect(keys.isEmpty && decoder.patience == 40)
        let key = decoder.flush()
        #expect(key == .special(.escape) && decoder.patience == nil)
    }

    /// What terminals send of themselves, before a letter that was typed.
    static let untyped = [
        // The mouse: xterm's reports of 1000, 1006 and 1015, press and release; the bytes of 1000 may be anything.
        "\u{1B}[M !!", "\u{1B}[M\r\r\r", "\u{1B}[<0;10;5M", "\u{1B}[<0;10;5m", "\u{1B}[32;10;5M", "\u{1B}[t!!",
        "\u{1B}[T!!!!!!", "\u{1B}[<64;200;100M",
        // Answers: colours, the name, settings, where the cursor is, what the terminal is, the focus, the size.
        "\u{1B}]11;rgb:1e1e/1e1e/2e2e\u{7}", "\u{1B}]11;rgb:1e1e/1e1e/2e2e\u{1B}\\", "\u{1B}]4;1;rgb:cd/00/00\u{1B}\\",
        "\u{1B}P>|xterm(388)\u{1B}\\", "\u{1B}P1$r0m\u{1B}\\", "\u{1B}_Gi=31;OK\u{1B}\\", "\u{1B}^private\u{1B}\\",
        "\u{1B}Xstring\r\u{1B}\\", "\u{1B}]52;c;aGk=\r\n\u{7}", "\u{1B}]half\u{18}", "\u{1B}[24;80R", "\u{1B}[?62;22c",
        "\u{1B}[>41;388;0c", "\u{1B}[I", "\u{1B}[O", "\u{1B}[8;24;80t", "\u{1B}[?2026;2$y", "\u{1B}[?0u",
        "\u{1B}[13;2u",
        "\u{1B}[27;5;13~", "\u{1B}[15~", "\u{1B}[1;2P", "\u{1B}OP", "\u{1B}[M\u{7F}\u{7F}\u{7F}",
        // Broken off: what breaks it off goes with it.
        "\u{1B}[1;\r", "\u{1B}[\n", "\u{1B}[1;\u{18}", "\u{1B}[" + String(repeating: "1;", count: 5000) + "M",
    ]

    @Test(arguments: untyped) func `what nobody typed is no key`(input: String) {
        #expect(self.keys(input + "x") == [.text("x")])
        // Wherever it is cut.
        var decoder = KeyDecoder()
        let keys = Array(input.utf8).prefix(64).flatMap { decoder.feed([$0]) }
        #expect(keys.isEmpty)
    }

    @Test(arguments: ["[", "]", "P", "X", "^", "_", "O"]) func `what begins a sequence may be a key with Alt`(
        key: String
    ) {
        var decoder = KeyDecoder()
        let keys = decoder.feed(Array("\u{1B}\(key)".utf8))
        #expect(keys.isEmpty && decoder.patience == 40)
        let flushed = decoder.flush()
        let after = decoder.feed(Array("\r".utf8))
        #expect(flushed == .alt(Character(key)) && after == [.special(.enter)])
    }

    @Test(arguments: ["\u{1B}[<0;1", "\u{1B}]11;rgb", "\u{1B}P>|x", "\u{1B}[M!", "\u{1B}]x\u{1B}"])
    func `what does not end is dropped after a while, and no key is lost with it`(input: String) {
        var decoder = KeyDecoder()
        let keys = decoder.feed(Array(input.utf8))
        #expect(keys.isEmpty && decoder.patience == 1000)
        let flushed = decoder.flush()
        let after = decoder.feed(Array("a".utf8))
        #expect(flushed == nil && after == [.text("a")])
    }

    @Test func `a paste whose end was lost is given up by Ctrl-C, and one that has it inside is not`() {
        var lost = KeyDecoder()
        let lines = lost.feed(Array("\u{1B}[200~never\rends".utf8))
        #expect(lines.isEmpty && lost.patience == nil)
        let interrupt = lost.feed([0x03])
        #expect(interrupt.isEmpty && lost.patience == 1000)
        let flushed = lost.flush()
        let after = lost.feed(Array("a".utf8))
        #expect(flushed == .control("c") && after == [.text("a")])

        var whole = KeyDecoder()
        let first = whole.feed(Array("\u{1B}[200~one\u{3}".utf8))
        let rest = whole.feed(Array("\rtwo\u{1B}[201~".utf8))
        #expect(first.isEmpty && rest == [.paste("one\ntwo")])
    }

    @Test func `a sequence in a string ends it, and is read`() {
        #expect(self.keys("\u{1B}]11;rgb\u{1B}[Ax") == [.special(.up), .text("x")])
        #expect(self.keys("\u{1B}OM") == [.special(.enter)])
    }

    @Test func `noise is dropped and what follows it is read`() {
        #expect(self.keys("\u{1B}[99;99q\u{1B}[?1;2cx") == [.text("x")])
        var decoder = KeyDecoder()
        let keys = decoder.feed([0xFF, 0xC3, 0x28, 0x80])
        #expect(keys == [.text("(")])
    }
}
