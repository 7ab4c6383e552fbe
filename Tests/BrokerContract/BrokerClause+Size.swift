package import ChatCore
internal import NIOCore
internal import Testing

extension BrokerClause {
    static let size = [
        BrokerClause(
            "in twenty thousand rooms, each gets what is said there and nothing else",
            isOfSize: true,
            manyRooms
        ),
        BrokerClause(
            "typing in a crowded room reaches every subscriber in order, and nothing is kept",
            isOfSize: true,
            crowdedTyping
        ),
    ]
}

/// Subscribes to many rooms, so many at once as a broker takes.
package func subscribe(
    _ subscriber: any BrokerSubscriber,
    to rooms: [RoomName],
    on broker: any MessageLog
) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
        for (index, room) in rooms.enumerated() {
            if index >= 1000 { try await group.next() }
            group.addTask { _ = try await broker.subscribe(room, subscriber) }
        }
        try await group.waitForAll()
    }
}

private func manyRooms(_ broker: any MessageLog & PresenceRegistry) async throws {
    let (prefix, subscriber) = (unique("many"), CollectingSubscriber())
    let rooms = try (0..<20_000).map { try RoomName("\(prefix)-\($0)") }
    let (user, holder) = (try uniqueUser(), uniqueHolder())
    try await subscribe(subscriber, to: rooms, on: broker)
    // In some of them only, so that others would be noticed.
    let loud = stride(from: 0, to: rooms.count, by: 50).map { rooms[$0] } + rooms.suffix(1)
    let drafts = try loud.map { try draft($0.rawValue, to: $0, by: user) }
    try await broker.store(drafts)
    for room in loud.prefix(20) { try await broker.enter(room, user, holder: holder) }
    let events = try await subscriber.events { $0.count >= loud.count + 20 }
    var said: [RoomName: [String?]] = [:]
    var joined: Set<RoomName> = []
    for event in events {
        guard case .room(let room, let event) = event else { continue }
        if case .publication(let publication) = event { said[room, default: []].append(publication.text) }
        if case .presence = event { joined.insert(room) }
    }
    #expect(events.count == loud.count + 20)
    let isSaid = said == Dictionary(uniqueKeysWithValues: loud.map { ($0, [$0.rawValue]) })
    #expect(isSaid && joined == Set(loud.prefix(20)))
    for room in rooms { await broker.unsubscribe(room, subscriber) }
    for room in loud.prefix(20) { try await broker.leave(room, user.id, holder: holder) }
}

private func crowdedTyping(_ broker: any MessageLog & PresenceRegistry) async throws {
    let (room, holder) = (try uniqueRoom(), uniqueHolder())
    let prefix = unique("u")
    // By id, as parts are cut.
    let users = try (0..<2000).map { User(id: UserID("\(prefix)-\(10_000 + $0)"), name: try UserName("N\($0)")) }
    for start in stride(from: 0, to: users.count, by: RestoreQueue.usersAtOnce) {
        let part = HeldPart(
            room: room,
            told: 0,
            after: start == 0 ? nil : users[start - 1].id,
            through: users[start + RestoreQueue.usersAtOnce - 1].id,
            users: Array(users[start..<start + RestoreQueue.usersAtOnce])
        )
        _ = try await broker.restore(holder, [part])[0].get()
    }
    let subscribers = (0..<8).map { _ in CollectingSubscriber() }
    for subscriber in subscribers { _ = try await broker.subscribe(room, subscriber) }
    for user in users.prefix(250) {
        for active in [true, false] { await broker.signalTyping(room, user, active: active) }
    }
    for subscriber in subscribers {
        let events = try await subscriber.events { $0.count { $0.typing != nil } >= 500 }
        let expected = users.prefix(250).flatMap { user in
            [true, false].map { Event.typing(room: room, user: user, active: $0).encoded() }
        }
        let isSame = events.compactMap(\.typing) == expected
        #expect(isSame)
    }
    #expect(try await broker.log(room, after: 0, limit: 9).head == 0)
    #expect(try await broker.members(room, cursor: nil, limit: 9).count == users.count)
}

extension BrokerEvent {
    fileprivate var typing: ByteBuffer? { if case .room(_, .typing(_, let payload)) = self { payload } else { nil } }
}
