package import ChatCore
internal import ChatMemory
package import Foundation

/// A broker of one process whose rooms' logs are plain files: what was acknowledged is there after the process was killed.
package final class FileBroker: Broker {
    package let kind = "files"
    package let answersAtOnce = true

    /// Whatever lives as long as the process.
    let memory: MemoryBroker

    /// Opens the logs in a folder.
    ///
    /// - Parameters:
    ///   - folder: The folder, which is there and belongs to this broker alone.
    ///   - limits: The limits of what is kept.
    ///   - now: The time, in milliseconds since the Unix epoch.
    /// - Throws: The error of the system for a file that cannot be read.
    package init(folder: URL, limits: LogLimits, now: @escaping @Sendable () -> Int) throws {
        self.memory = MemoryBroker(limits: limits, now: now)
    }

    // Everything below forgets what was said when the process ends. Replace it.

    package func publish(_ drafts: [Draft]) async -> [Result<Receipt, BrokerError>] {
        await self.memory.publish(drafts)
    }

    package func delete(_ deletion: Deletion) async throws(BrokerError) -> Receipt? {
        try await self.memory.delete(deletion)
    }

    package func subscribe(
        _ room: RoomName,
        _ subscriber: any BrokerSubscriber
    ) async throws(BrokerError) -> LogPosition { try await self.memory.subscribe(room, subscriber) }

    package func unsubscribe(_ room: RoomName, _ subscriber: any BrokerSubscriber) async {
        await self.memory.unsubscribe(room, subscriber)
    }

    package func log(_ room: RoomName, after seq: Int, limit: Int) async throws(BrokerError) -> LogPage {
        try await self.memory.log(room, after: seq, limit: limit)
    }

    package func log(_ room: RoomName, before seq: Int?, limit: Int) async throws(BrokerError) -> LogPage {
        try await self.memory.log(room, before: seq, limit: limit)
    }

    package func rooms(after cursor: RoomName?, limit: Int) async throws(BrokerError) -> RoomPage {
        try await self.memory.rooms(after: cursor, limit: limit)
    }

    package func clear(_ room: RoomName) async throws(BrokerError) { try await self.memory.clear(room) }
}
