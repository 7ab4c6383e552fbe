import ChatCore

/// Reads pages of rooms' logs once for all who want them at the same time.
///
/// When a node or its network comes back, a thousand members of a room resume at once, from about the same place. Pages
/// begin at multiples of their size, so that neighbours ask for the same page, and a page that is on its way is awaited
/// instead of being read again, unless the log may have moved on since it was asked for. Nothing is kept after that: the
/// log is the broker's.
actor LogReader {
    /// The most messages of a page.
    static let pageSize = 128

    private struct Key: Hashable {
        var room: RoomName
        var start: Int
    }

    /// How a page is read: ``Broker/log(_:after:limit:)``.
    typealias Read = @Sendable (RoomName, Int, Int) async throws(BrokerError) -> LogPage

    private let read: Read
    private var underWay: [Key: Task<Result<LogPage, BrokerError>, Never>] = [:]

    /// Makes a reader.
    init(read: @escaping Read) { self.read = read }

    /// The page in which the message after a number stands; it may begin with messages before that.
    ///
    /// - Parameters:
    ///   - room: The room.
    ///   - seq: The number.
    ///   - known: A position that the log is said to have come to; a reading that began before that is not shared.
    /// - Returns: The page.
    /// - Throws: ``BrokerError`` when it could not be read.
    func page(_ room: RoomName, after seq: Int, known: LogPosition) async throws(BrokerError) -> LogPage {
        let page = try await self.page(Key(room: room, start: seq - seq % Self.pageSize), known)
        // Large messages fill a page before it comes to the one that is wanted.
        guard let last = page.publications.last, last.position.seq <= seq, seq < page.head else { return page }
        return try await self.page(Key(room: room, start: seq), known)
    }

    private func page(_ key: Key, _ known: LogPosition) async throws(BrokerError) -> LogPage {
        if let reading = self.underWay[key] {
            let page = try await reading.value.get()
            if page.epoch == known.epoch, page.head >= known.seq { return page }
            // It began before the log came to what is known, or what is known is of no log: only one that begins now
            // can tell. Another one that has begun meanwhile is as good.
            if let later = self.underWay[key], later != reading { return try await later.value.get() }
        }
        return try await self.begin(key)
    }

    private func begin(_ key: Key) async throws(BrokerError) -> LogPage {
        let read = self.read
        let reading = Task<Result<LogPage, BrokerError>, Never> {
            do throws(BrokerError) {
                return .success(try await read(key.room, key.start, Self.pageSize))
            } catch {
                return .failure(error)
            }
        }
        self.underWay[key] = reading
        let result = await reading.value
        if self.underWay[key] == reading { self.underWay[key] = nil }
        return try result.get()
    }
}
