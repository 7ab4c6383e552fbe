package import ChatCore
internal import Testing

extension BrokerClause {
    static let rulings = [
        BrokerClause("a ruling is listed until it is lifted, and told to every subscriber", rulingsAreKept),
        BrokerClause("a ruling takes the place of the one about the same matter", rulingsAreReplaced),
        BrokerClause("a ruling that has ended is no longer listed as one that holds", rulingsEnd),
        BrokerClause("a ruling that follows from another is lifted with it, and not stored without it", followersGo),
        BrokerClause("lifting a ruling that is not there says so", nothingIsLifted),
        BrokerClause("each change of the rulings has the next version", changesAreNumbered),
        BrokerClause("the record of what moderators did is read backwards, in pages", recordIsRead),
        BrokerClause("a cleared room begins anew: no message and no key of before is left", roomsAreCleared),
        BrokerClause("clearing a room keeps its members", clearingKeepsMembers),
    ]
}

private let farAway = 1 << 50

private func ban(_ reason: String = "광고", until: Int? = farAway) throws -> Ruling {
    let (user, room) = (try uniqueUser(), try uniqueRoom())
    return Ruling(
        .ban(.user(user.id), room: room),
        issuedAt: 1,
        expiresAt: until,
        reason: reason,
        issuer: #"민아 "M""#,
        coversAddress: true
    )
}

private func rulingsAreKept(_ broker: any RulingStore & BrokerControl) async throws {
    let subscribers = [CollectingSubscriber(), CollectingSubscriber()]
    for subscriber in subscribers { broker.attach(subscriber) }
    try await broker.hearsNews()
    let ruling = try ban()
    try await broker.put(ruling)
    #expect(try await broker.rulings(known: nil).rulings.contains(ruling))
    for subscriber in subscribers {
        try await subscriber.events { $0.rulingNews.contains { if case .put(ruling, _) = $0 { true } else { false } } }
    }
    #expect(try await broker.lift(ruling.id) == ruling)
    #expect(try await !broker.rulings(known: nil).rulings.contains { $0.id == ruling.id })
    for subscriber in subscribers {
        try await subscriber.events {
            $0.rulingNews.contains { if case .lifted(ruling.id, _) = $0 { true } else { false } }
        }
    }
}

private func rulingsAreReplaced(_ broker: any RulingStore) async throws {
    let first = try ban("first")
    var second = first
    second.reason = "second"
    try await broker.put(first)
    try await broker.put(second)
    #expect(try await broker.rulings(known: nil).rulings.filter { $0.id == first.id } == [second])
}

private func rulingsEnd(_ broker: any RulingStore) async throws {
    let (ended, lasting) = (try ban(until: 2), try ban(until: nil))
    try await broker.put(ended)
    try await broker.put(lasting)
    let list = try await broker.rulings(known: nil).rulings
    #expect(list.contains(lasting))
    #expect(!list.contains { $0.id == ended.id && $0.holds(at: 3) })
}

private func followersGo(_ broker: any RulingStore) async throws {
    let source = try ban()
    let networks = try ["192.0.2.1", "2001:db8:1::/64"].map { try #require(Network($0)) }
    let followers = try networks.map { try #require(source.extended(to: $0)) }
    try await broker.put(source)
    for follower in followers { try await broker.put(follower) }
    let other = try ban()
    try await broker.put(other)
    #expect(try await broker.lift(source.id) == source)
    // One that was decided on before that comes too late.
    try await broker.put(followers[0])
    let list = try await broker.rulings(known: nil).rulings
    #expect(list.contains(other))
    #expect(!list.contains { ruling in followers.contains { $0.id == ruling.id } })
}

private func nothingIsLifted(_ broker: any RulingStore) async throws {
    #expect(try await broker.lift(try ban().id) == nil)
}

private func changesAreNumbered(_ broker: any RulingStore & BrokerControl) async throws {
    let subscriber = CollectingSubscriber()
    broker.attach(subscriber)
    try await broker.hearsNews()
    let (first, second) = (try ban(), try ban())
    try await broker.put(first)
    try await broker.put(second)
    let events = try await subscriber.events { $0.version(of: second.id) != nil }
    let versions = (try #require(events.version(of: first.id)), try #require(events.version(of: second.id)))
    #expect(versions.0.list == versions.1.list && versions.0.number < versions.1.number)
    #expect(try await broker.rulings(known: nil).version.continues(versions.1))
}

private func recordIsRead(_ broker: any RulingStore) async throws {
    let room = try uniqueRoom()
    let entries = (1...5).map { number in
        AuditEntry(
            time: number,
            issuer: "민아",
            verb: "ban",
            target: "u\(number)",
            room: room,
            until: number + 1,
            reason: "\"광고\""
        )
    }
    for entry in entries { try await broker.record(entry) }
    let last = try await broker.audit(before: nil, limit: 2)
    #expect(last.entries == Array(entries[3...4]))
    let cursor: String = try #require(last.cursor)
    let before = try await broker.audit(before: cursor, limit: 3)
    #expect(before.entries == Array(entries[0...2]))
}

private func roomsAreCleared(_ broker: any MessageLog & BrokerControl) async throws {
    let (room, user, subscriber) = (try uniqueRoom(), try uniqueUser(), CollectingSubscriber())
    _ = try await broker.subscribe(room, subscriber)
    let old = try #require(try await broker.store([draft("secret", to: room, by: user, key: "k")]).first)
    _ = try await subscriber.publications(1, in: room)
    try await broker.clear(room)
    let head = try #require(try await subscriber.events { !$0.resets(in: room).isEmpty }.resets(in: room).first)
    #expect(head.seq == 0 && head.epoch != old.position.epoch)
    let page = try await broker.log(room, after: 0, limit: 10)
    #expect(page.publications.isEmpty && page.head == 0 && page.epoch == head.epoch)
    let new = try #require(try await broker.store([draft("again", to: room, by: user, key: "k")]).first)
    #expect(!new.isDuplicate && new.position == LogPosition(epoch: head.epoch, seq: 1, time: new.time))
    let publications = try await subscriber.publications(2, in: room)
    #expect(publications.last?.text == "again")
    // A room that nobody made is not made by that.
    try await broker.clear(try uniqueRoom())
}

private func clearingKeepsMembers(_ broker: any MessageLog & PresenceRegistry & BrokerControl) async throws {
    let (room, user, holder) = (try uniqueRoom(), try uniqueUser(), uniqueHolder())
    try await broker.store([draft("hi", to: room, by: user)])
    let version = try await broker.enter(room, user, holder: holder)
    try await broker.clear(room)
    let page = try await broker.members(room, cursor: nil, limit: 10)
    #expect(page.members == [user] && page.version == version)
}

extension [BrokerEvent] {
    /// The news of rulings that came.
    package var rulingNews: [RulingNews] {
        self.compactMap { if case .rulings(let news) = $0 { news } else { nil } }
    }

    fileprivate func version(of id: RulingID) -> RulingVersion? {
        self.rulingNews.lazy.compactMap { news in
            if case .put(let ruling, let version) = news, ruling.id == id { version } else { nil }
        }.first
    }
}
