internal import ChatCore
internal import Logging
internal import NIOCore

/// Stores messages in the logs of rooms, and reads them.
///
/// It belongs to the broker and is used on its event loop only.
final class RoomLogs {
    private let router: RequestRouter
    private let requests: RoomScriptCalls
    private let rooms: FollowedRooms
    private let directory: RoomDirectory
    private let logger: Logger
    private var refusals = OutageReasons()

    init(
        _ router: RequestRouter,
        _ requests: RoomScriptCalls,
        _ rooms: FollowedRooms,
        _ directory: RoomDirectory,
        _ logger: Logger
    ) {
        (self.router, self.requests, self.rooms, self.directory) = (router, requests, rooms, directory)
        self.logger = logger
    }

    /// Stores, numbers and publishes messages, those of a room in the order given.
    func publish(_ drafts: [Draft]) async -> [Result<Receipt, BrokerError>] {
        let sending = SendBatches(drafts)
        let requests = sending.batches.map { self.requests.send($0, legacyNodes: self.router.legacyNodes) }
        let answers = zip(sending.batches, await self.router.store(requests)).map { batch, stored in
            self.answer(stored, count: batch.drafts.count, of: batch.room)
        }
        return sending.places.map { answers[$0.batch].results[$0.place] }
    }

    /// Reads the results for some messages, and remembers the head of the log.
    private func answer(_ stored: RequestRouter.Stored, count: Int, of room: RoomName) -> SendAnswer {
        let answer = SendAnswer(stored.result, count: count)
        if let position = answer.lastPosition {
            self.rooms.stored(position, in: room)
            self.directory.touch(room)
        }
        let confirmed = stored.confirmed.map { answer.confirmed(by: $0) } ?? answer
        if case .failure(let reason)? = confirmed.results.last { self.note(reason) }
        return confirmed
    }

    /// Logs why Redis does not take messages, each new reason once in a while: the connections themselves are well, so nobody
    /// else would.
    private func note(_ reason: BrokerError) {
        guard reason.code == .refused || reason.code == .unconfirmed, self.refusals.isNews(reason, .now()) else {
            return
        }
        self.logger.warning("Redis did not take a message", metadata: ["reason": "\(reason.reason)"])
    }

    /// Deletes a message.
    func delete(_ deletion: Deletion) async throws(BrokerError) -> Receipt? {
        guard deletion.seq > 0 else { return nil }
        let page = try await self.page(deletion.room, after: deletion.seq - 1, limit: 1)
        guard let message = page.publications.first, message.position.seq == deletion.seq,
            deletion.epoch ?? page.epoch == page.epoch, let deleted = PublicationCodec.deleted(message.payload)
        else { return nil }
        let request = self.requests.delete(deletion, replacingBy: deleted)
        guard let stored = await self.router.store([request]).first else { throw .isUnintelligible }
        // The epoch alone: the message has left the log meanwhile.
        if case .success(let reply) = stored.result, reply.array?.count == 1 { return nil }
        return try self.answer(stored, count: 1, of: deletion.room).results[0].get()
    }

    /// Reads messages that follow a number, oldest first.
    func page(_ room: RoomName, after seq: Int, limit: Int) async throws(BrokerError) -> LogPage {
        try await self.read(.after(max(0, seq), limit: limit), of: room)
    }

    /// Reads messages that precede a number, oldest first.
    func page(_ room: RoomName, before seq: Int?, limit: Int) async throws(BrokerError) -> LogPage {
        var page = try await self.read(.before(seq ?? 1 << 52, limit: limit), of: room)
        page.publications.reverse()
        return page
    }

    private func read(_ part: RoomScriptCalls.Part, of room: RoomName) async throws(BrokerError) -> LogPage {
        let request = self.requests.read(part, of: room, makesEpoch: false)
        let reply = try await self.router.perform(request)
        guard let reading = LogAnswer(reply) else { throw .isUnintelligible }
        // A caller may get messages that the feed has not seen yet: if the log is shorter later, it was rolled back.
        self.rooms.stored(reading.page.headPosition, in: room)
        return reading.page
    }

    /// Removes every message of a room; nodes that listen to it are told.
    func clear(_ room: RoomName) async throws(BrokerError) {
        var request = self.requests.clear(room, telling: RoomPayload.cleared(room))
        request.way = .log
        _ = try await self.router.perform(request)
    }
}
