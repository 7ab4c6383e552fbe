internal import ChatCore
internal import Testing

extension BrokerClause {
    static let publishing = [
        BrokerClause("messages are numbered from 1, in the order given", publishNumbersMessages),
        BrokerClause("a message is stored whole, with its place at its head", publishStoresWholeMessages),
        BrokerClause("a repeated key is not stored again", publishStoresAKeyOnce),
        BrokerClause("a repeated key within one batch is not stored again", publishStoresAKeyOncePerBatch),
        BrokerClause("a key belongs to its sender and its room", publishKeepsKeysApart),
        BrokerClause("batches handed over one after the other are stored in that order", publishKeepsBatchesInOrder),
        BrokerClause("a batch for several rooms numbers each apart", publishNumbersRoomsApart),
        BrokerClause("an empty batch is nothing", publishTakesNothing),
    ]
}

private func publishNumbersMessages(_ broker: any MessageLog) async throws {
    let (room, user) = (try uniqueRoom(), try uniqueUser())
    let first = try await broker.store(drafts(1...3, to: room, by: user))
    let second = try await broker.store(drafts(4...5, to: room, by: user))
    let receipts = first + second
    #expect(receipts.map(\.position.seq) == [1, 2, 3, 4, 5])
    #expect(Set(receipts.map(\.position.epoch)).count == 1)
    #expect(receipts.allSatisfy { !$0.isDuplicate && $0.time > 1_500_000_000_000 })
    #expect(receipts.map(\.time) == receipts.map(\.time).sorted())
}

private func publishStoresWholeMessages(_ broker: any MessageLog) async throws {
    let (room, user) = (try uniqueRoom(), try uniqueUser())
    let text = "안녕하세요 👋🏽👨‍👩‍👧 \"\\\n"
    let receipt = try #require(try await broker.store([draft(text, to: room, by: user, key: "k 1")]).first)
    let page = try await broker.log(room, after: 0, limit: 10)
    let stored = try #require(page.publications.first)
    let expected = Message(
        room: room,
        position: receipt.position,
        time: receipt.time,
        sender: user,
        text: text,
        kind: .text,
        key: try IdempotencyKey("k 1")
    )
    #expect(stored.position == receipt.position)
    #expect(stored.payload == Event.message(expected).encoded())
}

private func publishStoresAKeyOnce(_ broker: any MessageLog) async throws {
    let (room, user) = (try uniqueRoom(), try uniqueUser())
    let first = try #require(try await broker.store([draft("a", to: room, by: user, key: "k")]).first)
    try await broker.store([draft("b", to: room, by: user)])
    let again = try #require(try await broker.store([draft("a", to: room, by: user, key: "k")]).first)
    #expect(again == Receipt(position: first.position, time: first.time, isDuplicate: true))
    let page = try await broker.log(room, after: 0, limit: 10)
    #expect(page.publications.map(\.text) == ["a", "b"])
}

private func publishStoresAKeyOncePerBatch(_ broker: any MessageLog) async throws {
    let (room, user) = (try uniqueRoom(), try uniqueUser())
    let same = try draft("a", to: room, by: user, key: "k")
    let receipts = try await broker.store([same, same, draft("b", to: room, by: user, key: "l")])
    #expect(receipts.map(\.position.seq) == [1, 1, 2])
    #expect(receipts.map(\.isDuplicate) == [false, true, false])
}

private func publishKeepsKeysApart(_ broker: any MessageLog) async throws {
    let (room, other) = (try uniqueRoom(), try uniqueRoom())
    // Ids and keys that would be the same when they were only written one after the other.
    let mina = User(id: UserID(unique("u") + ":a"), name: try UserName("Mina"))
    let almost = User(id: UserID(String(mina.id.rawValue.dropLast(2))), name: try UserName("Mina"))
    let receipts = try await broker.store([
        draft("1", to: room, by: mina, key: "k"),
        draft("2", to: room, by: almost, key: "a:k"),
        draft("3", to: room, by: uniqueUser(), key: "k"),
        draft("4", to: other, by: mina, key: "k"),
    ])
    #expect(receipts.map(\.isDuplicate) == [false, false, false, false])
    #expect(receipts.map(\.position.seq) == [1, 2, 3, 1])
}

private func publishKeepsBatchesInOrder(_ broker: any MessageLog) async throws {
    let (room, user) = (try uniqueRoom(), try uniqueUser())
    for batch in 0..<8 { try await broker.store(drafts(batch * 5...batch * 5 + 4, to: room, by: user)) }
    let page = try await broker.log(room, after: 0, limit: 100)
    #expect(page.publications.map(\.text) == (0..<40).map { "\($0)" })
}

private func publishNumbersRoomsApart(_ broker: any MessageLog) async throws {
    let (room, other, user) = (try uniqueRoom("a"), try uniqueRoom("b"), try uniqueUser())
    let receipts = try await broker.store([
        draft("1", to: room, by: user), draft("1", to: other, by: user), draft("2", to: room, by: user),
    ])
    #expect(receipts.map(\.position.seq) == [1, 1, 2])
    #expect(receipts[0].position.epoch == receipts[2].position.epoch)
}

private func publishTakesNothing(_ broker: any MessageLog) async throws {
    #expect(await broker.publish([]).isEmpty)
}
