import ArgumentParser
import ChatClient
import ChatCore
import Foundation
import Testing

@testable import ChatTerminal
@testable import ChatWords
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
        #expect(Template.placeholders(of: text) == Template.placeholders(of: english))
    }

    @Test func `Korean is not English that nobody translated`() {
        for phrase in Phrase.allCases where ![.statusLatency, .day].contains(phrase) {
            #expect(Phrase.korean[phrase]?.unicodeScalars.contains { (0xAC00...0xD7A3).contains($0.value) } == true)
        }
    }

    @Test func `every wording has its Korean, with the same placeholders`() throws {
        for command in SlashCommands.all {
            #expect(command.help.korean.unicodeScalars.contains { (0xAC00...0xD7A3).contains($0.value) })
        }
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../Sources/ChatTerminal")
        let wording = /Wording\(\s*"((?:[^"\\]|\\"|"\s*\+\s*")+)",\s*korean:\s*"((?:[^"\\]|\\"|"\s*\+\s*")+)"/
        var count = 0
        for file in try Self.sources(in: root) {
            for match in try String(contentsOf: file, encoding: .utf8).matches(of: wording) {
                let (english, korean) = (String(match.output.1), String(match.output.2))
                #expect(Template.placeholders(of: english) == Template.placeholders(of: korean), "\(english)")
                count += 1
            }
        }
        #expect(count > 30)
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

    @Test(arguments: Sentence.korean.keys.sorted())
    func `every sentence has the same placeholders in Korean, and no particle is left open`(english: String) throws {
        let korean = try #require(Sentence.korean[english])
        #expect(!korean.isEmpty && Template.placeholders(of: korean) == Template.placeholders(of: english))
        #expect(!korean.contains("(으)") && !korean.contains("을(를)") && !korean.contains("이(가)"))
    }

    @Test(
        arguments: [
            ("준호", "로", "를", "가"), ("민준", "으로", "을", "이"), ("래블", "로", "을", "이"), ("Mina", "로", "를", "가"),
            ("Jun", "으로", "을", "이"), ("Bob", "로", "를", "가"), ("Mike", "로", "를", "가"), ("Paul", "로", "을", "이"),
            ("HR", "로", "를", "가"), ("AI", "로", "를", "가"), ("user-7f3", "으로", "을", "이"), ("2026", "으로", "을", "이"),
            ("1", "로", "을", "이"), ("12", "로", "를", "가"), ("\"끝\"", "으로", "을", "이"), ("하하 (민준)", "으로", "을", "이"),
            ("하하 👋", "로", "를", "가"), ("\u{1112}\u{1161}\u{11AB}", "으로", "을", "이"), ("King", "으로", "을", "이"),
            ("", "로", "를", "가"), ("…", "로", "를", "가"),
        ]
    )
    func `a particle follows the last sound of the word`(word: String, to: String, object: String, subject: String) {
        #expect(Particle.choose("으로/로", after: word) == to)
        #expect(Particle.choose("을/를", after: word) == object)
        #expect(Particle.choose("이/가", after: word) == subject)
        #expect(Template.fill("{name}{으로/로}", [("name", word)]) == word + to)
    }

    @Test(
        arguments: [
            (.textTooLong(8192), "글은 8192바이트까지입니다"), (.textEmpty, "메시지에는 보이는 글이 있어야 합니다"),
            (.tooManyRooms(64), "한 연결은 대화방 64개까지 들어갈 수 있습니다"),
            (.init(.notJoined, "join lobby first"), "먼저 그 대화방에 들어가야 합니다"),
            (.init(.forbidden, "a sentence of tomorrow"), "허용되지 않은 일입니다"),
            (.init(.init("of_tomorrow"), "a sentence of tomorrow"), "서버가 거절했습니다 (of_tomorrow)"),
        ] as [(ProtocolError, String)]
    )
    func `what the server says is told in Korean, by its code at least`(error: ProtocolError, told: String) {
        #expect(Words.of(error, in: .korean) == told)
        #expect(Words.of(error, in: .english) == error.message)
    }

    @Test(
        arguments: [
            ("the outbox: No space left on device", "보낼 편지함: 장치에 남은 공간이 없습니다"),
            ("Connection refused", "연결이 거부되었습니다"), ("there is no such host", "그런 호스트가 없습니다"),
        ]
    )
    func `what the library and the system say is told in Korean`(said: String, told: String) {
        #expect(Words.of(said: said, in: .korean) == told)
    }

    @Test(
        arguments: [
            ("Unknown option '--nope'", "'--nope'라는 옵션은 없습니다"),
            ("Missing expected argument '<room>'", "빠진 인자가 있습니다: '<대화방>'"),
            ("The value 'abc' is invalid for '--timeout <timeout>'", "'--timeout <초>'에 'abc'는 쓸 수 없습니다"),
            (
                "The value 'fr' is invalid for '--language <language>'. Please provide one of 'en' and 'ko'.",
                "'--language <언어>'에 'fr'는 쓸 수 없습니다. 쓸 수 있는 것: 'en', 'ko'"
            ),
            (
                "The value 'a b' is invalid for '<rooms>': 대화방 이름은 64자까지입니다",
                "'<대화방>'에 'a b'는 쓸 수 없습니다: 대화방 이름은 64자까지입니다"
            ),
            ("2 unexpected arguments: 'a', 'b'", "알 수 없는 인자가 2개 있습니다: 'a', 'b'"),
            ("--count는 0보다 커야 합니다", "--count는 0보다 커야 합니다"),
            ("A sentence of tomorrow.", "명령줄을 이해하지 못했습니다: A sentence of tomorrow."),
        ]
    )
    func `a command line that is not understood is told in Korean`(said: String, told: String) {
        let usage = """
            Error: \(said)
            Help:  <room>  대화방.
            Usage: chat-cli send
              See 'chat-cli send --help' for more information.
            """
        let expected = """
            오류: \(told)
            도움말: <대화방>  대화방.
            사용법: chat-cli send
              자세한 것은 'chat-cli send --help'에 있습니다.
            """
        #expect(Words.ofUsage(usage, in: .korean) == expected)
        #expect(Words.ofUsage(usage, in: .english) == usage)
    }

    @Test func `a help is Korean but for names, and broken by cells`() {
        let help = """
            OVERVIEW: 지난 메시지를 출력합니다.

            USAGE: chat-cli history [<options>] <room>

            OPTIONS:
              --limit <limit>         가나다라 마바사아 자차카타 파하가나 다라마바 사아자차 카타파하 가나다라. (default: 50)
              --mode <mode>           방식. (values: a, b; default: a)
              -h, --help              Show help information.

              See 'chat-cli help <subcommand>' for detailed help.
            """
        let expected = """
            개요: 지난 메시지를 출력합니다.

            사용법: chat-cli history [<옵션>] <대화방>

            옵션:
              --limit <수>            가나다라 마바사아 자차카타 파하가나 다라마바 사아자차
                                      카타파하 가나다라. (기본값: 50)
              --mode <mode>           방식. (쓸 수 있는 값: a, b; 기본값: a)
              -h, --help              이 도움말을 보여 줍니다.

              자세한 것은 'chat-cli help <명령>'에 있습니다.
            """
        #expect(Words.ofUsage(help, columns: 80, in: .korean) == expected)
        #expect(Words.ofUsage(help, columns: 80, in: .english) == help)
        let script = "#compdef chat-cli\nUsage: _chat() { : }\n"
        #expect(Words.ofUsage(script, columns: 40, in: .korean) == script)
    }

    @Test func `no help in Korean has an English name for a value`() {
        let commands: [any ParsableCommand.Type] = [ChatCLI.self] + ChatCLI.configuration.subcommands
        for command in commands {
            let help = ChatCLI.helpMessage(for: command, columns: 1 << 20)
            let korean = Words.ofUsage(help, columns: 100, in: .korean)
            #expect(korean.matches(of: /<[a-z-]+>/).isEmpty, "\(korean)")
        }
    }

    @Test(arguments: Language.allCases) func `the help of the input line has its explanations in one column`(
        language: Language
    ) {
        let lines = HelpCommand.lines(mayModerate: true, in: language)
        let column = HelpCommand.column(in: language)
        for (line, command) in zip(lines, SlashCommands.all) {
            let help = command.help.text(in: language)
            #expect(line.hasSuffix(help) && CellWidth.of(String(line.dropLast(help.count))) == column)
        }
        #expect(lines.contains { $0.hasPrefix(language == .korean ? "/nick <이름>" : "/nick <name>") })
    }

    @Test func `a status of HTTP is told without its English phrase`() {
        #expect(Words.ofRefusal(503, nil, "Service Unavailable", in: .korean) == "HTTP 상태 503")
        #expect(Words.ofRefusal(503, "unavailable", "x", in: .korean) == "503 서버가 지금은 할 수 없습니다. 잠시 뒤 다시 해 주세요")
        #expect(Words.ofRefusal(nil, "rate_limited", "x", in: .korean) == "너무 빠릅니다. 잠시 뒤 다시 해 주세요")
    }

    /// What is written in the sources is what people are told: a sentence that was forgotten here would be English.
    @Test func `every sentence of the program has its Korean`() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../Sources")
        let modules = ["chat-cli", "ChatBench", "ChatTerminal", "ChatVerify", "ChatWords"]
        var count = 0
        for file in try modules.flatMap({ try Self.sources(in: root.appending(path: $0)) }) {
            let source = try String(contentsOf: file, encoding: .utf8)
            let literal = /(?:Sentence\(|\.said\(|saying:)\s*"((?:[^"\\]|\\["\\]|"\s*\+\s*")+)"(?!")/
            let block = /(?:Sentence|\.said)\(\s*"""\n([^"]+?)\n *"""/
            for match in source.matches(of: block) {
                let lines = match.output.1.split(separator: "\n", omittingEmptySubsequences: false)
                let text = lines.map { $0.drop { $0 == " " } }.joined(separator: "\n").replacing("\\\n", with: "")
                let english = text.replacing("\\\\", with: "\\")
                count += 1
                #expect(Sentence.korean[english] != nil, "\(file.lastPathComponent): \(english)")
            }
            for match in source.matches(of: literal) {
                let english = String(match.output.1).replacing(/"\s*\+\s*"/, with: "")
                    .replacing("\\\"", with: "\"").replacing("\\\\", with: "\\")
                count += 1
                #expect(Sentence.korean[english] != nil, "\(file.lastPathComponent): \(english)")
            }
        }
        #expect(count > 100)
    }

    private static func sources(in folder: URL) throws -> [URL] {
        let files = try #require(FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil))
        return files.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }
    }

    @Test func `a close code says in every language why`() {
        #expect(Words.of(.draining, in: .korean) == "노드가 곧 멈춥니다")
        #expect(Words.of(Disconnect(code: 4999, reason: "because"), in: .korean) == "닫기 코드 4999")
    }

    @Test func `the command line says the language before it is understood`() {
        #expect(Language.chosen(by: ["chat-cli", "join", "--language", "ko"]) == .korean)
        #expect(Language.chosen(by: ["chat-cli", "--language=ko", "join"]) == .korean)
        #expect(Language.chosen(by: ["chat-cli", "send", "--language", "en", "--", "--language", "ko"]) == .english)
    }

    @Test func `a value is put in as it is, whatever stands in it`() {
        #expect(
            Phrase.unsent.text(in: .english, ["reason": "{text}", "text": "{reason}"]) == "not sent ({text}): {reason}"
        )
        #expect(Phrase.memberLeft.text(in: .korean, ["name": "민아"]) == "민아 님이 나갔습니다")
    }
}
