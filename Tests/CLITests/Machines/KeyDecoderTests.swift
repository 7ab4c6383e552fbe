import Testing

@testable import chat_cli

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
        #expect(keys.isEmpty && decoder.isAmbiguous)
        let key = decoder.flush()
        #expect(key == .special(.escape) && !decoder.isAmbiguous)
    }

    @Test func `noise is dropped and what follows it is read`() {
        #expect(self.keys("\u{1B}[99;99q\u{1B}[?1;2cx") == [.text("x")])
        var decoder = KeyDecoder()
        let keys = decoder.feed([0xFF, 0xC3, 0x28, 0x80])
        #expect(keys == [.text("(")])
    }
}
