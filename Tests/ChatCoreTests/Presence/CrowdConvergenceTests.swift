import ChatMemory
import Testing

@testable import ChatCore

/// What the broker lost, times who came and went meanwhile: in the end every member knows what is.
///
/// The broker here is a ``Roster`` that may be set back, with what the scripts do about it: it goes past what was told.
@Suite("Presence converges after any loss", .patience)
struct CrowdConvergenceTests {
    /// What the broker has lost.
    enum Loss: CaseIterable, Sendable {
        /// Nothing but the news.
        case news
        /// Everything, and the log with it: a `reset` comes.
        case everything
        /// Everything, and nobody has noticed that the log began anew.
        case everythingUnnoticed
        /// What happened since a while ago, and the log with it.
        case recent
        /// The number of changes alone.
        case version
        /// Who is there, but not how many changes there were.
        case members
    }

    /// Who came (`+`), went (`-`) or took another name (`=`) while the broker lost it.
    private static let meanwhiles: [[String]] = [
        [], ["-b"], ["-b", "-c"], ["-b", "-c", "-d", "-e"], ["+f"], ["-b", "+f"], ["-b", "+b"], ["b=B"],
        ["-b", "c=C", "+f", "+g", "-g"], ["+f", "+g", "+h", "+i"],
    ]

    private let room: RoomName
    private let here = HolderID("here")
    private let elsewhere = HolderID("elsewhere")

    init() throws { self.room = try RoomName("lobby") }

    private func user(_ id: String, _ name: String? = nil) throws -> User {
        User(id: UserID(id), name: try UserName(name ?? id))
    }

    /// The broker: a roster, and how far its count is ahead of the roster's own.
    private struct Broker {
        var roster = Roster()
        var ahead = 0
        var version: Int { self.roster.version + self.ahead }

        /// What the script `members` does.
        mutating func page(told: Int) -> MemberPage {
            if told > self.version { self.ahead += told + 1 - self.version }
            var page = self.roster.page(cursor: nil, limit: 20)
            page.version = self.version
            return page
        }
    }

    /// A client as the protocol wants it.
    private struct Member {
        var names: [UserID: UserName]
        /// nil after a `reset`: it knows no version.
        var version: Int?

        mutating func receive(_ event: Event) {
            switch event {
            case .joined(let change): if self.takes(change) { self.names[change.user.id] = change.user.name }
            case .left(let change): if self.takes(change) { self.names[change.user.id] = nil }
            case .renamed(let change, oldName: _):
                if self.takes(change) { self.names[change.user.id] = change.user.name }
            case .presence(room: _, memberCount: _, let version): self.version = version
            default: Issue.record("no event of presence: \(event)")
            }
        }

        private mutating func takes(_ change: PresenceChange) -> Bool {
            guard change.version > self.version ?? 0 else { return false }
            if let version { #expect(change.version == version + 1) }
            self.version = change.version
            return true
        }
    }

    private func apply(_ what: String, to roster: inout Roster) throws {
        if what.hasPrefix("+") {
            _ = roster.enter(try self.user(String(what.dropFirst())), holder: self.elsewhere)
        } else if what.hasPrefix("-") {
            _ = roster.leave(UserID(String(what.dropFirst())), holder: self.elsewhere)
        } else {
            let parts = what.split(separator: "=").map(String.init)
            _ = roster.rename(try self.user(parts[0], parts[1]))
        }
    }

    @Test(arguments: Loss.allCases, meanwhiles)
    func `every member knows who is here`(loss: Loss, meanwhile: [String]) throws {
        var broker = Broker()
        _ = broker.roster.enter(try self.user("a"), holder: self.here)
        let older = broker
        for what in ["+b", "+c", "+d", "+e"] { try self.apply(what, to: &broker.roster) }
        var crowd = Crowd(room: self.room, limit: 20)
        let first = broker.page(told: 0)
        _ = crowd.receive(first)
        let names = Dictionary(first.members.map { ($0.id, $0.name) }) { $1 }
        var members = [Member(names: names, version: first.version)]

        // What happens while nothing of it comes here.
        for what in meanwhile { try self.apply(what, to: &broker.roster) }
        let truth = broker.roster.page(cursor: nil, limit: 20).members
        switch loss {
        case .news: break
        case .everything, .everythingUnnoticed, .members:
            let version = broker.version
            broker = Broker()
            if loss == .members { broker.ahead = version }
        case .recent: broker = older
        case .version: broker.ahead = -broker.roster.version
        }
        if loss == .everything || loss == .recent {
            crowd.reset()
            members[0].version = nil
        } else {
            crowd.doubt()
        }
        // Every holder restores what it has.
        for user in truth {
            let isHere = user.id == UserID("a")
            _ = broker.roster.restore(user, holder: isHere ? self.here : self.elsewhere)
            _ = broker.roster.rename(user)
        }
        var readings = 0
        while crowd.needsReading {
            readings += 1
            try #require(readings <= 2)
            crowd.beginReading()
            for event in crowd.receive(broker.page(told: crowd.pastVersion)) {
                for index in members.indices { members[index].receive(event) }
            }
            // One who joins now is told what everybody was told.
            if let page = crowd.page(with: try self.user("a"), since: 0) {
                let names = Dictionary(page.members.map { ($0.id, $0.name) }) { $1 }
                members.append(Member(names: names, version: page.version))
            }
        }
        // And then somebody comes whose news are not lost.
        let late = try self.user("late")
        let version = broker.version
        _ = broker.roster.enter(late, holder: self.elsewhere)
        let change = PresenceChange(
            room: self.room,
            user: late,
            memberCount: broker.roster.count,
            version: broker.version
        )
        #expect(broker.version == version + 1)
        #expect(crowd.receive(.joined, change) == .tell)
        for index in members.indices { members[index].receive(.joined(change)) }
        let known = Dictionary((truth + [late]).map { ($0.id, $0.name) }) { $1 }
        #expect(members.count >= 2)
        for member in members { #expect(member.names == known && member.version == broker.version) }
    }
}
