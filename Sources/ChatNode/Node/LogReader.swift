import ChatCore

/// Reads pages of rooms' logs once for all who want them at about the same time.
///
/// When a node or its network comes back, a thousand members of a room resume at once, from about the same place. Pages
/// begin at multiples of their size, so that neighbours ask for the same page; a page that is on its way is awaited
/// instead of being read again, unless the log may have moved on since it was asked for, and one to which nothing can be
/// added is kept for a moment, for those who come a little later. No longer: the log is the broker's.
actor LogReader {
    /// The most messages of a page.
    static let pageSize = 128
    /// The most pages that are kept; what is read beyond that is not.
    static let keptPages = 64
    /// How long a page is kept, and until the next ``sweep(now:)``.
    static let freshness = Duration.seconds(1)

    private struct Key: Hashable {
        var room: RoomName
        var start: Int
    }

    /// How a page is read: ``Broker/log(_:after:limit:)``.
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
    ///   - read: How a page is read.
    init(start: ContinuousClock.Instant? = nil, read: @escaping Read) {
        self.now = start
        self.read = read
    }

    /// The page in which the message after a number stands; it may begin with messages before that.
    ///
    /// - Parameters:
    ///   - room: The room.
    ///   - seq: The number.
    ///   - known: A position that the log is said to have come to; a reading that began before that is not shared.
    ///   - standing: A position that it has come to for certain; nil: none is known, and no page that was kept will do.
    /// - Returns: The page.
    /// - Throws: ``BrokerError`` when it could not be read.
    func page(
        _ room: RoomName,
        after seq: Int,
        known: LogPosition,
        standing: LogPosition? = nil
    ) async throws(BrokerError) -> LogPage {
        let page = try await self.page(Key(room: room, start: seq - seq % Self.pageSize), known, standing)
        // Large messages fill a page before it comes to the one that is wanted.
        guard let last = page.publications.last, last.position.seq <= seq, seq < page.head else { return page }
        return try await self.page(Key(room: room, start: seq), known, standing)
    }

    /// Forgets pages that were kept long enough.
    func sweep(now: ContinuousClock.Instant) {
        self.now = now
        for (key, kept) in self.kept where now - kept.since >= Self.freshness { self.kept[key] = nil }
    }

    private func page(
        _ key: Key,
        _ known: LogPosition,
        _ standing: LogPosition?
    ) async throws(BrokerError) -> LogPage {
        // Its messages are as good as ever; how far the log has come since then must be known from elsewhere.
        if let standing, let kept = self.kept[key]?.page, kept.epoch == known.epoch, kept.epoch == standing.epoch,
            known.seq <= max(kept.head, standing.seq)
        {
            return kept
        }
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
        let page = try result.get()
        self.keep(page, key)
        return page
    }

    private func keep(_ page: LogPage, _ key: Key) {
        let isWhole = page.publications.count == Self.pageSize || page.publications.last?.position.seq != page.head
        guard isWhole, !page.publications.isEmpty, let now else { return }
        if self.kept[key] != nil || self.kept.count < Self.keptPages { self.kept[key] = (page, now) }
    }
}
