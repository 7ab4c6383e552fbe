internal import ChatCore
internal import Logging
internal import NIOCore

/// The primaries of a Cluster: one endpoint for each, made and ended as slots move, and the slots that each has.
///
/// It belongs to the broker and is used on its event loop only.
final class ClusterMembers {
    /// The time in which a server without slots still answers what it was sent.
    static let retirement = TimeAmount.seconds(1)

    /// How rooms are published; nil: it is not known, and no server may be used.
    var form: RedisForm?
    /// Makes an endpoint for a server of a Cluster.
    private let make: (RedisEndpoint.ID, RedisEndpoint.Site, RedisForm) -> RedisEndpoint
    private let eventLoop: any EventLoop
    /// The endpoints, in the order in which they came.
    private(set) var all: [RedisEndpoint] = []
    private var byAddress: [RedisURL.Address: RedisEndpoint] = [:]
    private var bySlot = [RedisEndpoint?](repeating: nil, count: HashSlot.count)
    private var lastNumber = 0

    init(
        on eventLoop: any EventLoop,
        make: @escaping (RedisEndpoint.ID, RedisEndpoint.Site, RedisForm) -> RedisEndpoint
    ) {
        (self.eventLoop, self.make) = (eventLoop, make)
    }

    /// The server that has a slot; nil: nobody knows of one.
    func endpoint(of slot: HashSlot) -> RedisEndpoint? { self.bySlot[slot.number] }

    /// The server at an address, if it has slots.
    func endpoint(at address: RedisURL.Address) -> RedisEndpoint? { self.byAddress[address] }

    /// The endpoints that came and went with a change.
    struct Change {
        var begun: [RedisEndpoint] = []
        var ended: [RedisEndpoint] = []
    }

    /// Slots are at other servers from now on.
    ///
    /// - Parameters:
    ///   - slots: The slots.
    ///   - view: Where they are.
    /// - Returns: The endpoints that came, which are to be begun, and those that have no slot any more.
    func move(_ slots: [HashSlot], _ view: ClusterView) -> Change {
        var change = Change()
        guard let form else { return change }
        // Slots that follow each other are mostly at one server.
        var last: (place: Int, endpoint: RedisEndpoint)?
        for slot in slots {
            guard let place = view.place(of: slot) else { continue }
            if let last, last.place == place {
                self.bySlot[slot.number] = last.endpoint
                continue
            }
            let address = view.servers[place]
            let endpoint = self.byAddress[address] ?? self.add(address, slot, form, to: &change)
            self.bySlot[slot.number] = endpoint
            last = (place, endpoint)
        }
        let used = self.used
        change.ended = self.all.filter { !used.contains($0.id) }
        for endpoint in change.ended { self.remove(endpoint) }
        self.moveHearing()
        return change
    }

    private func add(
        _ address: RedisURL.Address,
        _ slot: HashSlot,
        _ form: RedisForm,
        to change: inout Change
    ) -> RedisEndpoint {
        self.lastNumber += 1
        let endpoint = self.make(RedisEndpoint.ID(number: self.lastNumber), .member(address, slot), form)
        self.byAddress[address] = endpoint
        self.all.append(endpoint)
        change.begun.append(endpoint)
        return endpoint
    }

    /// The servers that have slots.
    private var used: Set<RedisEndpoint.ID> {
        var used: Set<RedisEndpoint.ID> = []
        var last: RedisEndpoint?
        for endpoint in self.bySlot where endpoint !== last {
            last = endpoint
            if let endpoint { used.insert(endpoint.id) }
        }
        return used
    }

    private func remove(_ endpoint: RedisEndpoint) {
        self.all.removeAll { $0 === endpoint }
        if let address = endpoint.member { self.byAddress[address] = nil }
    }

    /// A node hears itself at each server on a channel of one of the server's slots.
    private func moveHearing() {
        for endpoint in self.all {
            guard let slot = endpoint.hearing.slot, self.bySlot[slot.number] !== endpoint,
                let other = self.bySlot.firstIndex(where: { $0 === endpoint }).flatMap({ HashSlot($0) })
            else { continue }
            endpoint.hearing.move(to: other)
        }
    }

    /// Gives back what an endpoint without slots has not sent, at once, and what it was sent and has not answered after a
    /// moment.
    func retire(_ endpoint: RedisEndpoint) {
        endpoint.withdraw { _ in true }
        self.eventLoop.assumeIsolated().scheduleTask(in: Self.retirement) { endpoint.stop(givingBack: true) }
    }
}
