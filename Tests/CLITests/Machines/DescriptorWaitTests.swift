import Glibc
import Testing

@testable import ChatSystem

@Suite(.patience) struct DescriptorWaitTests {
    @Test func `a wait that was cancelled does not cancel the next one`() async {
        var ends: [Int32] = [-1, -1]
        pipe(&ends)
        let (output, input) = (ends[0], ends[1])
        defer { for end in [output, input] { close(end) } }
        let wait = DescriptorWait()
        let first = Task { await wait.wait(for: output, POLLIN) }
        first.cancel()
        #expect(await first.value == .cancelled)
        #expect(await wait.wait(for: output, POLLIN, within: 0) == .timeout)
        var byte: UInt8 = 1
        write(input, &byte, 1)
        #expect(await wait.wait(for: output, POLLIN) == .ready)
    }
}
