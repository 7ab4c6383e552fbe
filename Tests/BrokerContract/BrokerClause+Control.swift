internal import ChatCore
internal import Testing

extension BrokerClause {
    static let control = [
        BrokerClause("rooms are listed by name, in pages", roomsAreListed),
        BrokerClause("a room that has members and no log is listed", roomsWithMembersAreListed),
        BrokerClause("a round trip proves that the broker works", probeSucceeds),
        BrokerClause("its kind is one word", kindIsOneWord),
    ]
}

private func roomsAreListed(_ broker: any MessageLog & BrokerControl) async throws {
    // Names in the order of their bytes, which is not that of all languages.
    let prefix = unique("list")
    let rooms = try ["-a", "-b", "-z", "-ä", "-가"].map { try RoomName(prefix + $0) }
    let user = try uniqueUser()
    var last: Receipt?
    for room in rooms.reversed() { last = try await broker.store(drafts(1...2, to: room, by: user)).last }
    let first = try await broker.rooms(after: RoomName(prefix), limit: 2)
    #expect(first.rooms.map(\.room) == Array(rooms[0...1]))
    #expect(first.cursor == rooms[1])
    let summary = try #require(first.rooms.first)
    #expect(summary == RoomSummary(room: rooms[0], memberCount: 0, seq: 2, lastTime: last?.time))
    let second = try await broker.rooms(after: first.cursor, limit: 2)
    #expect(second.rooms.map(\.room) == Array(rooms[2...3]))
    let third = try await broker.rooms(after: second.cursor, limit: 1000)
    #expect(third.rooms.first?.room == rooms[4])
}

private func roomsWithMembersAreListed(_ broker: any PresenceRegistry & BrokerControl) async throws {
    let prefix = unique("members")
    let room = try RoomName(prefix + "-a")
    let (user, holder) = (try uniqueUser(), uniqueHolder())
    try await broker.enter(room, user, holder: holder)
    let page = try await broker.rooms(after: RoomName(prefix), limit: 1)
    #expect(page.rooms == [RoomSummary(room: room, memberCount: 1, seq: 0, lastTime: nil)])
    try await broker.leave(room, user.id, holder: holder)
    #expect(try await broker.rooms(after: RoomName(prefix), limit: 1).rooms.first?.room != room)
}

private func probeSucceeds(_ broker: any BrokerControl) async throws {
    try await broker.probe()
}

private func kindIsOneWord(_ broker: any BrokerControl) async throws {
    #expect(
        !broker.kind.isEmpty && broker.kind.utf8.allSatisfy { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
    )
}
