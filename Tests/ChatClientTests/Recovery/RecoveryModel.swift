import ChatCore
import ChatRedis
import NIOCore

/// A log, the feed of a node that follows it, a shard's room, and two members: the machines that keep guarantee 3, put
/// together as the node and the client put them together, one step at a time and without a clock.
struct RecoveryModel {
    /// What may happen next.
    enum Step: CaseIterable, Sendable {
        // To the log.
        case publish, delete, trim, beginAnew, rollBack
        /// The subscription is lost, with all that was on its way; it stands again.
        case loseBroker, regainBroker
        /// What was published last arrives at the node.
        case arrive
        /// The node compares its position with the head of the log, though nothing seems to be missing.
        case look
        /// The log is read for the feed; the feed gets what was read, or hears that it was not.
        case readLog, useReading, failReading
        /// A member's join, resume or replay goes one step on; its connection is lost.
        case advanceFirst, advanceSecond, dropFirst, dropSecond
    }

    private var allowance: [Step: Int]
    private var log: ModelLog
    private var isConnected = true
    private var channel: [Publication] = []
    private var feed = RoomFeed()
    private var asked: LogRead?
    private var reading: (page: LogPage, anchor: ByteBuffer?)?
    private var room: LogPosition
    private var tail = RoomTail()
    private var members: [ModelMember]
    /// What was handed on under each place, to whomever.
    private var delivered: [LogPosition: ByteBuffer] = [:]

    /// Makes a room with two messages, a member that is live, and one that has not come yet.
    ///
    /// - Parameters:
    ///   - allowance: How many times something may happen that comes from outside.
    ///   - start: What the second member comes with; nil resumes behind the first message.
    /// - Throws: ``RecoveryViolation``, if the model itself is wrong.
    init(_ allowance: [Step: Int], _ start: JoinStart?) throws {
        self.allowance = allowance
        self.log = try ModelLog()
        self.room = self.log.head
        self.members = []
        self.ask(self.feed.subscribed() == .read(.head) ? .head : nil)
        for _ in 1...2 { _ = self.log.publish() }
        self.reading = self.log.read(.head)
        try self.useReading()
        self.room = self.log.head
        let first = LogPosition(epoch: self.room.epoch, seq: 1)
        self.members = [ModelMember(live: self.room), ModelMember(joining: start ?? .after(first))]
    }

    // MARK: Steps

    func canTake(_ step: Step) -> Bool {
        let isAllowed = self.allowance[step, default: 0] > 0
        return switch step {
        case .publish, .beginAnew: isAllowed
        case .delete: isAllowed && self.log.canDelete
        case .trim: isAllowed && self.log.canTrim
        // A log is rolled back by a restart: nobody is connected then.
        case .rollBack: isAllowed && self.log.canTrim && !self.isConnected
        case .loseBroker: isAllowed && self.isConnected
        case .regainBroker: !self.isConnected
        case .arrive: !self.channel.isEmpty
        case .look: isAllowed && self.asked == nil
        case .readLog: self.asked != nil && self.reading == nil
        case .useReading: self.reading != nil
        case .failReading: isAllowed && self.asked != nil
        case .advanceFirst: !self.members[0].isLive
        case .advanceSecond: !self.members[1].isLive
        case .dropFirst: isAllowed && self.members[0].isConnected
        case .dropSecond: isAllowed && self.members[1].isConnected
        }
    }

    mutating func take(_ step: Step) throws {
        self.allowance[step, default: 0] -= 1
        switch step {
        case .publish:
            let publication = self.log.publish()
            if self.isConnected { self.channel.append(publication) }
        case .delete:
            if let deletion = self.log.delete(), self.isConnected { self.channel.append(deletion) }
        case .trim: self.log.trim()
        case .beginAnew: self.log.beginAnew()
        case .rollBack: self.log.rollBack()
        case .loseBroker:
            (self.isConnected, self.channel) = (false, [])
            self.feed.unsubscribed()
        case .regainBroker:
            self.isConnected = true
            if case .read(let read) = self.feed.subscribed() { self.ask(read) }
        case .arrive: try self.arrive()
        case .look: self.check()
        case .readLog: self.reading = self.asked.map { self.log.read($0) }
        case .useReading: try self.useReading()
        case .failReading:
            (self.asked, self.reading) = (nil, nil)
            self.feed.readFailed()
        case .advanceFirst: try self.advance(0)
        case .advanceSecond: try self.advance(1)
        case .dropFirst: self.members[0].disconnect()
        case .dropSecond: self.members[1].disconnect()
        }
    }

    /// Lets everything come to rest, and looks whether both members have what the log has.
    mutating func settle() throws {
        var isMoving = true
        for _ in 0..<100 where isMoving {
            isMoving = false
            for step in [Step.regainBroker, .arrive, .readLog, .useReading, .advanceFirst, .advanceSecond]
            where self.canTake(step) {
                try self.take(step)
                isMoving = true
            }
            // The broker does so for a room that was quiet, or whose log could not be read.
            if self.asked == nil, self.feed.needsRead || self.room != self.log.head {
                self.check(hasWaited: true)
                isMoving = true
            }
        }
        for (index, member) in self.members.enumerated() where !member.isLive || member.last != self.log.head {
            let place = "stands at \(String(describing: member.last)), the room at \(self.room)"
            throw RecoveryViolation(reason: "member \(index) \(place), the log at \(self.log.head)")
        }
        try self.compareWithFreshMember()
    }

