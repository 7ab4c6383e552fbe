internal import ChatCore
internal import NIOCore
internal import Testing

extension BrokerClause {
    static let log = [
        BrokerClause("the log of an unused room is empty", logOfAnUnusedRoomIsEmpty),
        BrokerClause("the log is read after a position, oldest first", logReadsAfter),
        BrokerClause("the log is read before a position, oldest first", logReadsBefore),
        BrokerClause("a page has a bound of bytes, and one message always fits", logBoundsPages),
        BrokerClause("the log is read before a position in pages with a bound of bytes", logBoundsPagesBackwards),
        BrokerClause("the log keeps the newest messages", logIsTrimmed),
    ]
}

private func logOfAnUnusedRoomIsEmpty(_ broker: any MessageLog) async throws {
    let room = try uniqueRoom()
    let after = try await broker.log(room, after: 0, limit: 10)
    #expect((after.first, after.head, after.publications.isEmpty, after.hasOlder) == (1, 0, true, false))
    let before = try await broker.log(room, before: nil, limit: 10)
    #expect((before.first, before.head, before.publications.isEmpty, before.hasOlder) == (1, 0, true, false))
}

private func logReadsAfter(_ broker: any MessageLog) async throws {
    let (room, user) = (try uniqueRoom(), try uniqueUser())
    let receipts = try await broker.store(drafts(1...9, to: room, by: user))
    let page = try await broker.log(room, after: 3, limit: 4)
    #expect(page.epoch == receipts[0].position.epoch)
    #expect((page.first, page.head) == (1, 9))
    #expect(page.publications.map(\.position) == receipts[3...6].map(\.position))
    #expect(page.publications.map(\.text) == ["4", "5", "6", "7"])
    #expect(page.hasOlder)
    #expect(try await broker.log(room, after: 0, limit: 100).publications.count == 9)
    #expect(try await broker.log(room, after: 8, limit: 100).publications.map(\.text) == ["9"])
    #expect(try await broker.log(room, after: 9, limit: 100).publications.isEmpty)
    #expect(try await broker.log(room, after: 99, limit: 100).publications.isEmpty)
}

private func logReadsBefore(_ broker: any MessageLog) async throws {
    let (room, user) = (try uniqueRoom(), try uniqueUser())
    try await broker.store(drafts(1...9, to: room, by: user))
    let page = try await broker.log(room, before: 7, limit: 3)
    #expect(page.publications.map(\.text) == ["4", "5", "6"])
    #expect((page.first, page.head, page.hasOlder) == (1, 9, true))
    let newest = ["8", "9"]
    #expect(try await broker.log(room, before: nil, limit: 2).publications.map(\.text) == newest)
    #expect(try await broker.log(room, before: 10, limit: 2).publications.map(\.text) == newest)
    #expect(try await broker.log(room, before: 1000, limit: 2).publications.map(\.text) == newest)
    let all = try await broker.log(room, before: nil, limit: 100)
    #expect(all.publications.map(\.text) == (1...9).map { "\($0)" })
    #expect(!all.hasOlder)
    #expect(try await broker.log(room, before: 1, limit: 5).publications.isEmpty)
    #expect(try await broker.log(room, before: 0, limit: 5).publications.isEmpty)
}

private func longDrafts(_ count: Int, to room: RoomName) throws -> [Draft] {
    let user = try uniqueUser()
    return try (1...count).map {
        try draft("\($0) " + String(repeating: "x", count: 8000), to: room, by: user)
    }
}

private func logBoundsPages(_ broker: any MessageLog) async throws {
    let room = try uniqueRoom()
    try await broker.store(longDrafts(40, to: room))
    var seqs: [Int] = []
    while seqs.last ?? 0 < 40 {
        let page = try await broker.log(room, after: seqs.last ?? 0, limit: 100)
        try #require(!page.publications.isEmpty)
        #expect(page.publications.reduce(0) { $0 + $1.payload.readableBytes } <= LogPage.maximumBytes)
        #expect(page.publications.count <= 33)
        seqs += page.publications.map(\.position.seq)
    }
    #expect(seqs == Array(1...40))
}

private func logBoundsPagesBackwards(_ broker: any MessageLog) async throws {
    let room = try uniqueRoom()
    try await broker.store(longDrafts(40, to: room))
    let page = try await broker.log(room, before: nil, limit: 100)
    #expect(page.publications.reduce(0) { $0 + $1.payload.readableBytes } <= LogPage.maximumBytes)
    #expect(page.publications.last?.position.seq == 40)
    let oldest = try #require(page.publications.first?.position.seq)
    #expect(page.publications.map(\.position.seq) == Array(oldest...40))
    #expect(page.hasOlder)
}

private func logIsTrimmed(_ broker: any MessageLog) async throws {
    let (room, user) = (try uniqueRoom(), try uniqueUser())
    let kept = BrokerClause.logMessages
    try await broker.store(drafts(1...kept + 7, to: room, by: user))
    let page = try await broker.log(room, after: 0, limit: 1000)
    #expect((page.first, page.head) == (8, kept + 7))
    #expect(page.publications.map(\.position.seq) == Array(8...kept + 7))
    #expect(!page.hasOlder)
}
