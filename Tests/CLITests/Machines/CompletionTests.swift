import Testing

@testable import ChatTerminal

@Suite(.patience) struct CompletionTests {
    private func complete(_ before: String, mayModerate: Bool = false) -> Completion {
        Completion(
            before: before,
            commands: SlashCommands.completions(mayModerate: mayModerate),
            members: ["민아", "Mina", "Minho", "Jun"],
            rooms: ["lobby", "lounge", "래블업"]
        )
    }

    @Test(
        arguments: [
            ("Ju", "n: "), ("hi Ju", "n "), ("Mi", "n"), ("민", "아: "), ("/sw", "itch "), ("/n", ""),
            ("/join lob", "by "),
            ("/join lo", ""), ("#래", "블업 "), ("see #lob", "by "), ("", ""), ("hi ", ""), ("x", ""), ("/leave ", ""),
            ("/ignore Jun", " "), ("a/s", ""),
        ]
    )
    func `a word is completed as far as it is certain`(before: String, insertion: String) {
        #expect(self.complete(before).insertion == insertion)
    }

    @Test func `moderators have their commands completed`() {
        #expect(self.complete("/del").insertion == "" && self.complete("/del", mayModerate: true).insertion == "ete ")
        #expect(self.complete("/delete Mina", mayModerate: true).insertion == " ")
    }

    @Test func `what it may become is listed`() {
        #expect(self.complete("Mi").candidates == ["Mina", "Minho"])
        #expect(self.complete("/n").candidates == ["/nick", "/notices"])
        #expect(self.complete("/join ").candidates == ["lobby", "lounge", "래블업"])
        #expect(self.complete("").candidates == [])
    }
}
