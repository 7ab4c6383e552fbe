internal import ChatCore
internal import NIOCore
internal import Testing

extension BrokerClause {
    static let deletion = [
        BrokerClause("a deleted message keeps its place and loses its text", deletedMessageKeepsItsPlace),
        BrokerClause("a deletion is the next entry, and subscribers get it", deletionIsAnEntry),
        BrokerClause("a message is deleted once", deletionIsDoneOnce),
        BrokerClause("a message that the log does not keep cannot be deleted", onlyKeptMessagesAreDeleted),
        BrokerClause("a deletion cannot be deleted", deletionsAreNotDeleted),
        BrokerClause("the key of a deleted message is still known", keysOutliveDeletion),
        BrokerClause("a deletion changes no other message", deletionLeavesTheRest),
    ]
}

extension Publication {
    fileprivate var message: Message? {
        guard case .event(.message(let message)) = try? ServerMessage(decoding: self.payload) else { return nil }
        return message
    }
}

private func deletedMessageKeepsItsPlace(_ broker: any MessageLog) async throws {
    let (room, mina, jonas) = (try uniqueRoom(), try uniqueUser(), try uniqueUser("Jonas"))
    let receipt = try await broker.store([draft("a secret", to: room, by: mina, key: "k1")])[0]
    let told = try #require(
        try await broker.delete(Deletion(room: room, seq: 1, epoch: receipt.position.epoch, user: jonas))
    )
    #expect(told.position == LogPosition(epoch: receipt.position.epoch, seq: 2, time: told.time))
    #expect(!told.isDuplicate)
    let page = try await broker.log(room, after: 0, limit: 10)
    #expect((page.first, page.head) == (1, 2))
    // Its time proves a position, so it has to stay.
    #expect(page.publications.map(\.position) == [receipt.position, told.position])
    let messages = page.publications.compactMap(\.message)
    #expect(messages.map(\.kind) == [.deleted, .deletion])
    #expect(messages.map(\.sender) == [mina, jonas])
    #expect(messages.map(\.of) == [nil, 1])
    #expect(messages[0].key == (try IdempotencyKey("k1")))
    #expect(!page.publications.contains { String(buffer: $0.payload).contains("secret") })
    let before = try await broker.log(room, before: nil, limit: 10)
    #expect(before.publications == page.publications)
}

private func deletionIsAnEntry(_ broker: any MessageLog) async throws {
    let (room, user, subscriber) = (try uniqueRoom(), try uniqueUser(), CollectingSubscriber())
    _ = try await broker.subscribe(room, subscriber)
    try await broker.store(drafts(1...2, to: room, by: user))
    let told = try #require(try await broker.delete(Deletion(room: room, seq: 1, epoch: nil, user: user)))
    try await broker.store(drafts(3...3, to: room, by: user))
    let got = try await subscriber.publications(4, in: room)
    #expect(got.map(\.position.seq) == [1, 2, 3, 4])
    #expect(got[2].position == told.position)
    #expect(got.map { PublicationCodec.deletedSeq(by: $0.payload) } == [nil, nil, 1, nil])
    #expect(got[2].payload == (try await broker.log(room, after: 2, limit: 1).publications[0].payload))
    await broker.unsubscribe(room, subscriber)
}

private func deletionIsDoneOnce(_ broker: any MessageLog) async throws {
    let (room, user) = (try uniqueRoom(), try uniqueUser())
    let receipt = try await broker.store(drafts(1...1, to: room, by: user))[0]
    let deletion = Deletion(room: room, seq: 1, epoch: nil, user: user)
    let first = try #require(try await broker.delete(deletion))
    let second = try #require(try await broker.delete(deletion))
    #expect((first.position.seq, first.isDuplicate) == (2, false))
    #expect((second.position.seq, second.isDuplicate) == (receipt.position.seq, true))
    #expect(try await broker.log(room, after: 0, limit: 10).head == 2)
}

private func onlyKeptMessagesAreDeleted(_ broker: any MessageLog) async throws {
    let (room, user) = (try uniqueRoom(), try uniqueUser())
    #expect(try await broker.delete(Deletion(room: room, seq: 1, epoch: nil, user: user)) == nil)
    try await broker.store(drafts(1...(BrokerClause.logMessages + 5), to: room, by: user))
    let page = try await broker.log(room, after: 0, limit: 1)
    for seq in [0, 1, page.first - 1, page.head + 1, 1 << 53] {
        #expect(try await broker.delete(Deletion(room: room, seq: seq, epoch: nil, user: user)) == nil)
    }
    let epoch = try Epoch("anotherepoch")
    #expect(try await broker.delete(Deletion(room: room, seq: page.head, epoch: epoch, user: user)) == nil)
    #expect(try await broker.log(room, after: 0, limit: 1).head == page.head)
}

private func deletionsAreNotDeleted(_ broker: any MessageLog) async throws {
    let (room, user) = (try uniqueRoom(), try uniqueUser())
    try await broker.store(drafts(1...1, to: room, by: user))
    _ = try await broker.delete(Deletion(room: room, seq: 1, epoch: nil, user: user))
    #expect(try await broker.delete(Deletion(room: room, seq: 2, epoch: nil, user: user)) == nil)
}

private func keysOutliveDeletion(_ broker: any MessageLog) async throws {
    let (room, user) = (try uniqueRoom(), try uniqueUser())
    let first = try await broker.store([draft("1", to: room, by: user, key: "k")])[0]
    _ = try await broker.delete(Deletion(room: room, seq: 1, epoch: nil, user: user))
    let again = try await broker.store([draft("1", to: room, by: user, key: "k")])[0]
    #expect(again.isDuplicate)
    #expect(again.position.seq == first.position.seq)
    #expect(try await broker.log(room, after: 0, limit: 10).head == 2)
}

private func deletionLeavesTheRest(_ broker: any MessageLog) async throws {
    let (room, user) = (try uniqueRoom(), try uniqueUser())
    // The text of one is that of another: a place decides, and not a text.
    try await broker.store((1...40).map { try draft("\($0 % 2)", to: room, by: user) })
    let before = try await broker.log(room, after: 0, limit: 100).publications
    for seq in [1, 17, 40] { _ = try await broker.delete(Deletion(room: room, seq: seq, epoch: nil, user: user)) }
    let after = try await broker.log(room, after: 0, limit: 100).publications
    #expect(after.map(\.position.seq) == Array(1...43))
    for (old, new) in zip(before, after) where ![1, 17, 40].contains(old.position.seq) { #expect(old == new) }
    #expect(after.compactMap { PublicationCodec.deletedSeq(by: $0.payload) } == [1, 17, 40])
}
