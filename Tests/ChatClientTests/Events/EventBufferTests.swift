import ChatCore
import Synchronization
import Testing

@testable import ChatClient

extension EventBuffer {
    /// What a client does with each event.
    fileprivate func send(_ event: ClientEvent) async {
        self.append(event)
        await self.waitForRoom()
    }
}

@Suite(.patience)
struct EventBufferTests {
    private let room: RoomName

    init() throws { self.room = try RoomName("lobby") }

    /// An event that bears a number.
    private func event(_ number: Int) -> ClientEvent {
        .received(.presence(room: self.room, memberCount: number, version: number))
    }

    /// A producer of so many events, and how many of them have been taken off its hands.
    private func produce(_ numbers: ClosedRange<Int>, _ buffer: EventBuffer) -> (task: Task<Void, Never>, sent: Counter)
    {
        let (sent, events) = (Counter(), numbers.map { self.event($0) })
        let task = Task {
            for event in events {
                await buffer.send(event)
                sent.add()
            }
        }
        return (task, sent)
    }

    private final class Counter: Sendable {
        private let count = Mutex(0)
        var value: Int { self.count.withLock(\.self) }
        func add() { self.count.withLock { $0 += 1 } }
    }

    /// Gives a producer that must stand still the chance to go on.
    private func letOthersRun() async { for _ in 0..<1000 { await Task.yield() } }

    @Test func `events come in order`() async {
        let buffer = EventBuffer(capacity: 10)
        for number in 1...9 { await buffer.send(self.event(number)) }
        for number in 1...9 { #expect(await buffer.next() == self.event(number)) }
    }

    @Test func `the producer waits while the queue is full, and goes on when something was taken`() async {
        let buffer = EventBuffer(capacity: 3)
        let (task, sent) = self.produce(1...5, buffer)
        while buffer.hasRoom { await Task.yield() }
        await self.letOthersRun()
        // The third is in the queue, and its producer waits beside it.
        #expect(sent.value == 2)
        for number in 1...5 { #expect(await buffer.next() == self.event(number)) }
        await task.value
        #expect(sent.value == 5 && buffer.hasRoom)
    }

    @Test func `while an answer is awaited four times as much has room, and no more`() async {
        let buffer = EventBuffer(capacity: 2)
        let (task, sent) = self.produce(1...20, buffer)
        while buffer.hasRoom { await Task.yield() }
        buffer.setAwaiting(true)
        while sent.value < 7 || buffer.hasRoom { await Task.yield() }
        await self.letOthersRun()
        #expect(sent.value == 7 && !buffer.hasRoom)
        // When the answer has come, the program has to make room before anything more is read.
        buffer.setAwaiting(false)
        for number in 1...6 { #expect(await buffer.next() == self.event(number)) }
        await self.letOthersRun()
        #expect(sent.value == 7)
        for number in 7...20 { #expect(await buffer.next() == self.event(number)) }
        await task.value
    }

    @Test func `where there is no connection nobody is held up`() async {
        let buffer = EventBuffer(capacity: 2)
        let (task, sent) = self.produce(1...6, buffer)
        while buffer.hasRoom { await Task.yield() }
        await self.letOthersRun()
        #expect(sent.value == 1)
        buffer.setHolding(false)
        await task.value
        buffer.setHolding(true)
        #expect(!buffer.hasRoom && !buffer.isOverfull)
        for number in 7...8 { buffer.append(self.event(number)) }
        #expect(buffer.isOverfull)
        for number in 1...8 { #expect(await buffer.next() == self.event(number)) }
    }

    @Test func `a program that waits gets an event past the queue`() async {
        let buffer = EventBuffer(capacity: 1)
        let next = Task { await buffer.next() }
        await self.letOthersRun()
        await buffer.send(self.event(1))
        #expect(await next.value == self.event(1))
        #expect(buffer.hasRoom)
    }

    @Test func `a producer that is cancelled waits no more, and its event is there`() async {
        let buffer = EventBuffer(capacity: 1)
        let (task, _) = self.produce(1...1, buffer)
        while buffer.hasRoom { await Task.yield() }
        task.cancel()
        await task.value
        #expect(await buffer.next() == self.event(1))
    }

    @Test func `a program that is cancelled waits no more, and takes nothing`() async {
        let buffer = EventBuffer(capacity: 2)
        let next = Task { await buffer.next() }
        next.cancel()
        #expect(await next.value == nil)
        await buffer.send(self.event(1))
        #expect(await buffer.next() == self.event(1))
    }

    @Test func `the end lets the producer go, leaves what is there, and takes nothing more`() async {
        let buffer = EventBuffer(capacity: 2)
        let (task, _) = self.produce(1...2, buffer)
        while buffer.hasRoom { await Task.yield() }
        buffer.finish()
        await task.value
        await buffer.send(self.event(3))
        #expect(await buffer.next() == self.event(1))
        #expect(await buffer.next() == self.event(2))
        #expect(await buffer.next() == nil)
    }

    @Test func `the end lets a program go that waits`() async {
        let buffer = EventBuffer(capacity: 2)
        let next = Task { await buffer.next() }
        await self.letOthersRun()
        buffer.finish()
        #expect(await next.value == nil)
    }
}
