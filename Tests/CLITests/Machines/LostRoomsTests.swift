import ChatCore
import ChatSystem
import Testing

@testable import ChatClient
@testable import ChatTerminal

/// When a command without a terminal ends, because its client is in its rooms no longer.
@Suite(.patience) struct LostRoomsTests {
    private let lobby: RoomName
    private let ops: RoomName

    init() throws { (self.lobby, self.ops) = (try RoomName("lobby"), try RoomName("ops")) }

    private func joined(_ room: RoomName) throws -> ClientEvent {
        let head = LogPosition(epoch: try Epoch("epoch0001"), seq: 0)
        let members = MemberPage(members: [], count: 0, cursor: nil, version: 0)
        return .joined(.init(.init(room: room, head: head, recovered: true, replay: 0, members: members)))
    }

    private func refused(_ room: RoomName, _ code: ProtocolError.Code = .banned) -> ClientEvent {
        .refused(room, ProtocolError(code, "no"))
    }

    private func removed(_ room: RoomName) -> ClientEvent {
        .received(.removed(Removal(room: room, code: .kicked, message: "no")))
    }

    @Test func `a room that cannot be joined ends it, one that is lost leaves the others`() throws {
        var rooms = LostRooms([self.lobby, self.ops])
        #expect(rooms.end(after: try self.joined(self.lobby)) == nil)
        var other = rooms
        #expect(other.end(after: self.refused(self.ops)) == .banned)
        #expect(rooms.end(after: try self.joined(self.ops)) == nil)
        #expect(rooms.end(after: self.refused(self.ops)) == nil)
        #expect(rooms.end(after: self.removed(self.lobby)) == .kicked)
    }

    @Test func `without the room that it needs it ends`() throws {
        var rooms = LostRooms([self.lobby, self.ops], needed: self.lobby)
        for room in [self.lobby, self.ops] { #expect(rooms.end(after: try self.joined(room)) == nil) }
        #expect(rooms.end(after: self.removed(self.lobby)) == .kicked)
    }

    @Test func `what is for now, or about another room, changes nothing`() throws {
        var rooms = LostRooms([self.lobby])
        #expect(rooms.end(after: self.refused(self.lobby, .unavailable)) == nil)
        #expect(rooms.end(after: self.refused(self.ops)) == nil)
        #expect(rooms.end(after: .held(self.lobby, ProtocolError(.muted, "no"))) == nil)
    }
}
