import Foundation
import NIOCore
import Testing

@testable import ChatCore

/// What the compiler cannot say of a command or event that was added: where else it has to be known.
@Suite("Commands and events stand in every table", .patience)
struct ProtocolTableTests {
    private let root = URL(filePath: #filePath).appending(path: "../../../..").standardized

    private func text(_ path: String) throws -> String {
        try String(contentsOf: self.root.appending(path: path), encoding: .utf8)
    }

    @Test(arguments: Command.Name.allCases)
    func `a command is read by its name`(name: Command.Name) throws {
        let json = ByteBuffer(string: #"{"type":"\#(name.rawValue)"}"#)
        do throws(CommandRefusal) {
            #expect(try CommandEnvelope(decoding: json, limits: Limits()).command.name == name)
        } catch {
            // The others lack a field, and are known.
            #expect(error.error.code == .badCommand, "\(error)")
        }
    }

    @Test(arguments: Event.Name.allCases)
    func `an event is read by its name`(name: Event.Name) { #expect(Event.Name(ByteString(name.rawValue)) == name) }

    @Test func `the contract has each of them`() throws {
        let rows = try self.text("docs/PROTOCOL.md").split(separator: "\n").filter { $0.hasPrefix("| `") }
        let heads = rows.compactMap { $0.split(separator: "|").first }
        for name in Command.Name.allCases.map(\.rawValue) + Event.Name.allCases.map(\.rawValue) {
            #expect(heads.contains { $0.contains("`\(name)`") }, "docs/PROTOCOL.md has no row of \(name)")
        }
    }

    @Test(arguments: MessageKind.allCases)
    func `a kind of message is read by its word, and stands in the contract and in the page's table`(
        kind: MessageKind
    ) throws {
        #expect(MessageKind(ByteString(kind.rawValue)) == kind)
        #expect(kind.rawValue.utf8.count <= MessageKind.maximumBytes)
        #expect(MessageKind.notForSenders.message.contains("\"\(kind.rawValue)\"") == kind.isForSenders)
        #expect(try self.text("docs/PROTOCOL.md").contains("\n| `\(kind.rawValue)` | "))
        #expect(try self.text("static/js/core/kinds.js").contains("\n  \(kind.rawValue): "))
    }

    @Test func `the page checks each event before it believes it`() throws {
        let table = try self.text("static/js/core/protocol.js")
        for name in Event.Name.allCases.map(\.rawValue) {
            #expect(table.contains("\n  \(name):"), "static/js/core/protocol.js does not know \(name)")
        }
    }

    /// By each event: the reducer of the whole page, that of a room, or the connection (`net/client.js`).
    @Test func `the page does something with each event`() throws {
        let tables = try ["core/reducer.js", "core/room.js", "core/enter.js", "net/client.js"].map {
            try self.text("static/js/\($0)")
        }
        for name in Event.Name.allCases.map(\.rawValue) {
            let isKnown = tables.contains { table in
                ["  \(name)(", "  \(name):", "  \(name),", "case \"\(name)\"", "=== \"\(name)\""].contains {
                    table.contains($0)
                }
            }
            #expect(isKnown, "no reducer of the page knows \(name)")
        }
    }
}
