internal import ChatCore
internal import NIOCore

/// Stores messages in the logs of rooms, and reads them.
///
/// It belongs to the broker and is used on its event loop only.
final class RoomLogs {
    private let endpoints: EndpointMap
    private let requests: RoomRequests
    private let rooms: RoomFollower
    private let index: RoomDirectory
    /// Waits for replicas to confirm messages; nil: they are not asked.
    private let commits: ReplicaConfirmation?

    init(
        _ endpoints: EndpointMap,
        _ requests: RoomRequests,
        _ rooms: RoomFollower,
        _ index: RoomDirectory,
        _ configuration: RedisConfiguration
    ) {
        (self.endpoints, self.requests, self.rooms, self.index) = (endpoints, requests, rooms, index)
        let link = endpoints.common.logLink
        self.commits = configuration.replicas > 0 ? ReplicaConfirmation(over: link, configuration) : nil
    }

    /// Stores, numbers and publishes messages, those of a room in the order given.
    func publish(_ drafts: [Draft]) async -> [Result<Receipt, BrokerError>] {
        let sending = SendBatches(drafts)
        let endpoint = self.endpoints.common
        let requests = sending.batches.map { self.requests.send($0, legacyNodes: endpoint.hearing.legacyNodes) }
        let answers: [SendAnswer]
        if let commits {
            let (results, confirmed) = await commits.commit(requests)
            answers = zip(sending.batches, results).map { self.answer($0, $1).confirmed(by: confirmed) }
        } else {
            answers = zip(sending.batches, await endpoint.commands.performAll(requests)).map { self.answer($0, $1) }
        }
        return sending.places.map { answers[$0.batch].results[$0.place] }
    }

    /// Reads the results of a batch, and remembers the head of the log.
    private func answer(_ batch: SendBatch, _ result: RedisResult) -> SendAnswer {
        let answer = SendAnswer(result, count: batch.drafts.count)
        if let position = answer.lastPosition {
            self.rooms.stored(position, in: batch.room)
            self.index.touch(batch.room)
        }
        return answer
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

    private func read(_ part: RoomRequests.Part, of room: RoomName) async throws(BrokerError) -> LogPage {
        let request = self.requests.read(part, of: room, makesEpoch: false)
        let reply = try await self.endpoints.endpoint(of: room).commands.perform(request)
        guard let reading = LogReading(reply) else { throw .isUnintelligible }
        // A caller may get messages that the feed has not seen yet: if the log is shorter later, it was rolled back.
        self.rooms.stored(reading.page.headPosition, in: room)
        return reading.page
    }

    /// Fails requests that have waited too long to be stored.
    func tick(_ now: NIODeadline) { self.commits?.tick(now) }
}
