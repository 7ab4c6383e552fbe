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
    /// Where replicas must confirm what is stored; nil: nobody is asked.
    private let commits: ReplicatedCommits?

    init(
        _ endpoints: EndpointMap,
        _ requests: RoomRequests,
        _ rooms: RoomFollower,
        _ index: RoomDirectory,
        _ configuration: RedisConfiguration
    ) {
        (self.endpoints, self.requests, self.rooms, self.index) = (endpoints, requests, rooms, index)
        let link = endpoints.common.logLink
        self.commits = configuration.replicas > 0 ? ReplicatedCommits(over: link, configuration) : nil
    }

    /// Stores, numbers and publishes messages, in the order given.
    func publish(_ drafts: [Draft]) async -> [Result<Receipt, BrokerError>] {
        let endpoint = self.endpoints.common
        let requests = drafts.map { self.requests.send($0, legacyNodes: endpoint.hearing.legacyNodes) }
        guard let commits else {
            return zip(drafts, await endpoint.commands.performAll(requests)).map { self.receipt($0, $1) }
        }
        let (results, confirmed) = await commits.commit(requests)
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
            self.rooms.stored(receipt.position, in: draft.room)
            self.index.touch(draft.room)
            return .success(receipt)
        }
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
        // Somebody may be given what the feed has not seen yet: a log that then comes back shorter was rolled back.
        self.rooms.stored(reading.page.headPosition, in: room)
        return reading.page
    }

    /// Fails what has waited too long to be stored.
    func tick(_ now: NIODeadline) { self.commits?.tick(now) }
}
