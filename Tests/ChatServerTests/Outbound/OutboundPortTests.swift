import ChatCore
import NIOCore
import Testing

@testable import ChatNode

/// What leaves by the socket and what by the channel, and that nobody can tell which.
@Suite(.patience)
struct OutboundPortTests {
    /// A thousand bytes that tell one write from another.
    private static func frame(_ number: Int) -> [UInt8] {
        Array(repeating: UInt8(truncatingIfNeeded: number), count: 1000)
    }

    private static func buffer(_ number: Int) -> ByteBuffer { ByteBuffer(bytes: Self.frame(number)) }

    @Test func `a socket that takes everything is written to directly`() async throws {
        try await PortFixture.with { fixture in
            let throughChannel = try await fixture.onLoop { box in
                #expect(box.port.write(Self.buffer(1)) == .queued(isFirst: true))
                #expect(box.port.write(Self.buffer(2)) == .queued(isFirst: false))
                box.port.flush()
                return box.spy.bytes
            }
            #expect(throughChannel == 0)
            #expect(try await fixture.receive(2000) == Self.frame(1) + Self.frame(2))
        }
    }

    @Test func `what is shared by many ports is not changed by what one of them adds`() async throws {
        try await PortFixture.with { fixture in
            let shared = Self.buffer(1)
            try await fixture.onLoop { box in
                _ = box.port.write(shared)
                _ = box.port.write(Self.buffer(2))
                box.port.flush()
            }
            #expect(shared == Self.buffer(1))
        }
    }

    @Test func `order is kept when a socket takes a part, nothing, and everything again`() async throws {
        try await PortFixture.with { fixture in
            let throughChannel = try await fixture.onLoop { box in
                for number in 0..<500 {
                    _ = box.port.write(Self.buffer(number))
                    box.port.flush()
                }
                return box.spy.bytes
            }
            // The first ones went by the socket, the last ones waited behind what it did not take.
            #expect(0 < throughChannel && throughChannel < 500_000)
            #expect(try await fixture.receive(500_000) == (0..<500).flatMap(Self.frame))
            let after = try await fixture.onLoop { box in
                _ = box.port.write(Self.buffer(7))
                box.port.flush()
                return box.spy.bytes
            }
            #expect(after == throughChannel)
            #expect(try await fixture.receive(1000) == Self.frame(7))
        }
    }

    @Test func `so much waits as may wait, and not a write more`() async throws {
        try await PortFixture.with(limit: 100_000) { fixture in
            try await fixture.onLoop { box in
                let limit = 100_000 + LogPage.maximumBytes
                var before = 0
                while box.port.write(Self.buffer(0)) != .overflow {
                    before = box.waiting
                    #expect(before <= limit)
                    box.port.flush()
                }
                #expect(box.waiting > limit && box.waiting <= limit + 1000)
                #expect(before > limit - 1000)
            }
        }
    }

    @Test func `what only waits for the end of the tick is no overflow`() async throws {
        try await PortFixture.with(limit: 1) { fixture in
            try await fixture.onLoop { box in
                let half = ByteBuffer(repeating: 1, count: LogPage.maximumBytes / 2 + 1000)
                #expect(box.port.write(half) == .queued(isFirst: true))
                #expect(box.port.write(half) == .queued(isFirst: false))
                // More than the limit is queued, and the socket has not been asked; it takes some of it.
                #expect(box.port.write(half) == .queued(isFirst: true))
                #expect(box.waiting > 0)
            }
        }
    }

    @Test func `the last frame comes after all that waits, and then the end`() async throws {
        try await PortFixture.with { fixture in
            try await fixture.onLoop { box in
                for number in 0..<100 {
                    _ = box.port.write(Self.buffer(number))
                    if number < 99 { box.port.flush() }
                }
                box.port.finish(with: Self.buffer(100), within: .seconds(60))
                // What comes too late must not come at all.
                box.port.detach()
            }
            #expect(try await fixture.receive(.max) == (0...100).flatMap(Self.frame))
        }
    }

    @Test func `the socket of a connection that has ended is not touched`() async throws {
        try await PortFixture.with { fixture in
            let throughChannel = try await fixture.onLoop { box in
                _ = box.port.write(Self.buffer(1))
                box.port.detach()
                box.port.flush()
                _ = box.port.write(Self.buffer(2))
                box.port.flush()
                return box.spy.bytes
            }
            #expect(throughChannel == 1000)
            #expect(try await fixture.receive(1000) == Self.frame(2))
        }
    }

    @Test func `a connection may end while it is written to`() async throws {
        try await PortFixture.with { fixture in
            try await fixture.onLoop { box in
                box.onInactive = { box.port.detach() }
                _ = box.port.write(Self.buffer(1))
                box.port.abort()
                #expect(box.onInactive == nil)
                _ = box.port.write(Self.buffer(2))
                box.port.flush()
            }
            #expect(try await fixture.receive(1000) == [])
        }
    }

    @Test func `a channel that has closed is not gone round`() async throws {
        try await PortFixture.with { fixture in
            try await fixture.onLoop { box in
                box.channel.close(promise: nil)
                // Nobody has told the port. The first look at the channel tells it.
                _ = box.port.write(Self.buffer(1))
                box.port.flush()
                #expect(box.spy.bytes == 1000)
            }
        }
    }

    @Test func `behind TLS everything goes through the channel`() async throws {
        try await PortFixture.with(hasTLS: true) { fixture in
            try await fixture.onLoop { box in #expect(SocketWriter.isAvailable(on: box.channel) == false) }
        }
        try await PortFixture.with { fixture in
            try await fixture.onLoop { box in #expect(SocketWriter.isAvailable(on: box.channel)) }
        }
    }
}

extension SocketWriter {
    fileprivate static func isAvailable(on channel: any Channel) -> Bool {
        if let socket = SocketWriter(of: channel) { return socket.write(ByteBuffer()) == 0 }
        return false
    }
}
