import ChatCore

/// Reads pages of rooms' logs once for all tasks that want them at about the same time.
///
/// When a node or its network comes back, a thousand members of a room resume at once, from about the same place. Pages
/// begin at multiples of their size, so that neighbours want the same page. A page that is being read is awaited
/// instead of being read again, unless the log may have moved on since its request. A full page is kept for a moment,
/// for members that come a little later. It is not kept longer, since the log belongs to the broker.
actor ReplayPages {
    /// The most messages of a page.
    static let pageSize = 128
    /// The most pages that are kept; further ones are not kept.
    static let keptPages = 64
    /// The time for which a page is kept, and on until the next ``sweep(now:)``.
    static let freshness = Duration.seconds(1)

    private struct Key: Hashable {
        var room: RoomName
        var start: Int
    }

    /// The function that reads a page: ``Broker/log(_:after:limit:)``.
    typealias Read = @Sendable (RoomName, Int, Int) async throws(BrokerError) -> LogPage

    private let read: Read
    private var underWay: [Key: Task<Result<LogPage, BrokerError>, Never>] = [:]
    private var kept: [Key: (page: LogPage, since: ContinuousClock.Instant)] = [:]
    /// The time of the last sweep; while there is none, nothing is kept.
    private var now: ContinuousClock.Instant?

    /// Makes a reader.
    ///
    /// - Parameters:
    ///   - start: The time; nil: it keeps nothing before the first sweep.
    ///   - read: The function that reads a page.
    init(start: ContinuousClock.Instant? = nil, read: @escaping Read) {
        self.now = start
        self.read = read
    }

    /// The page with the message after a number; it may begin with earlier messages.
    ///
    /// - Parameters:
    ///   - room: The room.
    ///   - seq: The number.
    ///   - known: A position that the log is said to have reached; a reading that began before that is not shared.
    ///   - standing: A position that it has certainly reached; nil: none is known, and no kept page may be used.
    /// - Returns: The page.
    /// - Throws: ``BrokerError`` when it could not be read.
    func page(
        _ room: RoomName,
        after seq: Int,
        known: LogPosition,
        standing: LogPosition? = nil
    ) async throws(BrokerError) -> LogPage {
        let page = try await self.page(Key(room: room, start: seq - seq % Self.pageSize), known, standing)
        // Large messages may fill a page before the wanted one.
        guard let last = page.publications.last, last.position.seq <= seq, seq < page.head else { return page }
        return try await self.page(Key(room: room, start: seq), known, standing)
    }

    /// Drops the pages of a room, since a message in them was deleted.
    ///
    /// Pages that are being read are not kept.
    func forget(_ room: RoomName) {
        for key in self.kept.keys where key.room == room { self.kept[key] = nil }
        for key in self.underWay.keys where key.room == room { self.underWay[key] = nil }
    }

    /// Drops pages that were kept long enough.
    func sweep(now: ContinuousClock.Instant) {
        self.now = now
        for (key, kept) in self.kept where now - kept.since >= Self.freshness { self.kept[key] = nil }
    }

    private func page(
        _ key: Key,
        _ known: LogPosition,
        _ standing: LogPosition?
    ) async throws(BrokerError) -> LogPage {
        // Its messages are still valid; the present head of the log must come from elsewhere.
        if let standing, let kept = self.kept[key]?.page, kept.epoch == known.epoch, kept.epoch == standing.epoch,
            known.seq <= max(kept.head, standing.seq)
        {
            return kept
        }
        if let reading = self.underWay[key] {
            let page = try await reading.value.get()
            if page.epoch == known.epoch, page.head >= known.seq { return page }
            // It began before the log reached the known position, or that position is of no log: only a reading that
            // begins now can decide. One that another task has begun meanwhile is as good.
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
        let page = try? result.get()
        if self.underWay[key] == reading {
            self.underWay[key] = nil
            if let page { self.keep(page, key) }
        }
        return try result.get()
    }

    private func keep(_ page: LogPage, _ key: Key) {
        let isWhole = page.publications.count == Self.pageSize || page.publications.last?.position.seq != page.head
        guard isWhole, !page.publications.isEmpty, let now else { return }
        if self.kept[key] != nil || self.kept.count < Self.keptPages { self.kept[key] = (page, now) }
    }
}
