import ChatSystem
import Testing

@Suite(.patience)
struct PromisedTests {
    @Test func `an answer that is there is not waited for`() async {
        let answer = Promised<Int>()
        answer.resolve(1)
        #expect(await answer.wait() == 1)
    }

    @Test func `everybody who waits gets the one answer, and a second one is ignored`() async {
        let answer = Promised<Int>()
        let waiting = (0..<10).map { _ in Task { await answer.wait() } }
        answer.resolve(1)
        answer.resolve(2)
        for task in waiting { #expect(await task.value == 1) }
        #expect(await answer.wait() == 1)
    }

    @Test func `who is cancelled waits no more, and the others go on`() async {
        let answer = Promised<Int>()
        let (impatient, patient) = (Task { await answer.wait() }, Task { await answer.wait() })
        impatient.cancel()
        #expect(await impatient.value == nil)
        answer.resolve(1)
        #expect(await patient.value == 1)
    }

    @Test func `a task that was cancelled before gets an answer that is there, and waits for no other`() async {
        let (known, unknown) = (Promised<Int>(), Promised<Int>())
        known.resolve(1)
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return (await known.wait(), await unknown.wait())
        }
        #expect(await task.value == (1, nil))
    }

    @Test func `an answer and a cancellation at the same time end the waiting once`() async {
        for _ in 0..<500 {
            let answer = Promised<Int>()
            let waiting = Task { await answer.wait() }
            async let resolved: Void = answer.resolve(1)
            waiting.cancel()
            await resolved
            // Either may have been first; a continuation that was resumed twice or never would end the tests.
            #expect([1, nil].contains(await waiting.value))
        }
    }
}
