import ChatCore
import ChatWebSocket
import NIOCore
import NIOEmbedded
import Testing

@testable import ChatNode

/// Where a room of a shard stands, and who of its members stands there too.
@Suite(.patience)
struct LocalRoomTests {
    private let room: LocalRoom
    private let epoch: Epoch

    init() throws {
        self.room = LocalRoom(name: try RoomName("lobby"), limits: Limits())
        self.epoch = try Epoch("abcdefgh")
    }

    private func position(_ seq: Int) -> LogPosition { LogPosition(epoch: self.epoch, seq: seq) }

    private func receive(_ seq: Int, _ epoch: Epoch? = nil) -> LocalRoom.OnPublication {
        let position = LogPosition(epoch: epoch ?? self.epoch, seq: seq)
        return self.room.receive(Publication(position: position, payload: ByteBuffer(string: "\(seq)")))
    }

    // MARK: Messages

    @Test func `the next message is handed on, and the room has moved`() {
        self.room.opened(at: self.position(4))
        #expect(self.receive(5) == .deliver)
        #expect(self.receive(6) == .deliver)
        #expect(self.room.position == self.position(6))
        #expect(self.room.tail.last == self.position(6))
    }

    @Test func `what was seen, and what is of another log, is kept from the members`() throws {
        self.room.opened(at: self.position(4))
        for seq in [1, 4] { #expect(self.receive(seq) == .keep) }
        #expect(self.receive(5, try Epoch("hgfedcba")) == .keep)
        #expect(self.room.position == self.position(4))
    }

    @Test func `a message that follows no other is a hole, and the room stays`() {
        self.room.opened(at: self.position(4))
        #expect(self.receive(7) == .hole(after: 4))
        #expect(self.room.position == self.position(4))
        #expect(self.receive(5) == .deliver)
    }

    @Test func `what comes before the broker has answered waits, and the room opens behind it`() {
        for seq in 3...6 { #expect(self.receive(seq) == .keep) }
        self.room.opened(at: self.position(4))
        #expect(self.room.position == self.position(6))
        #expect(self.receive(6) == .keep)
        #expect(self.receive(7) == .deliver)
    }

    @Test func `what came before of a log that is no more does not move the room`() throws {
        #expect(self.receive(9, try Epoch("hgfedcba")) == .keep)
        self.room.opened(at: self.position(4))
        #expect(self.room.position == self.position(4))
    }

    @Test func `a room is behind a newer head and that of another log, and not behind an older one`() throws {
        self.room.opened(at: self.position(4))
        #expect(!self.room.isBehind(self.position(3)))
        #expect(!self.room.isBehind(self.position(4)))
        #expect(self.room.isBehind(self.position(9)))
        #expect(self.room.isBehind(LogPosition(epoch: try Epoch("hgfedcba"), seq: 1)))
    }

    @Test func `a room that moves begins a new tail`() throws {
        self.room.opened(at: self.position(4))
        #expect(self.receive(5) == .deliver)
        self.room.move(to: self.position(9))
        #expect(self.room.position == self.position(9))
        #expect(self.room.tail.last == nil)
    }

    @Test func `a room that is not open yet is behind nothing`() {
        #expect(!self.room.isBehind(self.position(9)))
    }

    // MARK: Members

    private func member(hearsPresence: Bool = true, window: DeflateWindow? = nil) -> Membership {
        self.member(hearsPresence: hearsPresence, form: .frames(window))
    }

    private func member(hearsPresence: Bool = true, form: MessageForm) -> Membership {
        let port = OutboundPort(channel: EmbeddedChannel(), limit: 1000)
        let client = Client(id: ClientID(rawValue: 1), port: port, form: form, limits: Limits(), now: .now)
        let membership = Membership(client: client, room: self.room, hearsPresence: hearsPresence)
        self.room.add(membership)
        return membership
    }

    @Test func `a member that goes live skips what was gathered before`() {
        let member = self.member()
        #expect(member.slot == nil && self.room.catchingUp.count == 1 && !self.room.isUnused)
        self.room.gather(ByteBuffer(string: "before"), .prompt, isMessage: false)
        self.room.makeLive(member)
        #expect(member.slot == 0 && self.room.catchingUp.isEmpty && self.room.live.count == 1)
        #expect(member.skippedBytes == self.room.gathered.frames.readableBytes && member.skippedBytes > 0)
        // Once is enough: it would skip what it has not been told.
        self.room.gather(ByteBuffer(string: "after"), .prompt, isMessage: false)
        let skipped = member.skippedBytes
        self.room.makeLive(member)
        #expect(member.skippedBytes == skipped && self.room.live.count == 1)
    }

    /// What leaves for members of each kind.
    private func leave() -> (all: String, quiet: String?) {
        self.room.beginLeaving(LoopDeflate())
        let leaving = self.room.endLeaving()?.leaving
        func text(_ batch: RoomFrames.Batch) -> String {
            // Each frame has two bytes before its one letter.
            String(buffer: batch.frames).filter(\.isLetter)
        }
        return (leaving.map { text($0.all) } ?? "", leaving?.quiet.map(text))
    }

    private func gather(_ letter: String, _ urgency: RoomFrames.Urgency) {
        self.room.gather(ByteBuffer(string: letter), urgency, isMessage: urgency == .prompt)
    }

    @Test func `who may not know of presence gets the rest`() {
        let (hearing, quiet) = (self.member(), self.member(hearsPresence: false))
        self.room.makeLive(hearing)
        self.gather("a", .prompt)
        #expect(self.leave() == ("a", nil))
        self.gather("b", .prompt)
        self.room.makeLive(quiet)
        #expect(hearing.skippedBytes == 0 && quiet.skippedBytes == 0)
        self.gather("c", .unhurried)
        self.gather("d", .ephemeral)
        #expect(self.leave() == ("bcd", nil))
        for letter in ["e", "f"] {
            self.gather(letter, .prompt)
            self.gather("x", .unhurried)
        }
        let late = self.member(hearsPresence: false)
        self.room.makeLive(late)
        #expect(late.skippedBytes == 6)
        #expect(self.leave() == ("exfx", "ef"))
        // The last one of its kind takes with it what was gathered for it.
        self.gather("g", .prompt)
        for member in [quiet, late] { self.room.remove(member) }
        self.room.makeLive(late)
        #expect(late.skippedBytes == 0)
        self.gather("h", .prompt)
        #expect(self.leave() == ("gh", "h"))
    }

    @Test func `a member may know of presence from now on, and then not any more`() {
        let member = self.member(hearsPresence: false)
        self.room.makeLive(member)
        self.room.change(member, hearsPresence: true)
        self.gather("a", .prompt)
        #expect(self.leave() == ("a", nil))
        self.room.change(member, hearsPresence: false)
        self.gather("b", .unhurried)
        self.gather("c", .prompt)
        #expect(self.leave() == ("bc", "c"))
    }

    @Test(arguments: 0..<4)
    func `whoever goes, each of the others stands in its own slot`(leaver: Int) {
        let members = (0..<4).map { _ in self.member() }
        for member in members { self.room.makeLive(member) }
        self.room.remove(members[leaver])
        #expect(members[leaver].slot == nil)
        #expect(self.room.live.count == 3 && !self.room.live.contains { $0 === members[leaver] })
        for (slot, member) in self.room.live.enumerated() { #expect(member.slot == slot) }
        // Going twice takes nobody else away.
        self.room.remove(members[leaver])
        #expect(self.room.live.count == 3)
    }

    @Test func `frames are written as events for those who read these, and for nobody else`() {
        /// Whether there are events of all frames, and of those without presence.
        func events() -> (all: String?, quiet: String?) {
            self.gather("a", .prompt)
            self.gather("b", .unhurried)
            self.room.beginLeaving(LoopDeflate())
            let leaving = self.room.endLeaving()?.leaving
            return (leaving?.all.events.map { String(buffer: $0) }, leaving?.quiet?.events.map { String(buffer: $0) })
        }
        let (hearing, quiet) = (
            self.member(form: .serverSentEvents), self.member(hearsPresence: false, form: .serverSentEvents)
        )
        self.room.makeLive(self.member())
        #expect(events() == (nil, nil))
        self.room.makeLive(quiet)
        #expect(events() == (nil, "data: a\n\n"))
        self.room.makeLive(hearing)
        #expect(events() == ("data: a\n\ndata: b\n\n", "data: a\n\n"))
        self.room.remove(quiet)
        #expect(events() == ("data: a\n\ndata: b\n\n", nil))
        self.room.change(hearing, hearsPresence: false)
        #expect(events() == (nil, "data: a\n\n"))
    }

    @Test func `frames are compressed for the windows of those who are live, and for no others`() {
        let (deflate, text) = (LoopDeflate(), ByteBuffer(string: String(repeating: "word ", count: 100)))
        /// The windows for which the next frames are compressed.
        func windows() -> [DeflateWindow] {
            self.room.gather(text, .prompt, isMessage: true)
            self.room.beginLeaving(deflate)
            guard let batch = self.room.endLeaving()?.leaving.all else { return [] }
            return [.small, .large].filter { batch.frames(compressedFor: $0) != batch.frames }
        }
        let (first, second, third) = (
            self.member(window: .small), self.member(window: .large), self.member(window: .large)
        )
        #expect(windows() == [])
        for member in [first, second, third, self.member()] { self.room.makeLive(member) }
        #expect(windows() == [.small, .large])
        self.room.remove(second)
        self.room.makeCatchUp(first)
        #expect(windows() == [.large])
        self.room.makeLive(first)
        self.room.remove(third)
        #expect(windows() == [.small])
        self.room.remove(first)
        #expect(windows() == [])
    }

    @Test(arguments: [false, true])
    func `who may not know of presence gets compressed frames without it`(isSomebodyComing: Bool) throws {
        let (deflate, text) = (LoopDeflate(), ByteBuffer(string: String(repeating: "word ", count: 100)))
        let (hearing, quiet) = (self.member(window: .large), self.member(hearsPresence: false, window: .large))
        for member in [hearing, quiet] { self.room.makeLive(member) }
        if isSomebodyComing { self.room.gather(ByteBuffer(string: "joined"), .unhurried, isMessage: false) }
        self.room.gather(text, .prompt, isMessage: true)
        self.room.beginLeaving(deflate)
        let leaving = try #require(self.room.endLeaving()?.leaving)
        let frames = try [hearing, quiet].map { try #require(leaving.batch(for: $0)) }
        #expect((frames[0].frames == frames[1].frames) != isSomebodyComing)
        for batch in frames {
            #expect(batch.frames(compressedFor: .large) == deflate.deflater(.large)?.compress(batch.frames))
            #expect(batch.frames(compressedFor: .large).readableBytes < 100)
        }
    }

    @Test func `frames are compressed only for those who get them`() throws {
        let (deflate, text) = (LoopDeflate(), ByteBuffer(string: String(repeating: "word ", count: 100)))
        let quiet = self.member(hearsPresence: false, window: .small)
        for member in [self.member(window: .large), quiet] { self.room.makeLive(member) }
        /// Whether each kind of frames is compressed for each window.
        func compressed() throws -> [Bool] {
            self.room.gather(text, .prompt, isMessage: true)
            self.room.beginLeaving(deflate)
            let leaving = try #require(self.room.endLeaving()?.leaving)
            return [leaving.all, try #require(leaving.quiet)].flatMap { batch in
                [.small, .large].map { batch.compressed[$0] != nil }
            }
        }
        #expect(try compressed() == [false, true, true, false])
        // Who may know of presence again gets the others' frames.
        self.room.makeLive(self.member(hearsPresence: false))
        self.room.change(quiet, hearsPresence: true)
        #expect(try compressed() == [true, true, false, false])
    }

    @Test func `a live member can catch up once more`() {
        let (first, second) = (self.member(), self.member())
        for member in [first, second] { self.room.makeLive(member) }
        self.room.makeCatchUp(first)
        #expect(first.slot == nil && second.slot == 0)
        #expect(self.room.catchingUp.count == 1 && self.room.catchingUp.first === first)
    }

    @Test func `a room is unused when nobody is in it, or has just left it`() throws {
        #expect(self.room.isUnused)
        let member = self.member()
        let mina = User(id: UserID("u1"), name: try UserName("Mina"))
        self.room.presence.users[mina.id] = RoomPresence.LocalUser(user: mina, connections: 1)
        self.room.remove(member)
        // The grace runs.
        #expect(!self.room.isUnused)
        self.room.presence.users[mina.id] = nil
        #expect(self.room.isUnused)
    }
}
