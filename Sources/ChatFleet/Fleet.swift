package import ChatCore
internal import ChatSystem
package import Logging
internal import Synchronization

/// The broker on several independent servers: each room is at one of them, and the loss of a server touches its rooms
/// alone.
///
/// It stores nothing itself. Each server is a whole ``Broker`` and keeps the promises for its rooms; a fleet finds the
/// server, and puts together what concerns all of them (ARCHITECTURE.md says what fails with each server):
///
/// - A room (log, members, events) is at the server that ``Rendezvous`` gives it. Its events go from there to the
///   subscribers directly.
/// - A session is at two servers, and an account at the first one of its order that is in reach.
/// - The first server by name has the rulings and the record; the others have copies.
/// - A holder's lease is at every server.
///
/// Which list of servers is valid is agreed with the servers themselves (``FleetList``, ``ServerRoll``).
package final class Fleet: Broker {
    /// One server of the fleet.
    package struct Server: Sendable {
        /// What it is called in the list: rooms stay with the name when the server gets another address.
        let name: String
        let broker: any Broker
        let roll: any ServerRoll

        package init(name: String, broker: any Broker, roll: any ServerRoll) {
            (self.name, self.broker, self.roll) = (name, broker, roll)
        }
    }

    package let kind: String
    /// By name: a server's place here is its place in the list.
    let servers: [Server]
    let homes: RoomHomes
    let order: Rendezvous
    let watch: ListWatch
    let news: FleetNews
    let copies: RulingCopies
    private let logger: Logger

    /// Makes a fleet; it works once ``run()`` is called.
    ///
    /// - Parameters:
    ///   - servers: The servers, with a name each, in any order.
    ///   - logger: Told of lists of servers that begin to hold, and of newer ones.
    package init(_ servers: [Server], logger: Logger) {
        let order = Rendezvous(servers.map(\.name))
        let sorted = order.servers.compactMap { name in servers.first { $0.name == name } }
        precondition(!sorted.isEmpty && sorted.count == servers.count, "each server of a fleet has a name of its own")
        self.kind = sorted[0].broker.kind
        (self.servers, self.order, self.logger) = (sorted, order, logger)
        self.homes = RoomHomes(order)
        self.news = FleetNews(order, self.homes)
        self.watch = ListWatch(sorted.map(\.roll), order, telling: self.news, logger: logger)
        self.copies = RulingCopies(sorted.map(\.broker), logger: logger)
        for (index, server) in sorted.enumerated() {
            let relay = self.news.relay(of: index) { [watch, copies] status, detail in
                watch.changed(index, isUp: status == .ok, detail: detail)
                if status == .ok { copies.doubt(index) }
            }
            server.broker.attach(relay)
        }
    }

    // MARK: Finding the server

    /// The place of the server that has a room.
    func home(of room: RoomName) -> Int { self.homes.home(of: room) }

    /// The server that has a room, when it may be asked for it.
    ///
    /// It waits for a moment while the servers have not said which rooms they have.
    ///
    /// - Throws: ``BrokerError`` when the room is moving, or has moved to a server that the node does not know.
    func server(of room: RoomName) async throws(BrokerError) -> any Broker {
        let home = self.home(of: room)
        try await self.watch.admit(room, at: home)
        return self.servers[home].broker
    }

    /// Asks several servers at the same time; those that are known to be away keep nobody waiting.
    ///
    /// - Parameters:
    ///   - places: Their places.
    ///   - ask: Asks one.
    /// - Returns: Their answers, in the order of the places.
    func ask<Value: Sendable>(
        _ places: some Sequence<Int> & Sendable,
        _ ask: @escaping @Sendable (Int, any Broker) async throws(BrokerError) -> Value
    ) async -> [Result<Value, BrokerError>] {
        let places = Array(places)
        let away = self.watch.away
        return await withTaskGroup(of: (Int, Result<Value, BrokerError>).self) { group in
            for (number, place) in places.enumerated() where !away.contains(place) {
                let broker = self.servers[place].broker
                // Requests that are made one after the other reach a server in that order.
                if #available(macOS 26, *) {
                    group.addImmediateTask { (number, await Self.result(place, broker, ask)) }
                } else {
                    group.addTask { (number, await Self.result(place, broker, ask)) }
                }
            }
            var results = [Result<Value, BrokerError>](repeating: .failure(.isAway), count: places.count)
            for await (number, result) in group { results[number] = result }
            return results
        }
    }

    private static func result<Value>(
        _ place: Int,
        _ broker: any Broker,
        _ ask: @Sendable (Int, any Broker) async throws(BrokerError) -> Value
    ) async -> Result<Value, BrokerError> {
        do throws(BrokerError) { return .success(try await ask(place, broker)) } catch { return .failure(error) }
    }

    // MARK: Running

    /// Works until the task is cancelled.
    ///
    /// - Throws: What ends the work of one of the servers' brokers.
    package func run() async throws {
        defer { self.watch.stop() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for server in self.servers { group.addTask { try await server.broker.run() } }
            group.addTask { await self.watch.run() }
            group.addTask { await self.copies.run() }
            defer { group.cancelAll() }
            for _ in self.servers.indices { try await group.next() }
        }
    }
}
