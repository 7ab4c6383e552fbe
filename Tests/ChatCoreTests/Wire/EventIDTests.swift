import ChatCore
import Testing

@Suite(.patience)
struct EventIDTests {
    @Test(arguments: ["abcdefgh-0", "abcdefgh-12-1790000000000", "0123456789abcdef-9007199254740991-0"])
    func `a position comes back from its id`(id: String) throws {
        #expect(try LogPosition(eventID: id).eventID == id)
    }

    @Test(arguments: [
        "", "-", "abcdefgh", "abcdefgh-", "abcdefgh--1", "abcdefgh-+1", "abcdefgh-1-", "abcdefgh-1-2-3", "ABCDEFGH-1",
        "short-1", "abcdefgh-9007199254740992", "abcdefgh-99999999999999999999", "abcdefgh-1 ", "abcdefgh-١",
    ])
    func `anything else is refused`(id: String) {
        #expect(throws: ProtocolError.self) { try LogPosition(eventID: id) }
    }
}
