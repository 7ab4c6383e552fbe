import ChatCore
import Testing

@testable import ChatNode

@Suite(.patience) struct ReadableRoomsTests {
    /// A list of rooms, and the pages that were read of it.
    private final class Shelf {
        let rooms: [String]
        var starts: [String?] = []

        init(_ rooms: [String]) { self.rooms = rooms.sorted() }

        func read(_ cursor: RoomName?, _ limit: Int) throws(BrokerError) -> RoomPage {
            self.starts.append(cursor?.rawValue)
            let rest = self.rooms.filter { room in cursor.map { $0.rawValue < room } ?? true }
            let page = rest.prefix(limit).compactMap { name in
                (try? RoomName(name)).map { RoomSummary(room: $0, memberCount: 3, seq: 5, lastTime: 9) }
            }
            return RoomPage(rooms: page, cursor: rest.count > limit ? page.last?.room : nil)
        }
    }

    private func rooms(_ shelf: Shelf, _ rules: [(String, RoomRights)]) throws -> ReadableRooms {
        let grant = Grant(
            subject: TokenSubject(issuer: "", subject: "mina"),
            expiry: 1,
            rules: try rules.map { .init(try #require(RoomPattern($0)), $1) }
        )
        return ReadableRooms(grant: grant) { cursor, limit async throws(BrokerError) in
            try shelf.read(cursor, limit)
        }
    }

    /// All pages, and each cursor that a client would see.
    private func all(_ rooms: ReadableRooms, limit: Int) async throws -> (names: [String], cursors: [String]) {
        var (names, cursors): ([String], [String]) = ([], [])
        var cursor: RoomName?
        repeat {
            let page = try await rooms.page(after: cursor, limit: limit)
            names += page.rooms.map(\.room.rawValue)
            cursor = page.cursor
            if let cursor { cursors.append(cursor.rawValue) }
        } while cursor != nil
        return (names, cursors)
    }

    @Test(arguments: [1, 2, 3, 100])
    func `the pages have what may be read, and no cursor names another room`(limit: Int) async throws {
        let shelf = Shelf(["a", "b1", "b2", "bx", "c", "team-", "team-1", "team-2", "z", "zz", "래블업", "래빗"])
        for (rules, names) in [
            ([("team-*", RoomRights.live), ("a", .presence)], ["a", "team-", "team-1", "team-2"]),
            ([("b*", .history), ("z", .read), ("래블*", .read)], ["b1", "b2", "bx", "z", "래블업"]),
            ([("c", .write), ("q*", .read)], []), ([], []), ([("*", .live)], shelf.rooms),
        ] {
            let (found, cursors) = try await self.all(try self.rooms(shelf, rules), limit: limit)
            #expect(found == names)
            #expect(Set(cursors).isSubset(of: names))
        }
    }

    @Test func `what lies between the beginnings of patterns is not read`() async throws {
        let many = (1000...3000).map { "m\($0)" }
        let shelf = Shelf(many + ["a", "team-1", "zoo"])
        let (found, _) = try await self.all(
            try self.rooms(shelf, [("a", .live), ("team-*", .live), ("zoo", .live)]),
            limit: 100
        )
        #expect(found == ["a", "team-1", "zoo"])
        #expect(shelf.starts.count < 10)
    }

    @Test(arguments: [1, 2, 100])
    func `rooms beside those of a pattern are passed over, however short the page is`(limit: Int) async throws {
        let siblings = (1000...2000).map { "a\($0)" } + (1...9).map { "a\($0)" } + ["가\u{1100}", "각"]
        for (pattern, names) in [
            ("b*", ["b1", "b2"]), ("b1", ["b1"]), ("갂*", ["갂", "갂방"]), ("_*", ["_"]), ("team-*", ["team-", "team-1"]),
        ] {
            let shelf = Shelf(siblings + ["b1", "b2", "갂", "갂방", "_", "team", "team-", "team-1"])
            let page = try await self.rooms(shelf, [(pattern, .live)]).page(after: nil, limit: limit)
            #expect(page.rooms.map(\.room.rawValue) == Array(names.prefix(limit)))
            #expect(shelf.starts.count == 1)
        }
    }

    @Test func `no name that a pattern matches is before the place where its search begins`() async throws {
        // Normal form and the limits of names must not move the place behind them.
        let long = String(repeating: "a", count: 63)
        for name in ["0", "e\u{302}", "a\u{301}\u{302}", "가", "ª", "一", "\u{20000}", long + "b", "A", "_-.", "豈"] {
            let name = try RoomName(name).rawValue
            for pattern in [name, name + "*"] where pattern.utf8.count <= RoomPattern.maximumBytes {
                let shelf = Shelf([name])
                let page = try await self.rooms(shelf, [(pattern, .live)]).page(after: nil, limit: 1)
                #expect(page.rooms.map(\.room.rawValue) == [name], "\(name)")
            }
        }
    }

    @Test func `a search that finds nothing ends with an error, and names nothing`() async throws {
        let shelf = Shelf((1000...3000).map { "m\($0)" })
        let rooms = try self.rooms(shelf, [("*-x", .live)])
        await #expect(throws: BrokerError.self) { try await rooms.page(after: nil, limit: 100) }
        #expect(shelf.starts.count == ReadableRooms.maximumPages)
    }

    @Test func `of a room is told what may be known of it`() async throws {
        let shelf = Shelf(["live", "past", "who"])
        let rules = [("live", RoomRights.live), ("past", .history), ("who", .presence)]
        let page = try await self.rooms(shelf, rules).page(after: nil, limit: 9)
        #expect(page.rooms.map(\.memberCount) == [0, 0, 3])
        #expect(page.rooms.map(\.seq) == [5, 5, 0])
        #expect(page.rooms.map(\.lastTime) == [9, 9, nil])
    }
}
