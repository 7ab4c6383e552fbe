import ChatSystem
import Synchronization
import Testing

@Suite(.patience)
struct CancellationShieldTests {
    @Test func `a cancelled task asks the work to end and waits until it has`() async {
        let asked = Promised<Void>()
        let steps = Mutex<[String]>([])
        let task = Task {
            await withCancellationShield {
                _ = await asked.wait()
                steps.withLock { $0.append(Task.isCancelled ? "the work is cancelled" : "goodbye") }
            } onCancel: {
                asked.resolve(())
            }
            steps.withLock { $0.append(Task.isCancelled ? "cancelled" : "not cancelled") }
        }
        task.cancel()
        await task.value
        #expect(steps.withLock(\.self) == ["goodbye", "cancelled"])
    }

    @Test func `work that nobody cancels gives its result`() async {
        #expect(await withCancellationShield({ 7 }, onCancel: { Issue.record("nobody cancelled") }) == 7)
    }
}
