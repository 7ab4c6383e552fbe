internal import ChatCore
internal import NIOCore
internal import Testing

extension BrokerClause {
    static let presence = [
        BrokerClause("a user who enters is announced once, through however many holders", enterAnnouncesOnce),
        BrokerClause("a user leaves with the last holder", leaveAnnouncesWithTheLast),
        BrokerClause("every change counts the version up by one", presenceCountsVersions),
        BrokerClause("members are given by id, in pages", membersArePaged),
        BrokerClause("a member's new name is announced, the same name is not", renameAnnounces),
        BrokerClause("the members of a holder that renews stay, and nobody is told", renewKeepsMembers),
        BrokerClause("what a holder restores is exactly what it has, in its part of the room", restoreIsExact),
        BrokerClause("what is as it should be is restored without a word", restoreOfTheSameIsSilent),
        BrokerClause("members learn who types", typingIsSignalled),
        BrokerClause("to leave without having entered is nothing", leaveWithoutEntering),
    ]
}

private func enterAnnouncesOnce(_ broker: any MessageLog & PresenceRegistry) async throws {
    let (room, user, subscriber) = (try uniqueRoom(), try uniqueUser(), CollectingSubscriber())
    _ = try await broker.subscribe(room, subscriber)
    let other = User(id: UserID(user.id.rawValue + "2"), name: try UserName("Other"))
    #expect(try await broker.enter(room, user, holder: uniqueHolder()) == 1)
    #expect(try await broker.enter(room, user, holder: uniqueHolder()) == 1)
    #expect(try await broker.enter(room, other, holder: uniqueHolder()) == 2)
    let page = try await broker.members(room, cursor: nil, limit: 10)
    #expect(page == MemberPage(members: [user, other], count: 2, cursor: nil, version: 2))
    let changes = try await subscriber.presence(2, in: room)
    let expected = [
        PresenceChange(room: room, user: user, memberCount: 1, version: 1),
        PresenceChange(room: room, user: other, memberCount: 2, version: 2),
    ]
    #expect(changes.map(\.0) == expected)
    #expect(changes.map(\.1) == expected.map { Event.joined($0).encoded() })
}

private func leaveAnnouncesWithTheLast(_ broker: any MessageLog & PresenceRegistry) async throws {
    let (room, user, subscriber) = (try uniqueRoom(), try uniqueUser(), CollectingSubscriber())
    let (first, second) = (uniqueHolder(), uniqueHolder())
    _ = try await broker.subscribe(room, subscriber)
    try await broker.enter(room, user, holder: first)
    try await broker.enter(room, user, holder: second)
    try await broker.leave(room, user.id, holder: first)
    #expect(try await broker.members(room, cursor: nil, limit: 10).members == [user])
    try await broker.leave(room, user.id, holder: second)
    #expect(
        try await broker.members(room, cursor: nil, limit: 10)
            == MemberPage(members: [], count: 0, cursor: nil, version: 2)
    )
    let changes = try await subscriber.presence(2, in: room)
    let left = PresenceChange(room: room, user: user, memberCount: 0, version: 2)
    #expect(changes.map(\.0).last == left)
    #expect(changes.map(\.1).last == Event.left(left).encoded())
}

private func presenceCountsVersions(_ broker: any MessageLog & PresenceRegistry) async throws {
    let (room, holder, subscriber) = (try uniqueRoom(), uniqueHolder(), CollectingSubscriber())
    _ = try await broker.subscribe(room, subscriber)
    let users = try (0..<5).map { _ in try uniqueUser() }
    for user in users { try await broker.enter(room, user, holder: holder) }
    for user in users { try await broker.leave(room, user.id, holder: holder) }
    let changes = try await subscriber.presence(10, in: room).map(\.0)
    #expect(changes.map(\.version) == Array(1...10))
    #expect(changes.map(\.memberCount) == [1, 2, 3, 4, 5, 4, 3, 2, 1, 0])
}

private func membersArePaged(_ broker: any MessageLog & PresenceRegistry) async throws {
    let (room, prefix) = (try uniqueRoom(), unique("u"))
    let users = try (10..<17).map { User(id: UserID("\(prefix)\($0)"), name: try UserName("N\($0)")) }
    for user in users.reversed() {
        try await broker.enter(room, user, holder: uniqueHolder())
        try await broker.enter(room, user, holder: uniqueHolder())
    }
    let first = try await broker.members(room, cursor: nil, limit: 3)
    #expect(first.members == Array(users[0..<3]))
    #expect(first.count == 7)
    let second = try await broker.members(room, cursor: first.cursor, limit: 3)
    #expect(second.members == Array(users[3..<6]))
    let third = try await broker.members(room, cursor: second.cursor, limit: 3)
    #expect(third.members == Array(users[6...]))
    #expect(third.cursor == nil)
    #expect(try await broker.members(room, cursor: nil, limit: 7).cursor == nil)
}

