import ChatCore

/// Reads pages of the list of rooms once for all requests within a second.
///
/// The list is public, and each page asks the broker about a hundred rooms. Many requests for a page cost as much as
/// one. Different pages are read one after the other, and the number of waiting pages is bounded.
actor RoomListReader {
    /// The time for which a page is valid.
    static let freshness = Duration.seconds(1)
    /// The most pages that are kept, or wait to be read.
    static let maximumPages = 64

    private struct Key: Hashable {
        var cursor: RoomName?
        var limit: Int
    }

    /// The function that reads a page: ``Broker/rooms(after:limit:)``.
    typealias Read = @Sendable (RoomName?, Int) async throws(BrokerError) -> RoomPage

    private typealias Reading = Task<Result<RoomPage, BrokerError>, Never>

    private let read: Read
    private let now: @Sendable () -> ContinuousClock.Instant
    private var kept: [Key: (page: RoomPage, since: ContinuousClock.Instant)] = [:]
    private var underWay: [Key: Reading] = [:]
    private var last: Reading?

    /// Makes a reader.
    ///
    /// - Parameters:
    ///   - now: The time.
    ///   - read: The function that reads a page.
    init(now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }, read: @escaping Read) {
        self.now = now
        self.read = read
    }

    /// A page of the list, at most a second old.
    ///
    /// - Parameters:
    ///   - cursor: The name after which it begins; nil: the first.
    ///   - limit: The most rooms of it.
    /// - Returns: The page.
    /// - Throws: ``BrokerError`` when it cannot be read, or too many others wait.
    func page(after cursor: RoomName?, limit: Int) async throws(BrokerError) -> RoomPage {
        let key = Key(cursor: cursor, limit: limit)
        if let kept = self.kept[key], self.now() - kept.since < Self.freshness { return kept.page }
        if let reading = self.underWay[key] { return try await reading.value.get() }
        guard self.underWay.count < Self.maximumPages else {
            throw BrokerError(.overloaded, "too many lists of rooms are being read")
        }
        let (read, before) = (self.read, self.last)
        let reading = Reading {
            _ = await before?.value
            do throws(BrokerError) {
                return .success(try await read(cursor, limit))
            } catch {
                return .failure(error)
            }
        }
        self.underWay[key] = reading
        self.last = reading
        let result = await reading.value
        self.underWay[key] = nil
        if self.last == reading { self.last = nil }
        let page = try result.get()
        self.keep(page, key)
        return page
    }

    private func keep(_ page: RoomPage, _ key: Key) {
        let now = self.now()
        self.kept = self.kept.filter { now - $0.value.since < Self.freshness }
        if self.kept.count < Self.maximumPages { self.kept[key] = (page, now) }
    }
}
