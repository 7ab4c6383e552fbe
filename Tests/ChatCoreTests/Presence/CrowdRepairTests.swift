import ChatMemory
import TestSupport
import Testing

@testable import ChatCore

@Suite("What members are told when changes were lost", .patience)
struct CrowdRepairTests {
    private let room: RoomName
    private var crowd: Crowd
    /// The truth: who is in the room, and how many changes there have been.
    private var roster = Roster()
    private let holder = HolderID("h")

    init() throws {
        self.room = try RoomName("lobby")
        self.crowd = Crowd(room: self.room, limit: 10)
    }

    // MARK: The truth, and what a client makes of what it is told

    private func user(_ id: String, _ name: String? = nil) throws -> User {
        User(id: UserID(id), name: try UserName(name ?? id))
    }

    private var page: MemberPage { self.roster.page(cursor: nil, limit: 10) }

    /// Lets something happen: `+a` comes, `-a` goes, `a=b` is called b from now on.
    private mutating func happen(_ what: String) throws -> (PresenceKind, PresenceChange)? {
        let result: Roster.OnChange
        if what.hasPrefix("+") {
            result = self.roster.enter(try self.user(String(what.dropFirst())), holder: self.holder)
        } else if what.hasPrefix("-") {
            result = self.roster.leave(UserID(String(what.dropFirst())), holder: self.holder)
        } else {
            let parts = what.split(separator: "=").map(String.init)
            result = self.roster.rename(try self.user(parts[0], parts[1]))
        }
        let (kind, user): (PresenceKind, User)
        switch result {
        case .joined(let joined): (kind, user) = (.joined, joined)
        case .left(let left): (kind, user) = (.left, left)
        case .renamed(let renamed, oldName: _): (kind, user) = (.renamed, renamed)
        case .none: return nil
        }
        let (count, version) = (self.roster.count, self.roster.version)
        return (kind, PresenceChange(room: self.room, user: user, memberCount: count, version: version))
    }

    /// A client as the protocol wants it: it goes by versions, and notices every hole.
    private struct Member: Equatable {
        var names: [UserID: UserName] = [:]
        var version: Int
        var count: Int
        var hasHole = false

        init(_ page: MemberPage) {
            self.names = Dictionary(page.members.map { ($0.id, $0.name) }) { $1 }
            self.version = page.version
            self.count = page.count
        }

        mutating func receive(_ event: Event) {
            switch event {
            case .joined(let change): if self.takes(change) { self.names[change.user.id] = change.user.name }
            case .left(let change): if self.takes(change) { self.names[change.user.id] = nil }
            case .renamed(let change, let oldName):
                if self.takes(change) {
                    #expect(self.names[change.user.id] == oldName)
                    self.names[change.user.id] = change.user.name
                }
            case .presence(room: _, let count, let version): (self.count, self.version) = (count, version)
            default: Issue.record("no event of presence: \(event)")
            }
        }

        private mutating func takes(_ change: PresenceChange) -> Bool {
            guard change.version > self.version else { return false }
            self.hasHole = self.hasHole || change.version != self.version + 1
            (self.count, self.version) = (change.memberCount, change.version)
            return true
        }

        /// Whether it knows what the page says, and has seen no hole on the way there.
        func agrees(with page: MemberPage) -> Bool { self == Member(page) }
    }

    private static func event(_ kind: PresenceKind, _ change: PresenceChange, _ member: Member) -> Event {
        switch kind {
        case .joined: .joined(change)
        case .left: .left(change)
        case .renamed: .renamed(change, oldName: member.names[change.user.id] ?? change.user.name)
        }
    }

    // MARK: Tests

