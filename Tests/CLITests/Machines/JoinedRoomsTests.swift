import ChatCore
import Testing

@testable import ChatClient
@testable import ChatTerminal

@Suite(.patience) struct JoinedRoomsTests {
    private let lobby: RoomName
    private let ops: RoomName
    private let jun: User

    init() throws {
        (self.lobby, self.ops) = (try RoomName("lobby"), try RoomName("ops"))
        self.jun = User(id: UserID("jun"), name: try UserName("Jun"))
    }

    private var rooms: JoinedRooms {
        var rooms = JoinedRooms(current: self.lobby)
        rooms.add(self.lobby)
        rooms.add(self.ops)
        return rooms
    }

    private func joined(_ room: RoomName, replay: Int = 0) throws -> JoinedRoom {
        let page = MemberPage(members: [self.jun], count: 5, cursor: nil, version: 1)
        let head = LogPosition(epoch: try Epoch("epoch0001"), seq: 9)
        return JoinedRoom(JoinReply(room: room, head: head, recovered: true, replay: replay, members: page))
    }

    private func message(_ seq: Int, in room: RoomName, deletes deleted: Int? = nil) throws -> Message {
        Message(
            room: room,
            position: LogPosition(epoch: try Epoch("epoch0001"), seq: seq),
            time: 0,
            sender: self.jun,
            text: "hi",
            kind: deleted == nil ? .text : .deletion,
            key: nil,
            of: deleted
        )
    }

    @Test func `a room that is joined again after a reconnect is no news`() throws {
        var rooms = self.rooms
        let isNews = [rooms.joined(try self.joined(self.lobby)), rooms.joined(try self.joined(self.lobby))]
        #expect(isNews == [true, false])
        #expect(rooms.members(of: self.lobby) == [self.jun.id: "Jun"] && rooms.count(in: self.lobby) == 5)
    }

    @Test func `so many messages are of the past as the join said`() throws {
        var rooms = self.rooms
        _ = rooms.joined(try self.joined(self.lobby, replay: 2))
        let messages = try (8...10).map { try self.message($0, in: self.lobby) }
        let past = messages.map { rooms.arrived($0) }
        #expect(past == [true, true, false])
    }

    @Test func `members come, take other names and leave, and are found by name in any case`() throws {
        var rooms = self.rooms
        _ = rooms.joined(try self.joined(self.lobby))
        let mina = User(id: UserID("mina"), name: try UserName("Mina"))
        rooms.changed(PresenceChange(room: self.lobby, user: mina, memberCount: 6, version: 2), name: "Mina")
        #expect(rooms.ids(named: "MINA") == [mina.id] && rooms.count(in: self.lobby) == 6)
        rooms.changed(PresenceChange(room: self.lobby, user: mina, memberCount: 0, version: 3), name: nil)
        #expect(rooms.ids(named: "Mina").isEmpty && rooms.count(in: self.lobby) == 6)
        // In a room that was not joined there is nobody yet.
        rooms.changed(PresenceChange(room: self.ops, user: mina, memberCount: 0, version: 1), name: "Mina")
        #expect(rooms.members(of: self.ops).isEmpty)
    }

    @Test func `only the last messages can be answered`() throws {
        var rooms = self.rooms
        for seq in 1...(Answer.remembered + 3) {
            _ = rooms.show(try self.message(seq, in: self.lobby), isMention: false, isOwn: false)
        }
        #expect(rooms.recent(in: self.lobby).count == Answer.remembered)
        #expect(rooms.recent(in: self.lobby).first?.position?.seq == 4)
    }

    @Test func `what was deleted cannot be answered, even where the deletion is not shown`() throws {
        var rooms = self.rooms
        for seq in 1...2 { _ = rooms.show(try self.message(seq, in: self.lobby), isMention: false, isOwn: false) }
        _ = rooms.show(try self.message(1, in: self.ops), isMention: false, isOwn: false)
        // Whoever is ignored is heard, and not shown.
        let isPast = rooms.arrived(try self.message(3, in: self.lobby, deletes: 1))
        #expect(!isPast && rooms.recent(in: self.lobby).map(\.position?.seq) == [2])
        #expect(rooms.recent(in: self.ops).count == 1)
        _ = rooms.show(try self.message(3, in: self.lobby, deletes: 1), isMention: false, isOwn: true)
        #expect(rooms.recent(in: self.lobby).count == 1)
    }

    @Test func `a deletion in the past of a room counts as a message of it`() throws {
        var rooms = self.rooms
        _ = rooms.joined(try self.joined(self.lobby, replay: 1))
        let isPast = rooms.arrived(try self.message(9, in: self.lobby, deletes: 8))
        #expect(isPast)
    }

    @Test func `where the log began again, nothing of before can be answered`() throws {
        var rooms = self.rooms
        for room in [self.lobby, self.ops] {
            _ = rooms.show(try self.message(1, in: room), isMention: false, isOwn: false)
        }
        rooms.reset(self.lobby)
        #expect(rooms.recent(in: self.lobby).isEmpty && rooms.recent(in: self.ops).count == 1)
    }

    @Test func `who leaves the room in which they talk talks in the first one`() throws {
        var rooms = self.rooms
        rooms.enter(self.ops)
        _ = rooms.show(try self.message(1, in: self.lobby), isMention: false, isOwn: false)
        #expect(rooms.marks[self.lobby]?.messages == 1)
        rooms.remove(self.ops)
        #expect(rooms.current == self.lobby && rooms.marks[self.lobby] == nil && !rooms.contains(self.ops))
        rooms.remove(self.lobby)
        #expect(rooms.names.isEmpty && rooms.current == self.lobby)
    }
}
