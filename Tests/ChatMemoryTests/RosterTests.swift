import ChatCore
import Testing
import TestSupport

@testable import ChatMemory

@Suite(.patience) struct RosterTests {
    private let samples: Samples
    private let first = HolderID(node: "n1", incarnation: "i", shard: 0)
    private let second = HolderID(node: "n1", incarnation: "i", shard: 1)
    private var roster = Roster()

    init() throws { self.samples = try Samples() }

    private func user(_ number: Int) throws -> User {
        User(id: UserID("u\(number)"), name: try UserName("N\(number)"))
    }

    @Test mutating func `a user is there once, through however many holders`() {
        let mina = self.samples.mina
        #expect(self.roster.enter(mina, holder: self.first) == .joined(mina))
        #expect(self.roster.enter(mina, holder: self.first) == .none)
        #expect(self.roster.enter(mina, holder: self.second) == .none)
        #expect(self.roster.count == 1 && self.roster.version == 1)
        #expect(self.roster.leave(mina.id, holder: self.first) == .none)
        #expect(self.roster.leave(mina.id, holder: self.first) == .none)
        #expect(self.roster.count == 1 && self.roster.version == 1)
        #expect(self.roster.leave(mina.id, holder: self.second) == .left(mina))
        #expect(self.roster.count == 0 && self.roster.version == 2)
        #expect(self.roster.leave(mina.id, holder: self.second) == .none)
        #expect(self.roster.version == 2)
    }

    @Test mutating func `a new name is told once, however it comes`() {
        let (mina, name) = (self.samples.mina, self.samples.juno.name)
        let renamed = User(id: mina.id, name: name)
        _ = self.roster.enter(mina, holder: self.first)
        #expect(self.roster.rename(mina) == .none)
        #expect(self.roster.rename(renamed) == .renamed(renamed, oldName: mina.name))
        #expect(self.roster.rename(renamed) == .none)
        #expect(self.roster.enter(mina, holder: self.second) == .renamed(mina, oldName: name))
        #expect(self.roster.version == 3)
        #expect(self.roster.rename(self.samples.juno) == .none)
        #expect(self.roster.leave(mina.id, holder: self.first) == .none)
        #expect(self.roster.leave(mina.id, holder: self.second) == .left(mina))
    }

    @Test mutating func `members are given by id, in pages`() throws {
        let users = try (10..<17).map(self.user)
        for user in users.reversed() { _ = self.roster.enter(user, holder: self.first) }
        for limit in 1...8 {
            var (members, cursor, pages): ([User], String?, Int) = ([], nil, 0)
            repeat {
                let page = self.roster.page(cursor: cursor, limit: limit)
                #expect(page.count == 7 && page.version == 7 && page.members.count <= limit)
                members += page.members
                cursor = page.cursor
                pages += 1
            } while cursor != nil && pages < 10
            #expect(members == users)
            #expect(pages == (7 + limit - 1) / limit)
        }
    }

    @Test mutating func `an empty room has an empty page`() {
        #expect(self.roster.page(cursor: nil, limit: 5) == MemberPage(members: [], count: 0, cursor: nil, version: 0))
        #expect(self.roster.page(cursor: "u9", limit: 5).members.isEmpty)
    }

    @Test(arguments: [("", 0), ("u1", 0), ("u10", 1), ("u11x", 2), ("u16", 7), ("u99", 7), ("가", 7)])
    mutating func `a cursor need not be that of a member`(cursor: String, start: Int) throws {
        let users = try (10..<17).map(self.user)
        for user in users { _ = self.roster.enter(user, holder: self.first) }
        #expect(self.roster.page(cursor: cursor, limit: 10).members == Array(users[start...]))
    }

    @Test(arguments: SeededGenerator.seeds)
    mutating func `who stays is listed exactly once, whoever comes and goes meanwhile`(seed: UInt64) throws {
        var generator = SeededGenerator(seed)
        let users = try (100..<160).map(self.user)
        for _ in 0..<30 {
            self.roster = Roster()
            let (staying, others) = (users.filter { _ in Bool.random(using: &generator) }, users)
            for user in staying { _ = self.roster.enter(user, holder: self.first) }
            var (listed, cursor): ([UserID], String?) = ([], nil)
            repeat {
                let page = self.roster.page(cursor: cursor, limit: Int.random(in: 1...7, using: &generator))
                listed += page.members.map(\.id)
                cursor = page.cursor
                for _ in 0..<4 {
                    guard let other = others.randomElement(using: &generator), !staying.contains(other) else {
                        continue
                    }
                    _ = self.roster.enter(other, holder: self.second)
                    if Bool.random(using: &generator) { _ = self.roster.leave(other.id, holder: self.second) }
                }
            } while cursor != nil
            #expect(listed == listed.sorted { $0.rawValue < $1.rawValue })
            #expect(Set(listed).count == listed.count)
            #expect(Set(listed).isSuperset(of: staying.map(\.id)))
        }
    }

    @Test(arguments: SeededGenerator.seeds)
    mutating func `versions count the changes that are told, one by one`(seed: UInt64) throws {
        var generator = SeededGenerator(seed)
        let users = try (0..<5).map(self.user)
        var model: [UserID: Set<HolderID>] = [:]
        var version = 0
        for _ in 0..<2000 {
            let user = try #require(users.randomElement(using: &generator))
            let holder = Bool.random(using: &generator) ? self.first : self.second
            let change: Roster.OnChange
            if Bool.random(using: &generator) {
                change = self.roster.enter(user, holder: holder)
                #expect((change == .joined(user)) == (model[user.id, default: []].isEmpty))
                model[user.id, default: []].insert(holder)
            } else {
                let had = model[user.id, default: []]
                model[user.id, default: []].remove(holder)
                change = self.roster.leave(user.id, holder: holder)
                #expect((change == .left(user)) == (had == [holder]))
            }
            if change != .none { version += 1 }
            #expect(self.roster.version == version)
            #expect(self.roster.count == model.values.filter { !$0.isEmpty }.count)
        }
    }
}
