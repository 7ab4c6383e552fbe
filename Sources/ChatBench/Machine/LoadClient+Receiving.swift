internal import ChatCore
internal import ChatWebSocket
internal import NIOCore

/// Input of the connection.
extension LoadClient {
    /// Bytes came.
    ///
    /// - Returns: The reason to close the connection; nil to go on.
    mutating func received(
        _ bytes: ByteBuffer,
        now: Int,
        _ meter: inout LoadMeter,
        _ out: inout ByteBuffer
    ) -> LoadEnd? {
        guard self.stage != .ended else { return nil }
        meter.read(bytes.readableBytes, now: now)
        var bytes = bytes
        if self.handshake != nil {
            switch self.handshake?.received(bytes) {
            case nil: return nil
            case .open(let rest):
                self.handshake = nil
                self.stage = .greeting
                self.write(#"{"type":"hello","id":\#(Self.hello),"name":"\#(self.name)"}"#, to: &out)
                bytes = rest
            case .refused(let status, let code, let reason): return self.end(.refused(status, code, reason))
            case .failed(let reason): return self.end(.broken(reason))
            }
        }
        return self.readFrames(bytes, now, &meter, &out)
    }

    /// The connection is gone.
    mutating func closed() -> LoadEnd? {
        guard self.stage != .ended else { return nil }
        switch self.handshake?.closed() {
        case .refused(let status, let code, let reason): return self.end(.refused(status, code, reason))
        case .failed(let reason): return self.end(.broken(reason))
        case .open, nil: return self.end(.broken("the connection broke"))
        }
    }

    /// The connection could not be made, or it broke.
    mutating func failed(_ reason: String) -> LoadEnd? { self.stage == .ended ? nil : self.end(.broken(reason)) }
}

// MARK: - Frames

extension LoadClient {
    private mutating func readFrames(
        _ bytes: ByteBuffer,
        _ now: Int,
        _ meter: inout LoadMeter,
        _ out: inout ByteBuffer
    ) -> LoadEnd? {
        var input = bytes
        if self.rest.readableBytes > 0 {
            self.rest.writeImmutableBuffer(bytes)
            (input, self.rest) = (self.rest, ByteBuffer())
        }
        var end: LoadEnd?
        let consumed = input.withUnsafeReadableBytes { raw in
            var offset = 0
            do throws(FrameError) {
                while end == nil, let frame = try WholeFrame.read(raw, at: offset) {
                    offset = frame.payload.upperBound
                    let payload = UnsafeRawBufferPointer(rebasing: raw[frame.payload])
                    end = self.received(frame.opcode, payload, now, &meter, &out)
                }
            } catch {
                end = self.end(.broken("the server broke RFC 6455: \(error.reason)"))
            }
            return offset
        }
        if end == nil, consumed < input.readableBytes {
            input.moveReaderIndex(forwardBy: consumed)
            // Copies the few bytes that are left, so that they do not keep the whole buffer of the read alive.
            self.rest = ByteBuffer(bytes: input.readableBytesView)
        }
        return end
    }

    private mutating func received(
        _ opcode: Opcode,
        _ payload: UnsafeRawBufferPointer,
        _ now: Int,
        _ meter: inout LoadMeter,
        _ out: inout ByteBuffer
    ) -> LoadEnd? {
        switch opcode {
        case .text: return self.text(payload, now, &meter)
        case .ping: FrameEncoder.write(.pong, ByteBuffer(bytes: payload), mask: self.mask(), to: &out)
        case .pong: break
        case .close:
            let code = payload.count < 2 ? nil : UInt16(payload[0]) << 8 | UInt16(payload[1])
            return self.end(.closed(code, String(decoding: payload.dropFirst(2), as: UTF8.self)))
        case .binary, .continuation: return self.end(.broken("the server sent something that is no text"))
        }
        return nil
    }

    private mutating func text(_ payload: UnsafeRawBufferPointer, _ now: Int, _ meter: inout LoadMeter) -> LoadEnd? {
        switch self.scanner.scan(payload) {
        case .delivery(let seq, let token):
            if let fault = self.check.received(seq) { meter.faults[fault, default: 0] += 1 }
            guard let token else { return nil }
            meter.delivered(due: token.due, now: now)
            guard token.sender == self.sender else { return nil }
            // One member of the room reports its head; the others would only repeat it.
            meter.raise(room: self.room, to: seq)
            self.underWay -= 1
        case .receipt(let id, let seq):
            meter.raise(room: self.room, to: seq)
            if let due = self.pending.answer(id) { meter.acknowledged(due: due, now: now) }
        case .presence: break
        case .other: return self.decoded(ByteBuffer(bytes: payload), now, &meter)
        }
        return nil
    }

    /// Rare messages are decoded in full, as every client does.
    private mutating func decoded(_ text: ByteBuffer, _ now: Int, _ meter: inout LoadMeter) -> LoadEnd? {
        guard let message = try? ServerMessage(decoding: text) else {
            return self.end(.broken("the server sent something that is no message of chat.v1"))
        }
        switch message {
        case .event(.welcome): if self.stage == .greeting { self.stage = .welcome }
        case .event(.gap(_, _, from: _, to: let last)):
            meter.gaps += 1
            self.check.moved(to: last)
        case .event(.reset):
            meter.resets += 1
            self.check.moved(to: 0)
        case .ok(let fields) where fields.id == Self.join:
            guard let reply = try? fields.joined() else {
                return self.end(.broken("the server's answer to the join was not understood"))
            }
            self.check.joined(at: reply.head.seq)
            self.stage = .joined
        case .error(let refusal): return self.refused(refusal, now, &meter)
        case .event, .ok, .unknown: break
        }
        return nil
    }

    private mutating func refused(_ refusal: CommandRefusal, _ now: Int, _ meter: inout LoadMeter) -> LoadEnd? {
        let code = refusal.error.code.rawValue
        guard let id = refusal.id, id >= Self.firstSend else {
            if self.stage == .joined {
                meter.error(code)
                return nil
            }
            return self.end(.refused(nil, code, refusal.error.message))
        }
        meter.error(code)
        if self.pending.answer(id) != nil { self.underWay -= 1 }
        let rest =
            refusal.error.retryMilliseconds.map { min(max(0, $0), 3_600_000) * 1_000_000 } ?? Self.restNanoseconds
        self.pausedUntil = max(self.pausedUntil, now + rest)
        return nil
    }
}
