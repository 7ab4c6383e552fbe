import ChatCore
import Testing
import TestSupport

/// The index answers what a walk over all rulings would answer.
@Suite(.patience) struct RulingsModelTests {
    private struct Model {
        var rulings: [RulingID: Ruling] = [:]

        func find(
            _ visitor: Visitor,
            _ room: RoomName?,
            now: Int,
            _ pick: (Ruling.Matter) -> (Ruling.Target, RoomName?)?
        )
            -> Set<RulingID>
        {
            Set(
                self.rulings.values.filter { ruling in
                    guard let (target, place) = pick(ruling.matter), ruling.holds(at: now) else { return false }
                    guard place == nil || place == room else { return false }
                    switch target {
                    case .user(let id): return visitor.user == id
                    case .network(let network): return visitor.address.map(network.contains) ?? false
                    }
                }.map(\.id)
            )
        }
    }

    private static func isBan(_ matter: Ruling.Matter) -> (Ruling.Target, RoomName?)? {
        if case .ban(let target, let room) = matter { (target, room) } else { nil }
    }

    private static func isMute(_ matter: Ruling.Matter) -> (Ruling.Target, RoomName?)? {
        if case .mute(let target, let room) = matter { (target, room) } else { nil }
    }

    @Test func `what follows from a ruling, and what is about a room, leaves space to the operator`() throws {
        let source = Ruling(.ban(.user(UserID("u")), room: nil), issuedAt: 1, coversAddress: true)
        var rulings = Rulings([source])
        #expect(rulings.covering(UserID("u")) == [source] && rulings.covering(UserID("v")).isEmpty)
        func follower(_ number: Int) throws -> Ruling {
            let network = try #require(Network("2001:db8:\(number)::/64"))
            return try #require(source.extended(to: network))
        }
        for number in 0..<Rulings.maximumOfSource {
            let next = try follower(number)
            #expect(rulings.hasSpace(for: next) && rulings.put(next))
        }
        #expect(rulings.followers(of: source.id).count == Rulings.maximumOfSource)
        #expect(!rulings.hasSpace(for: try follower(Rulings.maximumOfSource)))
        // One that takes the place of another needs none.
        #expect(rulings.hasSpace(for: try follower(0)))
        rulings.lift(try follower(0).id)
        #expect(rulings.hasSpace(for: try follower(Rulings.maximumOfSource)))

        func ban(_ number: Int, _ room: String?) throws -> Ruling {
            Ruling(.ban(.user(UserID("u\(number)")), room: try room.map { try RoomName($0) }), issuedAt: 1)
        }
        for number in 0..<Rulings.maximumOfRoom { #expect(rulings.put(try ban(number, "lobby"))) }
        #expect(!rulings.hasSpace(for: try ban(-1, "lobby")))
        #expect(rulings.hasSpace(for: try ban(-1, "other")))
        var number = 0
        while rulings.count < Rulings.maximumOfOthers {
            #expect(rulings.put(try ban(number, "r\(number)")))
            number += 1
        }
        #expect(!rulings.hasSpace(for: try ban(-1, "other")))
        #expect(rulings.hasSpace(for: try ban(-1, nil)))
        rulings.lift(source.id)
        #expect(rulings.covering(UserID("u")).isEmpty)
    }

    @Test(arguments: 1...20)
    func `the index finds what a walk finds`(seed: Int) throws {
        var random = SeededGenerator(UInt64(seed))
        let users = (0..<4).map { UserID("u\($0)") }
        let rooms = try ["로비", "b"].map { try RoomName($0) }
        let networks = try ["10.1.2.3", "10.1.2.0/24", "10.0.0.0/8", "0.0.0.0/0", "2001:db8::/32", "2001:db8::1"].map {
            try #require(Network($0))
        }
        let addresses = ["10.1.2.3", "10.1.3.3", "192.0.2.1", "2001:db8::1", "2001:db9::1"].map { NetworkAddress($0) }
        var (index, model) = (Rulings(), Model())
        for now in 1...400 {
            let target: Ruling.Target =
                Bool.random(using: &random)
                ? .user(try #require(users.randomElement(using: &random)))
                : .network(try #require(networks.randomElement(using: &random)))
            let room = Bool.random(using: &random) ? rooms.randomElement(using: &random) : nil
            let matter = Bool.random(using: &random) ? Ruling.Matter.ban(target, room: room) : .mute(target, room: room)
            let end = Bool.random(using: &random) ? now + Int.random(in: 1...30, using: &random) : nil
            let ruling = Ruling(matter, issuedAt: now, expiresAt: end)
            if Int.random(in: 0..<3, using: &random) == 0 {
                let lifted = index.lift(ruling.id)
                #expect(lifted?.id == model.rulings.removeValue(forKey: ruling.id)?.id)
            } else {
                let isPut = index.put(ruling)
                #expect(isPut)
                model.rulings[ruling.id] = ruling
            }
            if Int.random(in: 0..<4, using: &random) == 0 {
                let ended = Set(index.expire(now).map(\.id))
                #expect(ended == Set(model.rulings.values.filter { !$0.holds(at: now) }.map(\.id)))
                for id in ended { model.rulings[id] = nil }
            }
            #expect(Set(index.list.map(\.id)) == Set(model.rulings.keys))
            for address in addresses {
                let visitor = Visitor(user: users.randomElement(using: &random), address: address)
                for room in [nil] + rooms.map(Optional.some) {
                    let bans = model.find(visitor, room, now: now, Self.isBan)
                    let ban = index.ban(of: visitor, in: room, now: now)
                    #expect(ban.map { bans.contains($0.id) } ?? bans.isEmpty)
                    let mutes = model.find(visitor, room, now: now, Self.isMute)
                    let mute = index.mute(of: visitor, in: room, now: now)
                    #expect(mute.map { mutes.contains($0.id) } ?? mutes.isEmpty)
                    if mute != nil { #expect(index.isMutedSomewhere(visitor)) }
                }
            }
        }
    }

    @Test func `the number of rulings is bounded, and one that is replaced needs no space`() throws {
        var index = Rulings()
        for number in 0..<Rulings.maximum {
            _ = index.put(Ruling(.ban(.user(UserID("u\(number)")), room: nil), issuedAt: 0))
        }
        let isLatePut = index.put(Ruling(.ban(.user(UserID("late")), room: nil), issuedAt: 0))
        let isReplaced = index.put(Ruling(.ban(.user(UserID("u1")), room: nil), issuedAt: 1))
        #expect(!isLatePut && isReplaced)
        #expect(index.count == Rulings.maximum)
    }

    @Test func `a token is revoked by its id, by its user and by its age`() {
        var index = Rulings()
        let (id, mina) = (ByteString("j1"), UserID("t1"))
        func isRevoked(_ token: ByteString?, _ issuedAt: Int, _ user: UserID) -> Bool {
            index.revocation(
                of: Visitor(user: user, token: Visitor.Token(id: token, issuedAt: issuedAt)),
                now: 1
            ) != nil
        }
        #expect(!isRevoked(id, 0, mina))
        _ = index.put(Ruling(.revocation(.token(id)), issuedAt: 0))
        #expect(isRevoked(id, 5, mina) && !isRevoked("j2", 5, mina) && !isRevoked(nil, 5, mina))
        _ = index.put(Ruling(.revocation(.user(mina, before: 10)), issuedAt: 0))
        #expect(isRevoked("j2", 9, mina) && !isRevoked("j2", 10, mina) && !isRevoked("j2", 9, UserID("t2")))
        _ = index.put(Ruling(.revocation(.all(before: 20)), issuedAt: 0))
        #expect(isRevoked(nil, 19, UserID("t2")) && !isRevoked(nil, 20, UserID("t2")))
        #expect(index.revocation(of: Visitor(user: mina), now: 1) == nil)
    }

    @Test func `a reserved name, and what looks like it, is its user's until the ruling is lifted or ends`() throws {
        var index = Rulings()
        let (boss, other) = (UserID("t1"), UserID("u1"))
        func isFree(_ name: String, for user: UserID, now: Int = 1) throws -> Bool {
            index.reservation(of: try UserName(name), against: user, now: now) == nil
        }
        #expect(try isFree("Admin", for: other))
        let ruling = Ruling(.reserved(try UserName("Admin"), for: boss), issuedAt: 0, expiresAt: 9)
        _ = index.put(ruling)
        for name in ["Admin", "ADMIN", "\u{410}dmin", "Adrnin", "Adm1n", "A\u{200D}dmin"] {
            #expect(try !isFree(name, for: other) && isFree(name, for: boss), "\(name)")
        }
        #expect(try isFree("Admins", for: other) && isFree("Admin", for: other, now: 9))
        // Another look of the name is the same matter.
        let moved = Ruling(.reserved(try UserName("\u{410}DMIN"), for: other), issuedAt: 1)
        _ = index.put(moved)
        #expect(moved.id == ruling.id && index.count == 1)
        #expect(try isFree("Admin", for: other) && !isFree("Admin", for: boss))
        index.lift(ruling.id)
        #expect(try isFree("Admin", for: boss) && !index.reservesNames)
    }

    @Test func `a ruling reads as it was written, and so does an entry of the record`() throws {
        let room = try RoomName("래블업")
        let matters: [Ruling.Matter] = [
            .ban(.user(UserID("u1")), room: room), .ban(.network(try #require(Network("10.0.0.0/8"))), room: nil),
            .mute(.network(try #require(Network("2001:db8::/64"))), room: room), .kick(UserID("u1"), room: room),
            .revocation(.token("a\"b")), .revocation(.user(UserID("t1"), before: 5)), .revocation(.all(before: 0)),
            .closed(room), .slow(room, seconds: 30), .words(room, ["바보", "a \"word\""]),
            .reserved(try UserName("관리자 \"민아\""), for: UserID("t1")),
        ]
        for matter in matters {
            let ruling = Ruling(
                matter,
                issuedAt: 7,
                expiresAt: 9,
                reason: "왜 \"그래\"",
                issuer: "민아",
                coversAddress: true
            )
            #expect(Ruling(decoding: ruling.encoded()) == ruling)
        }
        #expect(Set(matters.map { RulingID(of: $0) }).count == matters.count)
        let entry = AuditEntry(time: 1, issuer: "민아", verb: "slow", room: room, amount: 5, reason: "\"")
        #expect(AuditEntry(decoding: entry.encoded()) == entry)
    }
}
