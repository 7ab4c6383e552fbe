import Glibc
import Testing

@testable import ChatSystem

/// What the system says of this process.
@Suite(.patience)
struct ProcessReadingTests {
    @Test func `a reading is that of this process`() throws {
        let before = ProcessReading.now()
        #expect(before.residentBytes > 1_000_000 && before.virtualBytes >= before.residentBytes)
        #expect(before.processorMicroseconds > 0)
        let limit = try #require(before.maximumDescriptors)
        #expect(before.descriptors > 3 && before.descriptors <= limit)
        let start = try #require(ProcessReading.startTime())
        // The kernel counts it in ticks of ten milliseconds.
        #expect(start > 1_600_000_000_000 && start <= WallClock.now() + 20)
    }

    @Test func `the start stands behind a name that may have anything in it`() {
        let fields = (3...30).map { String($0 * 100) }.joined(separator: " ")
        #expect(ProcessReading.startTicks(stat: "1 (a) b (c) \(fields)") == 2200)
        #expect(ProcessReading.startTicks(stat: "1 (a) 1 2 3") == nil && ProcessReading.startTicks(stat: "") == nil)
    }

    @Test func `memory is in pages, and what cannot be read is none`() {
        var reading = ProcessReading()
        reading.readMemory("30 20 10 1 0 1 0", page: 4096)
        #expect(reading.virtualBytes == 30 * 4096 && reading.residentBytes == 20 * 4096)
        for wrong in ["", "1", "a b", "99999999999999999999 1"] {
            var none = ProcessReading()
            none.readMemory(wrong, page: 4096)
            #expect(none == ProcessReading())
        }
    }
}
