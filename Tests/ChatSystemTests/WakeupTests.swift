import ChatSystem
import Synchronization
import Testing

@Suite(.patience)
struct WakeupTests {
    /// Far enough that no test sees it.
    private var never: ContinuousClock.Instant { .now + .seconds(86_400) }

    @Test func `a task that waits is woken`() async {
        let wakeup = Wakeup()
        async let woken: Void = wakeup.wait()
        wakeup.wake()
        await woken
    }

    @Test func `a wake-up that comes before is kept, and several are kept as one`() async {
        let wakeup = Wakeup()
        for _ in 0..<3 { wakeup.wake() }
        await wakeup.wait()
        // The second wait has nothing left to take: only its cancellation ends it.
        let second = Task {
            await wakeup.wait()
            return Task.isCancelled
        }
        second.cancel()
        #expect(await second.value)
    }

    @Test func `a cancelled task waits no more, and leaves no wake-up behind`() async {
        let wakeup = Wakeup()
        let cancelled = Task { await wakeup.wait() }
        cancelled.cancel()
        await cancelled.value
        let next = Task {
            await wakeup.wait()
            return Task.isCancelled
        }
        next.cancel()
        #expect(await next.value)
    }

    @Test func `a time that has come ends the waiting, and a wake-up after it is kept`() async {
        let wakeup = Wakeup()
        await wakeup.wait(until: .now)
        wakeup.wake()
        await wakeup.wait()
    }

    @Test func `a wake-up ends a wait for a time that is far away`() async {
        let wakeup = Wakeup()
        async let woken: Void = wakeup.wait(until: self.never)
        wakeup.wake()
        await woken
    }

    @Test func `a cancelled task does not wait for a time either`() async {
        let (wakeup, never) = (Wakeup(), self.never)
        for deadline in [never, nil] {
            let waiting = Task { await wakeup.wait(until: deadline) }
            waiting.cancel()
            await waiting.value
        }
    }

    @Test func `who looks again after each wake-up misses nothing`() async {
        let wakeup = Wakeup()
        let count = Mutex(0)
        let producer = Task {
            for _ in 0..<1000 {
                count.withLock { $0 += 1 }
                wakeup.wake()
                await Task.yield()
            }
        }
        while count.withLock({ $0 < 1000 }) { await wakeup.wait() }
        await producer.value
    }

    @Test func `a wake-up and a cancellation at the same time end the waiting once`() async {
        for _ in 0..<500 {
            let wakeup = Wakeup()
            let waiting = Task { await wakeup.wait() }
            async let woken: Void = wakeup.wake()
            waiting.cancel()
            await woken
            // A continuation that was resumed twice or never would end the tests.
            await waiting.value
        }
    }
}
