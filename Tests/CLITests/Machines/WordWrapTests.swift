import Testing

@testable import ChatWords

@Suite(.timeLimit(.minutes(10))) struct WordWrapTests {
    private func rows(_ text: String, _ columns: Int, indent: Int = 4) -> [String] {
        WordWrap.rows(Paragraph(text: text, indent: indent), columns: columns)
    }

    @Test(
        arguments: [
            ("", [""]), ("short", ["short"]), ("exactly twelv", ["exactly", "    twelv"]),
            ("nothing is lost in here", ["nothing is", "    lost in", "    here"]),
            ("a  b", ["a  b"]), ("  indented", ["  indented"]), ("twelve cells", ["twelve cells"]),
            ("가나다 라마바 사", ["가나다", "    라마바", "    사"]),
            ("see https://example.com/long ok", ["see https://example.com/long ok"]),
            ("日本語の文章です。", ["日本語の文章", "    です。"]), ("x 日本語の文章", ["x 日本語の文", "    章"]),
            ("\u{1B}[2m-- nothing lost\u{1B}[0m", ["\u{1B}[2m-- nothing", "    lost\u{1B}[0m"]),
        ]
    )
    func `a line is broken between words`(text: String, rows: [String]) {
        #expect(self.rows(text, 12) == rows)
    }

    @Test func `nothing but blanks between rows is left out, whatever the width`() {
        let texts = [
            "The quick brown fox jumps over the lazy dog, and so on.", "다람쥐 헌 쳇바퀴에 타고파 그리고 또 한 번 더",
            "mixed 한글 and English, emoji 👨‍👩‍👧 too; 日本語もあります。",
        ]
        for text in texts {
            for columns in 1...60 {
                let rows = self.rows(text, columns)
                #expect(rows.joined().filter { $0 != " " } == text.filter { $0 != " " })
                let words = text.split(separator: " ").map { CellWidth.of($0) }
                guard let longest = words.max(), columns >= longest + 4 + 2 else { continue }
                #expect(rows.allSatisfy { CellWidth.of($0) <= columns }, "\(columns)")
            }
        }
    }

    @Test func `an explanation goes on in its column, up to half of the row`() {
        let line = "/unread             show what is unread here"
        let rows = self.rows(line, 40, indent: 20)
        #expect(rows == ["/unread             show what is unread", "                    here"])
        #expect(self.rows("one two three four", 10, indent: 20) == ["one two", "     three", "     four"])
    }

    @Test func `the longest text is one pass`() {
        let text = String(repeating: "a", count: 8192)
        #expect(self.rows(text, 80) == [text])
        #expect(self.rows(String(repeating: "가 ", count: 2700), 80).count > 80)
        #expect(self.rows(String(repeating: "\u{300}", count: 4000), 80).count == 1)
        #expect(self.rows("x", 0) == ["x"] && self.rows("a b", 1).joined().contains("b"))
    }
}
