import ChatCore
import Testing

@testable import ChatNode

@Suite("Which connections somebody has", .patience)
struct ConnectionIndexTests {
    @Test func `connections of a user are found, and nothing is kept of one who is gone`() throws {
        var index = UserIndex<Int>()
        let mina = UserID("mina")
        index.add(1, of: mina)
        index.add(2, of: mina)
        index.add(3, of: UserID("juno"))
        #expect(Set(index.connections(of: mina)) == [1, 2])
        index.remove(1, of: mina)
        index.remove(1, of: mina)
        #expect(Set(index.connections(of: mina)) == [2])
        index.remove(2, of: mina)
        index.remove(3, of: UserID("juno"))
        #expect(index.isEmpty)
    }
}
