import CZlib
import Testing

@testable import ChatDeflate

/// zlib's memory, of which the sanitizers see nothing.
@Suite(.patience)
struct ZlibStreamTests {
    /// Counts what zlib takes and gives back.
    private final class Memory {
        var live = 0
        var taken = 0
        /// How often it gives memory before there is none.
        var left: Int

        init(left: Int = .max) { self.left = left }

        /// A stream that takes its memory from here; it must not outlive this object.
        var blank: z_stream {
            var stream = z_stream()
            stream.opaque = Unmanaged.passUnretained(self).toOpaque()
            stream.zalloc = { memory, count, size in
                guard let memory else { return nil }
                let counts = Unmanaged<Memory>.fromOpaque(memory).takeUnretainedValue()
                guard counts.left > 0 else { return nil }
                counts.left -= 1
                counts.live += 1
                counts.taken += 1
                return .allocate(byteCount: Int(count) * Int(size), alignment: 16)
            }
            stream.zfree = { memory, address in
                guard let memory else { return }
                Unmanaged<Memory>.fromOpaque(memory).takeUnretainedValue().live -= 1
                address?.deallocate()
            }
            return stream
        }
    }

    private static let kinds: [ZlibStream.Kind] = [.deflating(window: 9), .deflating(window: 15), .zipping, .inflating]

    @Test(arguments: kinds.indices)
    func `a stream gives all of its memory back`(kind: Int) {
        let memory = Memory()
        #expect(self.work(with: memory, Self.kinds[kind]))
        #expect(memory.taken > 0 && memory.live == 0)
    }

    /// Uses a stream, and ends it.
    ///
    /// - Returns: Whether there was memory for it.
    private func work(with memory: Memory, _ kind: ZlibStream.Kind) -> Bool {
        guard let stream = ZlibStream(kind, memory.blank) else { return false }
        #expect(memory.live > 0)
        let input = [UInt8](repeating: 0x61, count: 5000)
        var output = [UInt8](repeating: 0, count: 6000)
        for _ in 0..<3 {
            let step = input.withUnsafeBytes { input in
                // For the one that inflates, these are no deflate data.
                output.withUnsafeMutableBytes { stream.use(input, $0) }
            }
            #expect(step.read > 0)
            stream.reset()
        }
        return true
    }

    @Test(arguments: kinds.indices)
    func `a stream that gets no memory for all of its parts gives back the others`(kind: Int) {
        var parts = 0
        while true {
            let memory = Memory(left: parts)
            let isWhole = self.work(with: memory, Self.kinds[kind])
            #expect(memory.live == 0)
            if isWhole { break }
            parts += 1
        }
        #expect(parts > 0)
    }
}

extension ZlibStream {
    /// Takes a step in its direction.
    fileprivate borrowing func use(_ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer) -> Step {
        self.isInflating ? self.inflate(input, to: output) : self.deflate(input, to: output, isLast: false)
    }
}
