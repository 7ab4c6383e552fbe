import Foundation
import Testing

@testable import ChatTerminal
@testable import ChatWords

/// What page and terminal agree on (Tests/Vectors).
@Suite(.timeLimit(.minutes(10))) struct VectorTests {
    private struct Command: Decodable {
        var line: String
        var `is`: String
        var text: String?
        var name: String?
        var argument: String?
    }

    private static func read<Value: Decodable>(_ name: String) throws -> [Value] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Vectors")
        return try JSONDecoder().decode([Value].self, from: Data(contentsOf: folder.appending(path: name)))
    }

    @Test func `lines are read as on the page`() throws {
        let vectors: [Command] = try Self.read("commands.json")
        #expect(!vectors.isEmpty)
        for vector in vectors {
            switch (Input(vector.line), vector.is) {
            case (.nothing, "nothing"): break
            case (.say(let text), "say"): #expect(text == vector.text, "\(vector.line)")
            case (.unknown(let name), "unknown"): #expect(name == vector.name, "\(vector.line)")
            case (.command(let command, let argument), "command"):
                #expect(command.name == vector.name && argument == vector.argument, "\(vector.line)")
            case (let input, let expected): Issue.record("\(vector.line): \(input), expected: \(expected)")
            }
        }
    }

    @Test func `particles are chosen as on the page`() throws {
        struct Word: Decodable {
            var word: String
            var pair: String
            var `is`: String
        }
        let vectors: [Word] = try Self.read("particles.json")
        #expect(!vectors.isEmpty)
        for vector in vectors {
            #expect(Template.fill("{word}{\(vector.pair)}", [("word", vector.word)]) == vector.is)
        }
    }

    @Test func `both have the commands that both must have`() {
        let common = ["me", "nick", "who", "rooms", "search", "join", "switch", "leave", "help"]
        #expect(Set(common).isSubset(of: SlashCommands.all.map { $0.name }))
    }
}