    /// Whoever comes now sees what the log keeps, so nobody may show anything else in its place; nor may the node.
    ///
    /// There is one exception: a member may have read a message without its text from a log that then lost the deletion
    /// before anybody else had heard of it.
    private func compareWithFreshMember() throws {
        for (index, member) in self.members.enumerated() {
            for (seq, payload) in member.shown {
                guard let kept = self.log.payload(seq), kept != payload else { continue }
                if self.log.hasLostDeletion, payload == PublicationCodec.deleted(kept) { continue }
                throw RecoveryViolation(reason: "member \(index) shows something else as \(seq) than the log has")
            }
        }
        let kept = self.tail.last.flatMap {
            self.tail.messages(after: LogPosition(epoch: $0.epoch, seq: self.log.first))
        }
        for message in kept ?? [] where self.log.payload(message.position.seq) != message.payload {
            throw RecoveryViolation(reason: "the tail keeps something else as \(message.position) than the log")
        }
    }

    private mutating func advance(_ index: Int) throws {
        // A broker that reads its log for a member knows from then on how far the log has come.
        if self.members[index].isAboutToRead(self.room, self.tail) { self.feed.stored(self.log.head) }
        switch try self.members[index].advance(self.room, self.tail, self.log) {
        case .nothing: break
        // To ask for the head makes the broker look, when the log is another one than the feed follows.
        case .checkHead: self.check()
        }
    }

    // MARK: The broker

    private mutating func ask(_ read: LogRead?) { if let read { self.asked = read } }

    private mutating func check(hasWaited: Bool = false) {
        if case .read(let read) = self.feed.check(hasWaited: hasWaited) { self.ask(read) }
    }

    private mutating func arrive() throws {
        let publication = self.channel.removeFirst()
        switch self.feed.received(publication) {
        case .deliver: try self.hand([.publication(publication)])
        case .read(let read): self.ask(read)
        case .hold, .drop: break
        }
    }

    private mutating func useReading() throws {
        guard let (page, anchor) = self.reading else { return }
        (self.asked, self.reading) = (nil, nil)
        switch self.feed.read(page, anchor: anchor) {
        case .deliver(let events): try self.hand(events)
        case .read(let events, let next):
            try self.hand(events)
            self.ask(next)
        // The broker reads again after a while; see `settle`.
        case .wait(let events): try self.hand(events)
        case .replaceEpoch(let epoch, let next):
            self.log.replaceEpoch(epoch)
            self.ask(next)
        case .ignore: throw RecoveryViolation(reason: "a reading was not wanted")
        }
    }

    // MARK: The shard

    private mutating func hand(_ events: [RoomFeedEvent]) throws {
        for event in events {
            switch event {
            case .publication(let publication): try self.hand(publication)
            case .gap(let epoch, let from, let to):
                guard self.room == LogPosition(epoch: epoch, seq: from - 1) else {
                    throw RecoveryViolation(reason: "the gap \(from)…\(to) came to a room at \(self.room)")
                }
                guard !self.channel.contains(where: { $0.position.epoch == epoch && $0.position.seq == from }) else {
                    throw RecoveryViolation(reason: "the gap \(from)…\(to) is made of messages that are on their way")
                }
                self.move(to: LogPosition(epoch: epoch, seq: to))
                try self.tell { try $0.receive(from...to, epoch, $1) }
            case .reset(let head):
                guard head.epoch != self.room.epoch else {
                    throw RecoveryViolation(reason: "a reset came to a room that is in the same log")
                }
                self.move(to: LogPosition(epoch: head.epoch, seq: 0))
                try self.tell { member, _ in try member.receive(reset: head) }
            }
        }
    }

    private mutating func hand(_ publication: Publication) throws {
        guard publication.position == LogPosition(epoch: self.room.epoch, seq: self.room.seq + 1) else {
            throw RecoveryViolation(reason: "\(publication.position) came to a room at \(self.room)")
        }
        let known = self.delivered.updateValue(publication.payload, forKey: publication.position)
        guard known.map({ PublicationCodec.isSame(publication.payload, $0) }) ?? true else {
            throw RecoveryViolation(reason: "two messages were handed on as \(publication.position)")
        }
        self.room = publication.position
        self.tail.append(publication)
        try self.tell { member, _ in try member.receive(publication) }
    }

    private mutating func move(to position: LogPosition) {
        self.room = position
        self.tail.removeAll()
    }

    /// Tells those who are live.
    private mutating func tell(_ body: (inout ModelMember, ModelLog) throws -> Void) throws {
        for index in self.members.indices where self.members[index].isLive {
            try body(&self.members[index], self.log)
        }
    }
}
