import Testing

@testable import ChatCore

@Suite(.patience) struct RenamesMeanwhileTests {
    private var renames = RenamesMeanwhile()
    private let old: User
    private let new: User
    private let other: User

    init() throws {
        self.old = User(id: UserID("u1"), name: try UserName("Mina"))
        self.new = User(id: UserID("u1"), name: try UserName("미나"))
        self.other = User(id: UserID("u2"), name: try UserName("Juno"))
    }

    @Test mutating func `a session that was read before a rename gets the new name`() {
        let lookup = self.renames.begin()
        self.renames.note(self.new)
        #expect(self.renames.newest(self.old) == self.new)
        #expect(self.renames.newest(self.other) == self.other)
        self.renames.end(lookup)
    }

    @Test mutating func `the last name counts`() {
        let lookup = self.renames.begin()
        self.renames.note(self.new)
        self.renames.note(self.old)
        #expect(self.renames.newest(self.new) == self.old)
        self.renames.end(lookup)
    }

    @Test mutating func `nothing is kept while no session is looked up`() {
        self.renames.note(self.new)
        #expect(self.renames.count == 0)
        #expect(self.renames.newest(self.old) == self.old)
    }

    @Test mutating func `a name is kept as long as a look-up that began before it, whatever the order of the ends`() {
        let first = self.renames.begin()
        self.renames.note(self.new)
        let second = self.renames.begin()
        self.renames.note(self.other)
        self.renames.end(first)
        #expect(self.renames.newest(self.old) == self.old)
        #expect(self.renames.count == 1)
        self.renames.end(second)
        #expect(self.renames.count == 0)
    }

    @Test mutating func `look-ups that overlap for ever do not keep names for ever`() {
        var lookup = self.renames.begin()
        for number in 0..<1000 {
            self.renames.note(User(id: UserID("u\(number)"), name: self.old.name))
            let next = self.renames.begin()
            self.renames.end(lookup)
            lookup = next
            #expect(self.renames.count <= 1)
        }
    }
}
