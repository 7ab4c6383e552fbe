import ChatCore
import Testing
import TestSupport

@Suite(.patience) struct WordListTests {
    private let list = WordList(["fool", "바보", "bad word", "ÉTÉ"])

    @Test(arguments: ["", " ", "\u{115F}", "\u{FEFF}\u{200D}", "\u{301}", "\u{200B}"])
    func `a word that nobody can see finds nothing, and is none`(word: String) {
        #expect(!WordList.canFind(word))
        #expect(WordList.canFind(word + "a"))
    }

    @Test(arguments: ["fool", "You FOOL!", "a fool, he", "fool은", "이 바보야", "bad word", "l'été", "f\u{AD}ool", "fool_"])
    func `a word is found where it stands alone, and a Korean one anywhere`(text: String) {
        #expect(self.list.isIn(text))
    }

    @Test(arguments: ["", "foolish", "befool", "bad words", "바 보", "étés", "fool2", "badword"])
    func `a part of a longer word is not found`(text: String) { #expect(!self.list.isIn(text)) }

    @Test(arguments: [
        ("μαλάκας", "ΜΑΛΆΚΑΣ"), ("ΜΑΛΆΚΑΣ", "ένας μαλάκας!"), ("μαλάκας", "μαλάκας"), ("scheiße", "SCHEISSE"),
        ("SCHEISSE", "so eine Scheiße"), ("scheiße", "SCHEI\u{1E9E}E"), ("fuss", "der Fuß"),
    ])
    func `letters that upper case does not tell apart are one`(word: String, text: String) {
        #expect(WordList([word]).isIn(text))
    }

    @Test(arguments: [("μαλάκας", "ΜΑΛΆΚΑΣΕ"), ("scheiße", "SCHEISE"), ("fuss", "Fußball")])
    func `nor are they found in a longer or another word`(word: String, text: String) {
        #expect(!WordList([word]).isIn(text))
    }

    @Test func `an empty list has no words`() {
        #expect(!WordList([]).isIn("fool"))
        #expect(!WordList(["", "\u{200B}"]).isIn("\u{200B}"))
    }

    @Test(arguments: 1...50)
    func `it finds what a search for each word finds`(seed: Int) {
        var random = SeededGenerator(UInt64(seed))
        func text(_ count: ClosedRange<Int>) -> String {
            String((0..<Int.random(in: count, using: &random)).map { _ in "ab가 ".randomElement(using: &random) ?? "a" })
        }
        let words = (0..<6).map { _ in text(1...4) }.filter { !$0.allSatisfy(\.isWhitespace) }
        let list = WordList(words)
        for _ in 0..<100 {
            let text = text(0...20)
            #expect(list.isIn(text) == words.contains { Self.stands($0, in: text) }, "\(words) in \(text)")
        }
    }

    /// The same rule, word by word and place by place.
    private static func stands(_ word: String, in text: String) -> Bool {
        let (word, text) = (Array(word), Array(text))
        guard text.count >= word.count else { return false }
        func isLatin(_ place: Int) -> Bool { text.indices.contains(place) && ["a", "b"].contains(text[place]) }
        return (0...(text.count - word.count)).contains { start in
            guard Array(text[start..<start + word.count]) == word else { return false }
            let opens = !["a", "b"].contains(word[0]) || !isLatin(start - 1)
            return opens && (!["a", "b"].contains(word[word.count - 1]) || !isLatin(start + word.count))
        }
    }
}
