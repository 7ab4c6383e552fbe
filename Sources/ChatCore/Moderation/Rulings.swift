/// The rulings that hold, as an index: what one of them says about a visitor, a token or a room is found by hashes and
/// by prefixes of addresses, however many there are.
///
/// It does no input or output and has no clock.
package struct Rulings: Sendable {
    /// The most rulings that are kept; an operator with more needs rules for networks.
    package static let maximum = 10_000

    /// The most that may follow from one ruling: the addresses of one user.
    package static let maximumOfSource = 64
    /// The most of one room.
    package static let maximumOfRoom = 1000
    /// The most of rooms, and of those that followed from others; the rest is the operator's.
    package static let maximumOfOthers = 8000

    /// What is asked of a visitor.
    private enum Kind: Hashable { case ban, mute }

    /// The place of a ban or a mute.
    private struct Place: Hashable {
        var kind: Kind
        var target: Ruling.Target
        var room: RoomName?
    }

    private var all: [RulingID: Ruling] = [:]
    private var places: [Place: Ruling] = [:]
    /// The sizes that networks among the targets have, with the number of rulings for each.
    private var sizes: [Network.Size: Int] = [:]
    /// The targets that are muted anywhere, with the number of rooms.
    private var muted: [Ruling.Target: Int] = [:]
    private var tokens: [ByteString: Ruling] = [:]
    private var tokensOfUsers: [UserID: Ruling] = [:]
    private var tokensOfAll: Ruling?
    private var rules: [RoomName: RoomRules] = [:]
    /// The reserved names, by what all that look like one have in common.
    private var names: [String: Ruling] = [:]
    private var due = DueQueue<RulingID, Int>()
    /// Those that followed from each, and those of each user that cover addresses.
    private var followers: [RulingID: Set<RulingID>] = [:]
    private var covering: [UserID: Set<RulingID>] = [:]
    private var ofRooms: [RoomName: Int] = [:]

    package init() {}

    package init(_ rulings: some Sequence<Ruling>) {
        for ruling in rulings { _ = self.put(ruling) }
    }

    package var count: Int { self.all.count }
    package var isEmpty: Bool { self.all.isEmpty }
    /// All of them, in no order.
    package var list: some Collection<Ruling> { self.all.values }

    package subscript(_ id: RulingID) -> Ruling? { self.all[id] }

    // MARK: Changes

    /// Adds a ruling, in place of an earlier one about the same matter.
    ///
    /// - Returns: Whether there was space for it.
    package mutating func put(_ ruling: Ruling) -> Bool {
        guard self.all[ruling.id] != nil || self.all.count < Self.maximum else { return false }
        self.lift(ruling.id)
        self.all[ruling.id] = ruling
        if let end = ruling.expiresAt { self.due.schedule(ruling.id, at: end) }
        if let source = ruling.source { self.followers[source, default: []].insert(ruling.id) }
        if let user = ruling.coveredUser { self.covering[user, default: []].insert(ruling.id) }
        if let room = ruling.matter.room { self.ofRooms[room, default: 0] += 1 }
        switch ruling.matter {
        case .ban(let target, let room): self.put(ruling, Place(kind: .ban, target: target, room: room))
        case .mute(let target, let room):
            self.put(ruling, Place(kind: .mute, target: target, room: room))
            self.muted[target, default: 0] += 1
        case .kick: break
        case .revocation(.token(let id)): self.tokens[id] = ruling
        case .revocation(.user(let user, before: _)): self.tokensOfUsers[user] = ruling
        case .revocation(.all(before: _)): self.tokensOfAll = ruling
        case .closed(let room): self.rules[room, default: RoomRules()].closed = ruling
        case .slow(let room, let seconds):
            self.rules[room, default: RoomRules()].slow = RoomRules.Slow(ruling: ruling, seconds: seconds)
        case .words(let room, let words):
            self.rules[room, default: RoomRules()].words = RoomRules.Words(ruling: ruling, list: WordList(words))
        case .reserved(let name, for: _): self.names[name.skeleton] = ruling
        }
        return true
    }

    private mutating func put(_ ruling: Ruling, _ place: Place) {
        self.places[place] = ruling
        if case .network(let network) = place.target { self.sizes[network.size, default: 0] += 1 }
    }

    /// Removes a ruling.
    ///
    /// - Returns: The ruling; nil when there is none.
    @discardableResult
    package mutating func lift(_ id: RulingID) -> Ruling? {
        guard let ruling = self.all.removeValue(forKey: id) else { return nil }
        if let source = ruling.source { Self.remove(id, from: &self.followers, of: source) }
        if let user = ruling.coveredUser { Self.remove(id, from: &self.covering, of: user) }
        if let room = ruling.matter.room { Self.countDown(&self.ofRooms, room) }
        switch ruling.matter {
        case .ban(let target, let room): self.lift(Place(kind: .ban, target: target, room: room))
        case .mute(let target, let room):
            self.lift(Place(kind: .mute, target: target, room: room))
            Self.countDown(&self.muted, target)
        case .kick: break
        case .revocation(.token(let id)): self.tokens[id] = nil
        case .revocation(.user(let user, before: _)): self.tokensOfUsers[user] = nil
        case .revocation(.all(before: _)): self.tokensOfAll = nil
        case .closed(let room): self.change(room) { $0.closed = nil }
        case .slow(let room, _): self.change(room) { $0.slow = nil }
        case .words(let room, _): self.change(room) { $0.words = nil }
        case .reserved(let name, for: _): self.names[name.skeleton] = nil
        }
        return ruling
    }

    private mutating func lift(_ place: Place) {
        self.places[place] = nil
        if case .network(let network) = place.target { Self.countDown(&self.sizes, network.size) }
    }

    private mutating func change(_ room: RoomName, _ change: (inout RoomRules) -> Void) {
        guard var rules = self.rules[room] else { return }
        change(&rules)
        self.rules[room] = rules.isEmpty ? nil : rules
    }

    private static func remove<Key>(_ id: RulingID, from sets: inout [Key: Set<RulingID>], of key: Key) {
        sets[key]?.remove(id)
        if sets[key]?.isEmpty == true { sets[key] = nil }
    }

    private static func countDown<Key>(_ counts: inout [Key: Int], _ key: Key) {
        let count = counts[key, default: 1] - 1
        counts[key] = count > 0 ? count : nil
    }

    /// The time at which the next ruling may end; nil when none ends by itself.
    package var nextExpiry: Int? { self.due.firstTime }

    /// Removes the rulings that have ended.
    ///
    /// - Returns: The rulings that ended.
    package mutating func expire(_ now: Int) -> [Ruling] {
        var ended: [Ruling] = []
        while let id = self.due.next(now) {
            // It may have been lifted, or replaced by one that ends later.
            guard let ruling = self.all[id], !ruling.holds(at: now) else { continue }
            self.lift(id)
            ended.append(ruling)
        }
        return ended
    }

    // MARK: Questions

    /// The rulings about addresses that followed from one about a user.
    package func followers(of source: RulingID) -> [Ruling] {
        self.followers[source, default: []].compactMap { self.all[$0] }
    }

    /// The rulings about a user that cover the user's addresses.
    package func covering(_ user: UserID) -> [Ruling] {
        self.covering.isEmpty ? [] : self.covering[user, default: []].compactMap { self.all[$0] }
    }

    /// Whether there is space for a ruling of a moderator of rooms, or for one that follows from another.
    package func hasSpace(for ruling: Ruling) -> Bool {
        guard self.all[ruling.id] == nil else { return true }
        let siblings = ruling.source.flatMap { self.followers[$0]?.count } ?? 0
        guard siblings < Self.maximumOfSource else { return false }
        guard let room = ruling.matter.room else { return ruling.source == nil || self.count < Self.maximumOfOthers }
        return self.count < Self.maximumOfOthers && self.ofRooms[room, default: 0] < Self.maximumOfRoom
    }

    /// The ruling by which somebody may not be in a room, or on the server at all.
    ///
    /// - Parameters:
    ///   - visitor: Who asks.
    ///   - room: The room; nil asks for the whole server alone.
    ///   - now: The time.
    /// - Returns: The ruling; nil where there is none.
    package func ban(of visitor: Visitor, in room: RoomName?, now: Int) -> Ruling? {
        self.places.isEmpty ? nil : self.find(.ban, visitor, room, now)
    }

    /// The ruling by which somebody may not say anything in a room.
    package func mute(of visitor: Visitor, in room: RoomName?, now: Int) -> Ruling? {
        self.muted.isEmpty ? nil : self.find(.mute, visitor, room, now)
    }

    /// Whether somebody is muted anywhere.
    package func isMutedSomewhere(_ visitor: Visitor) -> Bool {
        !self.muted.isEmpty && self.targets(visitor).contains { self.muted[$0] != nil }
    }

    /// The ruling by which a token is not valid any more.
    package func revocation(of visitor: Visitor, now: Int) -> Ruling? {
        guard let token = visitor.token else { return nil }
        if let id = token.id, let ruling = self.tokens[id], ruling.holds(at: now) { return ruling }
        return [visitor.user.flatMap { self.tokensOfUsers[$0] }, self.tokensOfAll].lazy.compactMap(\.self)
            .first { ruling in ruling.holds(at: now) && ruling.matter.revokedBefore.map { token.issuedAt < $0 } ?? false
            }
    }

    /// The ruling by which somebody may not be shown by a name: it, or one that looks like it, is another user's.
    ///
    /// - Parameters:
    ///   - name: The name.
    ///   - user: Who wants it.
    ///   - now: The time.
    /// - Returns: The ruling; nil where there is none.
    package func reservation(of name: UserName, against user: UserID, now: Int) -> Ruling? {
        guard !self.names.isEmpty, let ruling = self.names[name.skeleton], ruling.holds(at: now),
            case .reserved(_, for: let holder) = ruling.matter, holder != user
        else { return nil }
        return ruling
    }

    /// Whether any name is reserved.
    package var reservesNames: Bool { !self.names.isEmpty }

    /// The rules of a room; nil where there are none.
    package func rules(of room: RoomName) -> RoomRules? { self.rules[room] }

    /// The rooms that have rules.
    package var ruledRooms: [RoomName: RoomRules] { self.rules }

    private func find(_ kind: Kind, _ visitor: Visitor, _ room: RoomName?, _ now: Int) -> Ruling? {
        for target in self.targets(visitor) {
            // What holds everywhere says more than what holds in one room.
            for room in room == nil ? [nil] : [nil, room] {
                let ruling = self.places[Place(kind: kind, target: target, room: room)]
                if let ruling, ruling.holds(at: now) { return ruling }
            }
        }
        return nil
    }

    /// The targets that mean a visitor: the networks of the address only where a ruling has one of that size.
    private func targets(_ visitor: Visitor) -> [Ruling.Target] {
        var targets: [Ruling.Target] = []
        if let user = visitor.user { targets.append(.user(user)) }
        guard let address = visitor.address else { return targets }
        for size in self.sizes.keys {
            if let network = Network(address, size) { targets.append(.network(network)) }
        }
        return targets
    }
}

extension Ruling.Matter {
    /// The time before which tokens were issued that are not valid any more; nil where it is about something else.
    fileprivate var revokedBefore: Int? {
        switch self {
        case .revocation(.user(_, let time)), .revocation(.all(let time)): time
        case .revocation(.token), .ban, .mute, .kick, .closed, .slow, .words, .reserved: nil
        }
    }
}

extension Ruling {
    /// The user whose addresses it covers; nil where it covers none.
    fileprivate var coveredUser: UserID? {
        guard self.coversAddress, case .user(let user) = self.matter.target else { return nil }
        return user
    }
}
