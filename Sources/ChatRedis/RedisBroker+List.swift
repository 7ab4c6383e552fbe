package import ChatCore
internal import Synchronization

// What a server of several knows of the lists of servers.
extension RedisBroker {
    /// The lists that a server knows, compared with the node's.
    package struct Lists: Equatable, Sendable {
        /// The names of the newest list; none if there is none.
        package var newest: [String]
        /// The names of the last list that held; none if none did.
        package var held: [String]
        /// Whether the node's list came before the newest one.
        package var isOutdated: Bool
        /// Whether nodes without a list use the server.
        package var hasLoners: Bool
        /// Whether the newest list waits until servers that it leaves out have been told.
        package var awaitsLeavers: Bool
    }

    /// What to do with the lists before they are read.
    package enum ListChange: Equatable, Sendable {
        case read
        /// The node's list is the newest, if it is new.
        case raise
        /// A newer list of these servers, without this one, follows the node's.
        case follow([String])
        /// The server of this name, which is not in the newest list of these servers, has been told of it.
        case left(String, by: [String])
        /// The node's list holds, if it is the newest and nothing stands against it.
        case settle

        /// Its name in the script, and what follows the other arguments.
        fileprivate var arguments: (name: String, more: [String]) {
            switch self {
            case .read: ("read", [])
            case .raise: ("raise", [])
            case .follow(let list): ("follow", [RedisServerList.text(list)])
            case .left(let server, let list): ("left", [RedisServerList.text(list), server])
            case .settle: ("settle", [])
            }
        }
    }

    /// Reads the lists of the server, after a change of them.
    ///
    /// - Throws: ``BrokerError`` when the server is out of reach, or is none of several.
    package func lists(after change: ListChange = .read) async throws(BrokerError) -> Lists {
        guard let list = self.configuration.list else { throw .isOneOfSeveral }
        let request = RedisRequest(.roll, keys: self.keys.layout, self.keys.rooms) {
            let (name, more) = change.arguments
            $0.append(name)
            $0.append(list.text)
            $0.append(list.name)
            $0.append(self.keys.control)
            $0.append(self.keys.listChannel)
            for argument in more { $0.append(argument) }
        }
        guard let endpoint = self.router.endpoint(of: self.keys.layout) else { throw .isAway }
        let reply = try await endpoint.commands.perform(request)
        guard let parts = reply.array, parts.count == 6, let newest = parts[0].string, let held = parts[1].string,
            let number = parts[2].string
        else { throw .isUnintelligible }
        for link in [endpoint.commands, endpoint.logLink] where link.listNumber != number { link.listNumber = number }
        return Lists(
            newest: newest.split(separator: ",").map(String.init),
            held: held.split(separator: ",").map(String.init),
            isOutdated: parts[3].integer == 1,
            hasLoners: parts[4].integer == 1,
            awaitsLeavers: parts[5].integer == 1
        )
    }

    /// Calls this whenever the server says that its lists have changed; they are to be read then.
    package nonisolated func watchLists(_ changed: @escaping @Sendable () -> Void) { self.listObservers.add(changed) }
}

/// Those who want to know at once when a server has been told of a list.
final class ListObservers: Sendable {
    private let observers = Mutex<[@Sendable () -> Void]>([])

    func add(_ observer: @escaping @Sendable () -> Void) { self.observers.withLock { $0.append(observer) } }

    func tell() { for observer in self.observers.withLock(\.self) { observer() } }
}
