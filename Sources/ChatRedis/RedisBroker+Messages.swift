package import ChatCore
internal import NIOCore

extension RedisBroker {
    package func publish(_ drafts: [Draft]) async -> [Result<Receipt, BrokerError>] {
        let requests = drafts.map(self.sendRequest)
        guard self.configuration.replicas > 0 else {
            return zip(drafts, await self.performAll(requests)).map { self.receipt($0, $1) }
        }
        let (results, confirmed) = await self.commit(requests)
        return zip(drafts, results).map { draft, result in
            self.receipt(draft, result).flatMap { receipt in
                confirmed.map { count in
                    var receipt = receipt
                    receipt.replicas = count
                    return receipt
                }
                // It is stored, whatever became of the question who else has it.
                .mapError { BrokerError(.unconfirmed, $0.reason) }
            }
        }
    }

    /// Reads the answer to a message that was to be stored, and remembers how far the log has come.
    private func receipt(_ draft: Draft, _ result: RedisResult) -> Result<Receipt, BrokerError> {
        result.flatMap { reply in
            guard let receipt = Receipt(reply) else { return .failure(.isUnintelligible) }
            self.channels[self.addresses.address(of: draft.room).channel]?.feed.stored(receipt.position)
            self.touch(draft.room)
            return .success(receipt)
        }
    }

    private func sendRequest(_ draft: Draft) -> RedisRequest {
        let address = self.addresses.address(of: draft.room)
        let arguments = { (command: inout RedisCommand) in
            command.append(self.newEpoch())
            command.append(address.prefix)
            command.append(draft.tail)
            command.append(address.channel.rawValue)
        }
        guard let key = draft.key else {
            var request = RedisRequest(.send, keys: address.meta, address.log, arguments: arguments)
            // Whether it was stored cannot be found out: to send it again could store it twice.
            request.isRepeatable = false
            return request
        }
        let keyed = { (command: inout RedisCommand) in
            arguments(&command)
            command.append(bytesOf: key.digest(of: draft.sender))
            command.append(self.secret)
            if self.legacyNodes == .present { command.append(1) }
        }
        guard self.legacyNodes != .gone else {
            return RedisRequest(.send, keys: address.meta, address.log, arguments: keyed)
        }
        let legacyKey = self.keys.legacyKey(draft.room, draft.sender, key)
        return RedisRequest(.send, keys: address.meta, address.log, legacyKey, arguments: keyed)
    }

    func channel(_ room: RoomName) -> ChannelName { ChannelName(self.keys.channel(room)) }
}

// MARK: - The log

extension RedisBroker {
    package func log(_ room: RoomName, after seq: Int, limit: Int) async throws(BrokerError) -> LogPage {
        try await self.readLog(room, "after", max(0, seq), limit)
    }

    package func log(_ room: RoomName, before seq: Int?, limit: Int) async throws(BrokerError) -> LogPage {
        var page = try await self.readLog(room, "before", seq ?? 1 << 52, limit)
        page.publications.reverse()
        return page
    }

    private func readLog(
        _ room: RoomName,
        _ mode: String,
        _ seq: Int,
        _ limit: Int
    ) async throws(BrokerError) -> LogPage {
        let reply = try await self.perform(self.readRequest(room, mode, seq, limit: limit, makesEpoch: false))
        guard let reading = LogReading(reply) else { throw .isUnintelligible }
        // Somebody may be given what the feed has not seen yet: a log that then comes back shorter was rolled back.
        self.channels[self.channel(room)]?.feed.stored(reading.page.headPosition)
        return reading.page
    }

    /// Makes the request that reads a log.
    ///
    /// - Parameters:
    ///   - room: The room.
    ///   - mode: `head`, `after` or `before`.
    ///   - seq: The number that `after` and `before` speak of.
    ///   - limit: The most messages to give.
    ///   - makesEpoch: Whether a room that has no epoch gets one; who only looks leaves no trace.
    /// - Returns: The request; its answer makes a ``LogReading``.
    func readRequest(
        _ room: RoomName,
        _ mode: String,
        _ seq: Int,
        limit: Int,
        makesEpoch: Bool
    ) -> RedisRequest {
        RedisRequest(.read, keys: self.keys.meta(room), self.keys.log(room)) {
            $0.append(mode)
            $0.append(seq)
            $0.append(limit)
            $0.append(self.newEpoch())
            $0.append(makesEpoch ? 1 : 0)
        }
    }
}

extension Receipt {
    /// Reads what the script `send` answers.
    fileprivate init?(_ reply: RedisReply) {
        guard let parts = reply.array, parts.count == 4, let epoch = parts[0].epoch, let seq = parts[1].count,
            let time = parts[2].count
        else { return nil }
        self.init(
            position: LogPosition(epoch: epoch, seq: seq, time: time),
            time: time,
            isDuplicate: parts[3].count == 1
        )
    }
}

/// What the script `read` answers.
struct LogReading {
    var page: LogPage
    /// The message at the number that was asked for.
    var anchor: ByteBuffer?

    init?(_ reply: RedisReply) {
        guard let parts = reply.array, parts.count == 7, let epoch = parts[0].epoch, let first = parts[1].count,
            let head = parts[2].count, let flat = parts[4].array, let runs = parts[6].string,
            // Another program may have written there.
            (0...1 << 52).contains(head), (1...(1 << 52) + 1).contains(first)
        else { return nil }
        var publications: [Publication] = []
        publications.reserveCapacity(flat.count / 2)
        for index in stride(from: 0, to: flat.count - 1, by: 2) {
            guard let seq = flat[index].count, (1...1 << 52).contains(seq), let payload = flat[index + 1].bytes else {
                return nil
            }
            let position = LogPosition(epoch: epoch, seq: seq, time: PublicationCodec.time(of: payload))
            publications.append(Publication(position: position, payload: payload))
        }
        self.page = LogPage(
            epoch: epoch,
            first: first,
            head: head,
            headTime: parts[5].count,
            publications: publications,
            runs: LogRuns(redis: runs)
        )
        self.anchor = parts[3].bytes
    }
}

extension LogRuns {
    /// Reads the field `runs` of a room's `meta`: number and time of each beginning, `6:1790000000000 21:1790000100000 `.
    init(redis text: String) {
        self.init(
            text.split(separator: " ").compactMap { word in
                let parts = word.split(separator: ":")
                guard parts.count == 2, let seq = Int(parts[0]), let time = Int(parts[1]) else { return nil }
                return Beginning(seq: seq, time: time)
            }
        )
    }
}

extension RedisReply {
    fileprivate var epoch: Epoch? { self.string.flatMap { try? Epoch($0) } }
}
