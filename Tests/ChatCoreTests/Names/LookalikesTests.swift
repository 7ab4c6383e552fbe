import Foundation
import Testing

@testable import ChatCore

/// The names that look alike to every client (Tests/Vectors/lookalikes.json).
@Suite(.patience) struct LookalikesTests {
    struct Vector: Decodable, Sendable, CustomTestStringConvertible {
        var names: [String]
        var why: String

        var testDescription: String { self.why }
    }

    private struct Vectors: Decodable {
        var letters: [String]
        var alike: [Vector]
        var different: [Vector]
    }

    private static let vectors: Vectors? = {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Vectors/lookalikes.json")
        return (try? Data(contentsOf: file)).flatMap { try? JSONDecoder().decode(Vectors.self, from: $0) }
    }()

    @Test func `the table is the page's`() throws {
        let vectors = try #require(Self.vectors)
        #expect(vectors.letters.count > 40 && vectors.alike.count > 20 && vectors.different.count > 5)
        #expect(Lookalikes.letters.split(separator: "\n").map(String.init) == vectors.letters)
    }

    @Test func `each letter of the table looks like one thing, and that thing like itself`() {
        let fields = Lookalikes.letters.split(separator: "\n").flatMap { $0.split(separator: " ").dropFirst() }
        #expect(Lookalikes.likeness.count == fields.count)
        for sign in Set(Lookalikes.likeness.values) { #expect(Lookalikes.skeleton(of: sign) == sign) }
    }

    @Test(arguments: LookalikesTests.vectors?.alike ?? [])
    func `names that look alike`(vector: Vector) {
        #expect(Set(vector.names.map(Lookalikes.skeleton)).count == 1, "\(vector.names.map(Lookalikes.skeleton))")
    }

    @Test(arguments: LookalikesTests.vectors?.different ?? [])
    func `names that do not`(vector: Vector) {
        #expect(Set(vector.names.map(Lookalikes.skeleton)).count == vector.names.count)
    }

    @Test func `the skeleton of a long name is in proportion to it`() throws {
        // No scalar becomes more than the eighteen of the longest compatibility decomposition (U+FDFA).
        let long = String(repeating: "\u{FDFA}", count: UserName.maximumCharacters)
        #expect(Lookalikes.skeleton(of: long).unicodeScalars.count <= 18 * UserName.maximumCharacters)
    }
}
