internal import ChatCore
internal import ChatSystem
internal import Logging
internal import Synchronization

/// The rulings at all servers: the first one has the list that counts, the others have copies, by which a ban holds when
/// the first one is away.
///
/// An order is carried out at the first server or not at all, and then at the copies that are in reach. A copy that missed
/// some is made the same again when its server is back, by every node: doing it twice changes nothing.
final class RulingCopies: Sendable {
    /// The place of the server whose list counts.
    static let original = 0
    /// The wait before the next try to complete a copy.
    private static let retryDelay = Duration.seconds(5)
    /// The most times that a copy is compared because the list changed meanwhile.
    private static let attempts = 3

    private let stores: [any RulingStore]
    private let logger: Logger
    /// The copies that may lack something, or have too much.
    private let doubtful: Mutex<Set<Int>>
    private let wakeup = Wakeup()

    init(_ stores: [any RulingStore], logger: Logger) {
        (self.stores, self.logger) = (stores, logger)
        self.doubtful = Mutex(Set(stores.indices.dropFirst()))
    }

    private var copies: Range<Int> { 1..<self.stores.count }

    /// A server is back: its copy may lack something, or all copies when it has the list that counts.
    func doubt(_ index: Int) {
        self.doubtful.withLock { $0.formUnion(index == Self.original ? Array(self.copies) : [index]) }
        self.wakeup.wake()
    }

    // MARK: Orders

    func put(_ ruling: Ruling) async throws(BrokerError) {
        try await self.stores[Self.original].put(ruling)
        await self.copy { store in try? await store.put(ruling) }
    }

    func lift(_ id: RulingID) async throws(BrokerError) -> Ruling? {
        let ruling = try await self.stores[Self.original].lift(id)
        await self.copy { store in _ = try? await store.lift(id) }
        return ruling
    }

    /// Adds an entry to every record in reach.
    func record(_ entry: AuditEntry) async throws(BrokerError) {
        do throws(BrokerError) {
            try await self.stores[Self.original].record(entry)
            await self.copy { store in try? await store.record(entry) }
        } catch {
            var isRecorded = false
            for index in self.copies where (try? await self.stores[index].record(entry)) != nil { isRecorded = true }
            if !isRecorded { throw error }
        }
    }

    private func copy(_ order: @escaping @Sendable (any RulingStore) async -> Void) async {
        await withTaskGroup { group in
            for index in self.copies {
                let store = self.stores[index]
                group.addTask { await order(store) }
            }
        }
    }

    // MARK: Reading

    /// The list that counts, or the first copy that is in reach.
    func list(known: RulingList?) async throws(BrokerError) -> RulingList {
        do throws(BrokerError) {
            var list = try await self.stores[Self.original].rulings(known: known)
            if list.version == .none { list = try await self.restored(list) }
            self.doubt(Self.original)
            return list
        } catch {
            for index in self.copies {
                if let list = try? await self.stores[index].rulings(known: known) { return list }
            }
            throw error
        }
    }

    /// Fills a list that has never begun, because its server is new or has lost its data, from the copies.
    private func restored(_ list: RulingList) async throws(BrokerError) -> RulingList {
        var list = list
        for index in self.copies {
            guard let copy = try? await self.stores[index].rulings(known: nil), !copy.rulings.isEmpty else { continue }
            list = try await self.stores[Self.original].rulings(known: copy)
        }
        return list
    }

    func audit(before cursor: String?, limit: Int) async throws(BrokerError) -> AuditPage {
        do throws(BrokerError) {
            return try await self.stores[Self.original].audit(before: cursor, limit: limit)
        } catch {
            for index in self.copies {
                if let page = try? await self.stores[index].audit(before: cursor, limit: limit) { return page }
            }
            throw error
        }
    }

    // MARK: Keeping copies

    /// Completes the copies until the task is cancelled.
    func run() async {
        while !Task.isCancelled {
            for index in self.doubtful.withLock({ $0.sorted() }) {
                self.doubtful.withLock { _ = $0.remove(index) }
                do throws(BrokerError) { try await self.complete(index) } catch {
                    self.doubtful.withLock { _ = $0.insert(index) }
                    self.logger.debug(
                        "a copy of the rulings waits for its Redis server",
                        metadata: ["reason": "\(error.reason)"]
                    )
                }
            }
            let isDone = self.doubtful.withLock(\.isEmpty)
            await self.wakeup.wait(until: isDone ? nil : .now + Self.retryDelay)
        }
    }

    /// Makes a copy the same as the list.
    private func complete(_ index: Int) async throws(BrokerError) {
        let (original, copy) = (self.stores[Self.original], self.stores[index])
        for _ in 0..<Self.attempts {
            var list = try await original.rulings(known: nil)
            if list.version == .none { list = try await self.restored(list) }
            let present = Dictionary(
                try await copy.rulings(known: nil).rulings.map { ($0.id, $0) },
                uniquingKeysWith: { first, _ in first }
            )
            let wanted = Set(list.rulings.map(\.id))
            for ruling in list.rulings where !ruling.matter.isMomentary && present[ruling.id] != ruling {
                try await copy.put(ruling)
            }
            for id in present.keys where !wanted.contains(id) { _ = try await copy.lift(id) }
            // An order that was carried out meanwhile may have been undone at the copy.
            if try await original.rulings(known: nil).version == list.version { return }
        }
    }
}
