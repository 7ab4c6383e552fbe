import Testing

@testable import chat_cli

@Suite(.patience) struct LanguageTests {
    @Test(arguments: Language.allCases, Phrase.allCases)
    func `every phrase is there in every language, with the same placeholders`(
        language: Language,
        phrase: Phrase
    ) throws {
        let text = try #require(language.phrases[phrase], "\(language) has no \(phrase)")
        let english = try #require(Phrase.english[phrase])
        #expect(!text.isEmpty)
        #expect(Phrase.placeholders(of: text) == Phrase.placeholders(of: english))
    }

    @Test func `Korean is not English that nobody translated`() {
        for phrase in Phrase.allCases where ![.statusLatency, .day].contains(phrase) {
            #expect(Phrase.korean[phrase]?.unicodeScalars.contains { (0xAC00...0xD7A3).contains($0.value) } == true)
        }
    }

    @Test(arguments: Language.allCases) func `a week has seven days`(language: Language) {
        #expect(Phrase.weekdays.text(in: language).split(separator: ",").count == 7)
    }

    @Test(
        arguments: [
            ([:], .english), (["LANG": "ko_KR.UTF-8"], .korean), (["LANG": "ko"], .korean),
            (["LANG": "de_DE"], .english),
            (["LANG": "ko_KR.UTF-8", "LC_MESSAGES": "en_US.UTF-8"], .english),
            (["LANG": "C", "LC_MESSAGES": "ko_KR"], .korean),
            (["LC_ALL": "C.UTF-8", "LC_MESSAGES": "ko_KR"], .english),
            (["LC_ALL": "", "LANG": "ko_KR.eucKR"], .korean),
        ] as [([String: String], Language)]
    )
    func `the locale says which language is spoken`(environment: [String: String], expected: Language) {
        #expect(Language.preferred { environment[$0] } == expected)
    }

    @Test func `a value is put in as it is, whatever stands in it`() {
        #expect(
            Phrase.unsent.text(in: .english, ["reason": "{text}", "text": "{reason}"]) == "not sent ({text}): {reason}"
        )
        #expect(Phrase.memberLeft.text(in: .korean, ["name": "민아"]) == "민아 님이 나갔습니다")
    }
}
