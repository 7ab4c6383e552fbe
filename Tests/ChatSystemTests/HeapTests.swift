import Glibc
import Testing

@testable import ChatSystem

/// What was freed goes back to the system.
@Suite(.patience)
struct HeapTests {
    private static let block = 1024
    private static let blocks = 256 * 1024

    private var resident: Int { ProcessUsage.of([getpid()])?.residentBytes ?? 0 }

    // The thread sanitizer brings an allocator of its own.
    @Test(.enabled(if: dlsym(nil, "__tsan_init") == nil))
    func `pages between blocks that live are given back`() throws {
        let blocks = (0..<Self.blocks).map { _ in
            let block = UnsafeMutableRawPointer.allocate(byteCount: Self.block, alignment: 16)
            _ = memset(block, 1, Self.block)
            return block
        }
        // One of 64 lives on, as sessions and names do.
        for (index, block) in blocks.enumerated() where index % 64 != 0 { block.deallocate() }
        let before = self.resident
        Heap.giveBackFreePages()
        let gain = before - self.resident
        for (index, block) in blocks.enumerated() where index % 64 == 0 { block.deallocate() }
        // Other tests allocate meanwhile.
        #expect(gain > Self.block * Self.blocks / 2)
    }
}
