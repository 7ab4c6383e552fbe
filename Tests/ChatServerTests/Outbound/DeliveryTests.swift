import ChatCore
import NIOCore
import Testing

@testable import ChatNode

/// Frames of a room that go to the socket without waiting for the flush, and when they do not.
@Suite(.patience)
struct DeliveryTests {
    private static func buffer(_ byte: UInt8, _ count: Int = 1000) -> ByteBuffer {
        ByteBuffer(repeating: byte, count: count)
    }

    @Test func `what a socket takes is sent without a flush`() async throws {
        try await PortFixture.with { fixture in
            try await fixture.onLoop { box in
                #expect(box.port.deliver(Self.buffer(1)) == .sent)
                #expect(box.port.waiting == 0)
                #expect(box.port.taken == 1000)
            }
            #expect(try await fixture.receive(1000) == Array(repeating: 1, count: 1000))
        }
    }

    @Test func `what is queued goes first`() async throws {
        try await PortFixture.with { fixture in
            try await fixture.onLoop { box in
                #expect(box.port.write(Self.buffer(1)) == .queued(isFirst: true))
                #expect(box.port.deliver(Self.buffer(2)) == .queued(isFirst: false))
                #expect(box.port.taken == 0)
                box.port.flush()
            }
            let expected = Array(repeating: UInt8(1), count: 1000) + Array(repeating: 2, count: 1000)
            #expect(try await fixture.receive(2000) == expected)
        }
    }

    @Test func `frames of several rooms wait for each other`() async throws {
        try await PortFixture.with { fixture in
            try await fixture.onLoop { box in
                box.port.isShared = true
                #expect(box.port.deliver(Self.buffer(1)) == .queued(isFirst: true))
                #expect(box.port.deliver(Self.buffer(2)) == .queued(isFirst: false))
                #expect(box.port.taken == 0)
                box.port.flush()
                #expect(box.port.taken == 2000)
            }
        }
    }

    @Test func `what a socket takes in part is queued from there, and the order is kept`() async throws {
        try await PortFixture.with { fixture in
            try await fixture.onLoop { box in
                #expect(box.port.deliver(Self.buffer(1, 200_000)) == .queued(isFirst: true))
                #expect(0 < box.port.taken && box.port.taken < 200_000)
                #expect(box.port.deliver(Self.buffer(2)) == .queued(isFirst: false))
                box.port.flush()
            }
            let expected = Array(repeating: UInt8(1), count: 200_000) + Array(repeating: 2, count: 1000)
            #expect(try await fixture.receive(201_000) == expected)
        }
    }

    @Test func `a buffer that many ports deliver stays as it is`() async throws {
        try await PortFixture.with { fixture in
            let shared = Self.buffer(1, 100_000)
            try await fixture.onLoop { box in
                _ = box.port.deliver(shared)
                _ = box.port.write(Self.buffer(2))
                box.port.flush()
            }
            #expect(shared == Self.buffer(1, 100_000))
        }
    }

    @Test func `nothing is delivered to a connection that has ended`() async throws {
        try await PortFixture.with { fixture in
            try await fixture.onLoop { box in
                box.port.abort()
                #expect(box.port.deliver(Self.buffer(1)) == .queued(isFirst: true))
                box.port.flush()
            }
            #expect(try await fixture.receive(.max) == [])
        }
    }
}