    /// What was there, what is lost, and what the members are told in its place.
    private static let differences: [(before: [String], lost: [String], told: [String])] = [
        ([], ["+b"], ["joined b 2 #2"]),
        (["+b"], ["-b"], ["left b 1 #3"]),
        (["+b"], ["b=B"], ["renamed b B 2 #3"]),
        (["+b"], ["b=B", "b=C"], ["presence 2 #3", "renamed b C 2 #4"]),
        ([], ["+b", "-b"], ["presence 1 #3"]),
        (["+b"], ["-b", "+b"], ["presence 2 #4"]),
        (["+b"], ["-b", "+c", "a=A"], ["left b 1 #3", "renamed a A 1 #4", "joined c 2 #5"]),
        (
            ["+b", "+c"], ["-c", "-b", "+d", "+e", "-e"],
            ["presence 3 #5", "left b 2 #6", "left c 1 #7", "joined d 2 #8"]
        ),
        (["+b"], ["-b", "+b", "b=B"], ["presence 2 #4", "renamed b B 2 #5"]),
    ]

    private func describe(_ event: Event) -> String {
        switch event {
        case .joined(let change): "joined \(change.user.id.rawValue) \(change.memberCount) #\(change.version)"
        case .left(let change): "left \(change.user.id.rawValue) \(change.memberCount) #\(change.version)"
        case .renamed(let change, oldName: _):
            "renamed \(change.user.id.rawValue) \(change.user.name) \(change.memberCount) #\(change.version)"
        case .presence(room: _, let count, let version): "presence \(count) #\(version)"
        default: "\(event)"
        }
    }

    @Test(arguments: differences)
    mutating func `members are told the difference, without a hole`(
        before: [String],
        lost: [String],
        told: [String]
    ) throws {
        _ = try self.happen("+a")
        for what in before { _ = try self.happen(what) }
        #expect(self.crowd.receive(self.page).count == 1)
        var member = Member(self.page)
        for what in lost { _ = try self.happen(what) }
        self.crowd.expect(version: self.roster.version)
        #expect(self.crowd.needsReading)
        self.crowd.beginReading()
        let events = self.crowd.receive(self.page)
        #expect(events.map(self.describe) == told)
        for event in events { member.receive(event) }
        #expect(member.agrees(with: self.page))
        #expect(!self.crowd.needsReading)
        #expect(self.crowd.receive(self.page).isEmpty)
    }

    @Test mutating func `a burst of holes leads to one reading`() throws {
        _ = try self.happen("+a")
        _ = self.crowd.receive(self.page)
        var member = Member(self.page)
        var readings = 0
        for number in 0..<8 {
            _ = try self.happen("+x\(number)")
            let (kind, change) = try #require(try self.happen("-x\(number)"))
            #expect(self.crowd.receive(kind, change) == .hold)
            guard self.crowd.needsReading else { continue }
            self.crowd.beginReading()
            readings += 1
        }
        #expect(readings == 1)
        for event in self.crowd.receive(self.page) { member.receive(event) }
        #expect(member.agrees(with: self.page))
        #expect(!self.crowd.needsReading)
    }

    @Test mutating func `what comes while the list is read is told after it`() throws {
        _ = try self.happen("+a")
        _ = self.crowd.receive(self.page)
        var member = Member(self.page)
        _ = try self.happen("+lost")
        let hole = try #require(try self.happen("+b"))
        #expect(self.crowd.receive(hole.0, hole.1) == .hold)
        self.crowd.beginReading()
        let page = self.page
        let (kind, change) = try #require(try self.happen("-lost"))
        #expect(self.crowd.receive(kind, change) == .hold)
        for event in self.crowd.receive(page) { member.receive(event) }
        #expect(member.agrees(with: self.page))
        #expect(!self.crowd.needsReading)
    }

    @Test mutating func `a list that is older than a change that came is read once more`() throws {
        _ = try self.happen("+a")
        _ = self.crowd.receive(self.page)
        self.crowd.doubt()
        self.crowd.beginReading()
        let page = self.page
        _ = try self.happen("+lost")
        let (kind, change) = try #require(try self.happen("+b"))
        #expect(self.crowd.receive(kind, change) == .hold)
        #expect(self.crowd.receive(page).isEmpty)
        #expect(self.crowd.needsReading)
    }

