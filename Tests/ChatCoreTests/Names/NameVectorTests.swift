import Foundation
import Testing

@testable import ChatCore

/// The names that every client must judge alike (docs/PROTOCOL.md, section 5).
@Suite(.patience) struct NameVectorTests {
    struct Vector: Decodable, Sendable, CustomTestStringConvertible {
        var raw: String
        /// In normal form; nil when it is refused.
        var name: String?
        var why: String

        var testDescription: String { self.why }
    }

    private struct Vectors: Decodable {
        var users: [Vector]
        var rooms: [Vector]
    }

    private static let vectors: Vectors? = {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Vectors/names.json")
        return (try? Data(contentsOf: file)).flatMap { try? JSONDecoder().decode(Vectors.self, from: $0) }
    }()

    @Test func `there are vectors`() throws {
        let vectors = try #require(Self.vectors)
        #expect(vectors.users.count > 40 && vectors.rooms.count > 20)
    }

    @Test(arguments: NameVectorTests.vectors?.users ?? [])
    func `a user's name`(vector: Vector) {
        let name = (try? UserName(vector.raw))?.rawValue
        #expect(name.map { Array($0.utf8) } == vector.name.map { Array($0.utf8) })
    }

    @Test(arguments: NameVectorTests.vectors?.rooms ?? [])
    func `a room's name`(vector: Vector) {
        let name = (try? RoomName(vector.raw))?.rawValue
        #expect(name.map { Array($0.utf8) } == vector.name.map { Array($0.utf8) })
    }

    @Test func `whoever has a name that is refused now is a guest, and not lost`() {
        #expect(UserName.known("\u{2800}", of: UserID("u0123456789abcdef")).rawValue == "guest-cdef")
        #expect(UserName.known("Mina", of: UserID("u0123456789abcdef")).rawValue == "Mina")
    }
}
