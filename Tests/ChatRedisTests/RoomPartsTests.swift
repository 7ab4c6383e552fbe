import BrokerContract
import ChatCore
import NIOCore
import Testing

@testable import ChatRedis

@Suite("When a loss of members is told", .patience)
struct LossNewsTests {
    private var news = LossNews()
    private let now = NIODeadline.uptimeNanoseconds(0)
    private let interval = TimeAmount.seconds(10)

    @Test
    mutating func `one telling counts for a while`() {
        #expect(self.news.lastTold == nil)
        #expect(self.news.happened(self.now, unlessWithin: self.interval) == true)
        #expect(self.news.happened(self.now + .seconds(9), unlessWithin: self.interval) == false)
        #expect(self.news.lastTold == self.now)
        #expect(self.news.happened(self.now + .seconds(10), unlessWithin: self.interval) == true)
        #expect(self.news.lastTold == self.now + .seconds(10))
    }

    @Test
    mutating func `what came too soon is told later, once`() {
        #expect(self.news.postpone() == nil)
        _ = self.news.happened(self.now, unlessWithin: self.interval)
        #expect(self.news.postpone() == self.now)
        #expect(self.news.postpone() == nil)
        // Another node tells of it in between.
        #expect(self.news.happened(self.now + .seconds(10), unlessWithin: self.interval) == true)
        #expect(self.news.postpone() == nil)
        self.news.isDue()
        #expect(self.news.postpone() == self.now + .seconds(10))
    }
}

@Suite("When the table of leases is read", .patience)
struct LookScheduleTests {
    private let now = NIODeadline.uptimeNanoseconds(0)

    @Test
    func `regular looks come at their times, and one that was told of between them is none`() {
        var schedule = LookSchedule(interval: .seconds(5), now: self.now)
        #expect(schedule.isDue(self.now) == true)
        #expect(schedule.begin() == true)
        #expect(schedule.isDue(self.now + .seconds(4)) == false)
        schedule.hint(at: self.now + .seconds(2), isAtLeast: false)
        #expect(schedule.isDue(self.now + .seconds(3)) == true)
        #expect(schedule.begin() == false)
        #expect(schedule.isDue(self.now + .seconds(5)) == true)
        #expect(schedule.begin() == true)
        #expect(schedule.begin() == false)
    }

    @Test
    func `those who end at about the same time are swept together`() {
        var schedule = LookSchedule(interval: .hours(1), now: self.now)
        _ = schedule.isDue(self.now)
        schedule.hint(at: self.now + .seconds(1), isAtLeast: true)
        schedule.hint(at: self.now + .seconds(2), isAtLeast: true)
        // What was found in a room does not make it later.
        schedule.hint(at: self.now + .seconds(9), isAtLeast: false)
        #expect(schedule.isDue(self.now + .seconds(1)) == false)
        #expect(schedule.isDue(self.now + .seconds(2)) == true)
        #expect(schedule.isDue(self.now + .seconds(9)) == false)
    }
}

@Suite("Whom events are handed to", .patience)
struct SubscriberOutletsTests {
    @Test
    func `a subscriber is called once for all that it has got, and no one else`() throws {
        let (outlets, subscribers) = (SubscriberOutlets(), [CollectingSubscriber(), CollectingSubscriber()])
        let (first, second) = (outlets.outlet(of: subscribers[0]), outlets.outlet(of: subscribers[1]))
        let user = User(id: UserID("u"), name: try UserName("U"))
        outlets.hand(.renamed(user), to: first)
        outlets.hand(.renamed(user), to: first)
        #expect(subscribers[0].events.isEmpty)
        outlets.flush()
        outlets.flush()
        #expect(subscribers[0].events.count == 2)
        #expect(subscribers[1].events.isEmpty)
        #expect(outlets.attach(subscribers[1]) === second)
        #expect(outlets.attach(subscribers[1]) == nil)
        outlets.tellAttached(.presenceIsDoubtful(of: .all))
        #expect(subscribers.map(\.events.count) == [2, 1])
    }

    @Test
    func `an outlet is known until its last use has ended`() {
        let (outlets, subscriber) = (SubscriberOutlets(), CollectingSubscriber())
        let outlet = outlets.outlet(of: subscriber)
        outlets.began(outlet)
        outlets.began(outlet)
        outlets.ended(outlet)
        #expect(outlets.known(subscriber) === outlet)
        outlets.ended(outlet)
        #expect(outlets.known(subscriber) == nil)
    }
}