    @Test mutating func `a list that could not be read is asked for again`() throws {
        _ = try self.happen("+a")
        _ = self.crowd.receive(self.page)
        self.crowd.doubt()
        self.crowd.beginReading()
        #expect(!self.crowd.needsReading)
        self.crowd.readingFailed()
        #expect(self.crowd.needsReading)
    }

    @Test mutating func `more changes than can be held lead to another reading`() throws {
        _ = try self.happen("+a")
        _ = self.crowd.receive(self.page)
        self.crowd.doubt()
        self.crowd.beginReading()
        let page = self.page
        for _ in 0...Crowd.heldLimit {
            for what in ["+b", "-b"] {
                let (kind, change) = try #require(try self.happen(what))
                #expect(self.crowd.receive(kind, change) == .hold)
            }
        }
        _ = self.crowd.receive(page)
        #expect(self.crowd.needsReading)
    }

    @Test mutating func `who joins brings the others to where it stands`() throws {
        _ = try self.happen("+a")
        _ = self.crowd.receive(self.page)
        var first = Member(self.page)
        let (kind, change) = try #require(try self.happen("+b"))
        for event in self.crowd.receive(self.page) { first.receive(event) }
        let second = Member(self.page)
        #expect(first.agrees(with: self.page) && second.agrees(with: self.page))
        // The event itself comes later, and is known.
        #expect(self.crowd.receive(kind, change) == .known)
    }

    @Test mutating func `after a new log that has counted too little for the difference nothing is told`() throws {
        for what in ["+a", "+b", "+c"] { _ = try self.happen(what) }
        _ = self.crowd.receive(self.page)
        self.crowd.reset()
        #expect(self.crowd.needsReading)
        self.roster = Roster()
        // One has come back: the two who have not cannot be told with one number.
        _ = try self.happen("+a")
        self.crowd.beginReading()
        #expect(self.crowd.receive(self.page).isEmpty)
    }

    @Test mutating func `after a new log that has everybody nothing but the version is told`() throws {
        for what in ["+a", "+b"] { _ = try self.happen(what) }
        _ = self.crowd.receive(self.page)
        self.crowd.reset()
        self.roster = Roster()
        for what in ["+b", "+a"] { _ = try self.happen(what) }
        self.crowd.beginReading()
        #expect(self.crowd.receive(self.page).map(self.describe) == ["presence 2 #2"])
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    mutating func `whatever is lost, members agree with the truth after a reading`(seed: UInt64) throws {
        var generator = SeededGenerator(seed)
        _ = try self.happen("+a")
        _ = self.crowd.receive(self.page)
        var members = [Member(self.page)]
        for step in 0..<300 {
            let id = ["b", "c", "d", "e", "f"].randomElement(using: &generator) ?? "b"
            let what = ["+\(id)", "-\(id)", "\(id)=N\(step)", "a=A\(step)"].randomElement(using: &generator) ?? "+b"
            guard let (kind, change) = try self.happen(what) else { continue }
            if Int.random(in: 0..<4, using: &generator) > 0 {
                switch self.crowd.receive(kind, change) {
                case .tell:
                    for index in members.indices {
                        members[index].receive(Self.event(kind, change, members[index]))
                    }
                case .hold, .known: break
                case .tellCountSoon: Issue.record("the room is small")
                }
            }
            // A reading, or a list for one who joins, now and then.
            guard Int.random(in: 0..<5, using: &generator) == 0 else { continue }
            for event in self.crowd.receive(self.page) {
                for index in members.indices { members[index].receive(event) }
            }
            if Bool.random(using: &generator) { members.append(Member(self.page)) }
            #expect(members.allSatisfy { $0.agrees(with: self.page) })
        }
    }
}
