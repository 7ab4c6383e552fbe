internal import ChatCore
internal import NIOCore
internal import Testing

extension BrokerClause {
    static let subscribing = [
        BrokerClause("a subscriber gets what is published, as the log has it", subscriberReceivesPublications),
        BrokerClause("subscribing gives the head, also again", subscribeGivesHead),
        BrokerClause("an unused room has an epoch from the first subscription on", subscribeMakesEpoch),
        BrokerClause("every subscriber of a room gets everything", subscribersReceiveTheSame),
        BrokerClause("a subscriber gets nothing of other rooms, and nothing once it has unsubscribed", unsubscribeEnds),
        BrokerClause("one who subscribes while others publish misses nothing after the head", subscribeMissesNothing),
        BrokerClause("a duplicate is not handed out again", duplicatesAreNotDelivered),
    ]
}

private func subscriberReceivesPublications(_ broker: any MessageLog) async throws {
    let (room, user, subscriber) = (try uniqueRoom(), try uniqueUser(), CollectingSubscriber())
    _ = try await broker.subscribe(room, subscriber)
    try await broker.store(drafts(1...20, to: room, by: user))
    let received = try await subscriber.publications(20, in: room)
    #expect(received == (try await broker.log(room, after: 0, limit: 100).publications))
}

private func subscribeGivesHead(_ broker: any MessageLog) async throws {
    let (room, user, subscriber) = (try uniqueRoom(), try uniqueUser(), CollectingSubscriber())
    let receipts = try await broker.store(drafts(1...3, to: room, by: user))
    #expect(try await broker.subscribe(room, subscriber) == receipts[2].position)
    let next = try #require(try await broker.store([draft("4", to: room, by: user)]).first)
    #expect(try await broker.subscribe(room, subscriber) == next.position)
    #expect(try await broker.subscribe(room, CollectingSubscriber()) == next.position)
    let received = try await subscriber.publications(1, in: room)
    #expect(received.last?.position == next.position)
}

private func subscribeMakesEpoch(_ broker: any MessageLog) async throws {
    let (room, user) = (try uniqueRoom(), try uniqueUser())
    let head = try await broker.subscribe(room, CollectingSubscriber())
    #expect(head.seq == 0)
    #expect(try await broker.subscribe(room, CollectingSubscriber()) == head)
    let receipt = try #require(try await broker.store([draft("1", to: room, by: user)]).first)
    #expect(receipt.position == LogPosition(epoch: head.epoch, seq: 1))
    #expect(try await broker.log(room, after: 0, limit: 10).epoch == head.epoch)
}

private func subscribersReceiveTheSame(_ broker: any MessageLog) async throws {
    let (room, user) = (try uniqueRoom(), try uniqueUser())
    let subscribers = [CollectingSubscriber(), CollectingSubscriber(), CollectingSubscriber()]
    for subscriber in subscribers { _ = try await broker.subscribe(room, subscriber) }
    try await broker.store(drafts(1...10, to: room, by: user))
    for subscriber in subscribers {
        #expect(try await subscriber.publications(10, in: room).map(\.position.seq) == Array(1...10))
    }
}

private func unsubscribeEnds(_ broker: any MessageLog) async throws {
    let (room, other, user) = (try uniqueRoom("a"), try uniqueRoom("b"), try uniqueUser())
    let (leaver, stayer) = (CollectingSubscriber(), CollectingSubscriber())
    _ = try await broker.subscribe(room, leaver)
    _ = try await broker.subscribe(room, stayer)
    _ = try await broker.subscribe(other, stayer)
    await broker.unsubscribe(room, leaver)
    await broker.unsubscribe(room, leaver)
    try await broker.store([draft("1", to: room, by: user), draft("1", to: other, by: user)])
    #expect(try await stayer.publications(1, in: room).count == 1)
    #expect(try await stayer.publications(1, in: other).count == 1)
    #expect(leaver.events.isEmpty)
    // Coming back is as good as coming.
    #expect(try await broker.subscribe(room, leaver).seq == 1)
    try await broker.store([draft("2", to: room, by: user)])
    #expect(try await leaver.publications(1, in: room).last?.position.seq == 2)
}

private func subscribeMissesNothing(_ broker: any MessageLog) async throws {
    let (room, user) = (try uniqueRoom(), try uniqueUser())
    let count = 200
    let publisher = Task {
        for number in 1...count { try await broker.store([draft("\(number)", to: room, by: user)]) }
    }
    for _ in 0..<10 {
        let subscriber = CollectingSubscriber()
        let head = try await broker.subscribe(room, subscriber)
        try await subscriber.events { $0.publications(in: room).last?.position.seq == count || head.seq == count }
        let after = subscriber.events.publications(in: room).map(\.position.seq).filter { $0 > head.seq }
        #expect(after == Array(head.seq + 1..<count + 1))
        #expect(subscriber.events.resets(in: room).isEmpty)
    }
    try await publisher.value
}

private func duplicatesAreNotDelivered(_ broker: any MessageLog) async throws {
    let (room, user, subscriber) = (try uniqueRoom(), try uniqueUser(), CollectingSubscriber())
    _ = try await broker.subscribe(room, subscriber)
    let same = try draft("a", to: room, by: user, key: "k")
    try await broker.store([same, same, same, draft("b", to: room, by: user)])
    #expect(try await subscriber.publications(2, in: room).map(\.text) == ["a", "b"])
}
