import ChatCore
import Testing

@Suite(.patience) struct RulingBookTests {
    private static func ruling(_ user: String, at time: Int = 0) -> Ruling {
        Ruling(.ban(.user(UserID(user)), room: nil), issuedAt: time)
    }

    private static func version(_ number: Int, _ list: ByteString = "list") -> RulingVersion {
        RulingVersion(list: list, number: number)
    }

    private static func bookOf(_ rulings: [Ruling], _ number: Int) -> RulingBook {
        var book = RulingBook()
        _ = book.read(RulingList(version: self.version(number), rulings: rulings), since: 0)
        return book
    }

    @Test func `a new book must be read`() {
        var book = RulingBook()
        #expect(book.needsReading && book.known == nil)
        let changes = book.read(RulingList(version: Self.version(3), rulings: [Self.ruling("a")]), since: 0)
        #expect(changes == [.put(Self.ruling("a"))] && !book.needsReading && book.version == Self.version(3))
    }

    @Test func `the next news is applied, and older news is not`() {
        var book = Self.bookOf([], 3)
        let next = book.apply(.put(Self.ruling("a"), Self.version(4)))
        let old = book.apply(.put(Self.ruling("b"), Self.version(4)))
        let lifted = book.apply(.lifted(Self.ruling("a").id, Self.version(5)))
        #expect(next == [.put(Self.ruling("a"))] && old.isEmpty && lifted == [.lifted(Self.ruling("a"))])
        #expect(!book.needsReading && book.version == Self.version(5))
    }

    @Test func `news after a hole takes effect at once, and the list is read`() {
        var book = Self.bookOf([], 3)
        let ahead = book.apply(.put(Self.ruling("b"), Self.version(5)))
        #expect(ahead == [.put(Self.ruling("b"))] && book.needsReading)
        // A list that is older than this news would lift what it does not have yet.
        let tooOld = book.read(RulingList(version: Self.version(4), rulings: [Self.ruling("a")]), since: 0)
        #expect(tooOld.isEmpty && book.needsReading)
        let both = [Self.ruling("a"), Self.ruling("b")]
        let whole = book.read(RulingList(version: Self.version(5), rulings: both), since: 0)
        #expect(whole == [.put(Self.ruling("a"))] && !book.needsReading)
    }

    @Test func `a list tells what was lifted and what was replaced meanwhile`() {
        var book = Self.bookOf([Self.ruling("a"), Self.ruling("b")], 3)
        let doubt = book.apply(.doubtful)
        #expect(doubt.isEmpty && book.needsReading)
        let list = RulingList(version: Self.version(9), rulings: [Self.ruling("b", at: 1)])
        let changes = book.read(list, since: 0)
        #expect(changes == [.lifted(Self.ruling("a")), .put(Self.ruling("b", at: 1))])
    }

    @Test func `a list that has lost changes is taken, and what comes after it`() {
        var book = Self.bookOf([Self.ruling("a")], 49)
        #expect(book.apply(.put(Self.ruling("b"), Self.version(50))) == [.put(Self.ruling("b"))])
        _ = book.apply(.doubtful)
        let changes = book.read(
            RulingList(version: Self.version(49), rulings: [Self.ruling("a")]),
            since: book.newsCount
        )
        #expect(changes == [.lifted(Self.ruling("b"))] && !book.needsReading)
        #expect(book.apply(.put(Self.ruling("c"), Self.version(50))) == [.put(Self.ruling("c"))])
    }

    @Test func `another list takes the place of this one`() {
        var book = Self.bookOf([Self.ruling("a")], 30)
        let list = RulingList(version: Self.version(1, "other"), rulings: [Self.ruling("a"), Self.ruling("b")])
        #expect(!list.version.continues(Self.version(30)))
        let changes = book.read(list, since: 0)
        #expect(changes == [.put(Self.ruling("b"))] && book.version == Self.version(1, "other"))
    }

    @Test func `a version reads as it was written`() {
        #expect(RulingVersion(Self.version(12).description) == Self.version(12))
        for text in ["", "-", "list-", "-1", "list-1-2", "list--1", "LIST-1", "list-1234567890123456"] {
            #expect(RulingVersion(text) == nil)
        }
    }
}
