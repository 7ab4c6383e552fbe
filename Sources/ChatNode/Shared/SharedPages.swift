import ChatCore

/// Reads pages of a broker once for all who ask for the same one at the same time.
///
/// Whoever asks while a page is being read gets the next reading, which they share: nobody gets what is older than their
/// request. A thousand requests for a page cost the broker two readings, as long as they come together.
///
/// It needs no bound of its own: it keeps no page, and a place for a page only while somebody waits for it.
actor SharedPages<Key: Hashable & Sendable, Page: Sendable> {
    /// The function that reads a page.
    typealias Read = @Sendable (Key) async throws(BrokerError) -> Page

    private let read: Read
    private var readings: [Key: SharedReading<Result<Page, BrokerError>>] = [:]
    /// The number of requests that are not answered.
    private(set) var waiting = 0
    /// Whether it keeps a place for no page.
    var isEmpty: Bool { self.readings.isEmpty }

    /// Makes a reader.
    ///
    /// - Parameter read: The function that reads a page.
    init(read: @escaping Read) { self.read = read }

    /// A page as it was at some time after this call.
    ///
    /// - Parameter key: The page.
    /// - Returns: The page.
    /// - Throws: ``BrokerError`` when it could not be read.
    func page(_ key: Key) async throws(BrokerError) -> Page {
        let reading = self.readings[key] ?? SharedReading()
        self.readings[key] = reading
        self.waiting += 1
        defer { self.waiting -= 1 }
        let result = await reading.value {
            do throws(BrokerError) {
                return .success(try await self.read(key))
            } catch {
                return .failure(error)
            }
        }
        if reading.isIdle, self.readings[key] === reading { self.readings[key] = nil }
        return try result.get()
    }
}

/// A page of a room's members.
struct MemberListKey: Hashable, Sendable {
    var room: RoomName
    var cursor: String?
    var limit: Int
}

/// A page of a room's past.
struct HistoryKey: Hashable, Sendable {
    var room: RoomName
    var before: Int?
    var limit: Int
}
