import ChatCore
import Testing

@testable import ChatFleet

/// Pages of several servers become one list by name.
@Suite struct RoomPagesTests {
    private func page(_ names: [String], cursor: String? = nil) throws -> RoomPage {
        RoomPage(
            rooms: try names.map {
                RoomSummary(room: try RoomName($0), memberCount: 1, seq: 1, lastTime: nil)
            },
            cursor: try cursor.map { try RoomName($0) }
        )
    }

    private func merged(_ pages: [RoomPage], limit: Int) -> RoomPage {
        var merged = RoomPages(limit: limit)
        for page in pages { merged.add(page) { _ in true } }
        return merged.merged
    }

    @Test func `lists that end are merged by name`() throws {
        let merged = self.merged([try self.page(["b", "d"]), try self.page(["a", "c"])], limit: 10)
        #expect(merged == (try self.page(["a", "b", "c", "d"])))
    }

    @Test func `what comes after the end of a page is not known yet`() throws {
        let pages = [try self.page(["a", "b"], cursor: "b"), try self.page(["aa", "c", "d"])]
        #expect(self.merged(pages, limit: 10) == (try self.page(["a", "aa", "b"], cursor: "b")))
    }

    @Test func `a page has as many rooms as were asked for`() throws {
        let pages = [try self.page(["a", "c"], cursor: "c"), try self.page(["b", "d"], cursor: "d")]
        #expect(self.merged(pages, limit: 2) == (try self.page(["a", "b"], cursor: "b")))
    }

    @Test func `a room is listed where it belongs alone`() throws {
        var pages = RoomPages(limit: 10)
        let moved = try RoomName("b")
        pages.add(try self.page(["a", "b"], cursor: "b")) { $0 != moved }
        pages.add(try self.page(["b"])) { _ in true }
        #expect(pages.merged == (try self.page(["a", "b"], cursor: "b")))
    }
}