private func renameAnnounces(_ broker: any MessageLog & PresenceRegistry) async throws {
    let (room, user, subscriber) = (try uniqueRoom(), try uniqueUser(), CollectingSubscriber())
    let renamed = User(id: user.id, name: try UserName(#"O'Neil \ "x""#))
    _ = try await broker.subscribe(room, subscriber)
    try await broker.enter(room, user, holder: uniqueHolder())
    try await broker.rename(user, in: room)
    try await broker.rename(renamed, in: room)
    try await broker.rename(renamed, in: room)
    try await broker.rename(uniqueUser(), in: room)
    try await broker.enter(room, uniqueUser(), holder: uniqueHolder())
    let changes = try await subscriber.presence(3, in: room)
    let change = PresenceChange(room: room, user: renamed, memberCount: 1, version: 2)
    #expect(changes[1].0 == change)
    #expect(changes[1].1 == Event.renamed(change, oldName: user.name).encoded())
    #expect(changes[2].0.version == 3)
    #expect(try await broker.members(room, cursor: nil, limit: 10).members.contains(renamed))
}

private func renewKeepsMembers(_ broker: any MessageLog & PresenceRegistry) async throws {
    let (room, other, holder) = (try uniqueRoom("a"), try uniqueRoom("b"), uniqueHolder())
    let (user, subscriber) = (try uniqueUser(), CollectingSubscriber())
    _ = try await broker.subscribe(room, subscriber)
    try await broker.enter(room, user, holder: holder)
    try await broker.enter(other, user, holder: holder)
    #expect(try await broker.renew(holder) == .held)
    for room in [room, other] {
        let page = try await broker.members(room, cursor: nil, limit: 10)
        #expect(page == MemberPage(members: [user], count: 1, cursor: nil, version: 1))
    }
    try await broker.leave(room, user.id, holder: holder)
    #expect(try await subscriber.presence(2, in: room).map(\.0.memberCount) == [1, 0])
}

private func restoreIsExact(_ broker: any MessageLog & PresenceRegistry) async throws {
    let (room, other, prefix) = (try uniqueRoom("a"), try uniqueRoom("b"), unique("u"))
    let (holder, elsewhere) = (uniqueHolder(), uniqueHolder())
    let users = try (1...6).map { User(id: UserID("\(prefix)\($0)"), name: try UserName("N\($0)")) }
    // 1, 3, 5 and 6 are here, and 3 elsewhere too. The truth is that 2, 5 and 6 are here.
    for index in [0, 2, 4, 5] { try await broker.enter(room, users[index], holder: holder) }
    try await broker.enter(room, users[2], holder: elsewhere)
    let first = HeldPart(room: room, told: 0, through: users[3].id, users: [users[1]])
    let whole = HeldPart(room: other, told: 0, users: [users[0]])
    let answers = try await broker.restore(holder, [first, whole]).map { try $0.get() }
    #expect(answers == [HeldPart.Answer(version: 6, isDone: true), HeldPart.Answer(version: 1, isDone: true)])
    #expect(
        try await broker.members(room, cursor: nil, limit: 10).members.map(\.id) == [1, 2, 4, 5].map { users[$0].id }
    )
    let rest = HeldPart(room: room, told: 0, after: users[3].id, users: [users[4]])
    #expect(try await broker.restore(holder, [rest]).map { try $0.get().version } == [7])
    #expect(try await broker.members(room, cursor: nil, limit: 10).members.map(\.id) == [1, 2, 4].map { users[$0].id })
    try await broker.leave(room, users[2].id, holder: elsewhere)
    #expect(try await broker.members(room, cursor: nil, limit: 10).members.map(\.id) == [1, 4].map { users[$0].id })
    #expect(try await broker.members(other, cursor: nil, limit: 10).members == [users[0]])
}

private func restoreOfTheSameIsSilent(_ broker: any MessageLog & PresenceRegistry) async throws {
    let (room, holder, subscriber) = (try uniqueRoom(), uniqueHolder(), CollectingSubscriber())
    _ = try await broker.subscribe(room, subscriber)
    let user = try uniqueUser()
    try await broker.enter(room, user, holder: holder)
    let part = HeldPart(room: room, told: 1, users: [user])
    #expect(try await broker.restore(holder, [part])[0].get() == HeldPart.Answer(version: 1, isDone: true))
    try await broker.leave(room, user.id, holder: holder)
    #expect(try await subscriber.presence(2, in: room).map(\.0.memberCount) == [1, 0])
}

private func leaveWithoutEntering(_ broker: any MessageLog & PresenceRegistry) async throws {
    let (room, user, subscriber) = (try uniqueRoom(), try uniqueUser(), CollectingSubscriber())
    _ = try await broker.subscribe(room, subscriber)
    try await broker.leave(room, user.id, holder: uniqueHolder())
    try await broker.enter(room, user, holder: uniqueHolder())
    try await broker.leave(room, user.id, holder: uniqueHolder())
    #expect(try await broker.members(room, cursor: nil, limit: 10).version == 1)
    #expect(try await subscriber.presence(1, in: room).count == 1)
}

private func typingIsSignalled(_ broker: any MessageLog & PresenceRegistry) async throws {
    let (room, user, subscriber) = (try uniqueRoom(), try uniqueUser(), CollectingSubscriber())
    _ = try await broker.subscribe(room, subscriber)
    await broker.signalTyping(room, user, active: true)
    await broker.signalTyping(room, user, active: false)
    let events = try await subscriber.events { $0.count >= 2 }
    for (event, active) in zip(events.events(in: room), [true, false]) {
        guard case .typing(let id, let bytes) = event else {
            Issue.record("not typing: \(event)")
            continue
        }
        #expect(id == user.id)
        #expect(bytes == Event.typing(room: room, user: user, active: active).encoded())
    }
}
