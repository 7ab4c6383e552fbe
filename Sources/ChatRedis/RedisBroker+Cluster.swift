internal import ChatCore
internal import Logging
internal import NIOCore

// What happens when the broker works with a Cluster: servers come and go, and slots move between them.

extension RedisBroker {
    /// Begins to look for the servers.
    func begin(_ cluster: SlotRouter) {
        cluster.finder.began = { [links = self.links] in links.add($0) }
        cluster.finder.found = { [weak self] layout in self?.assumeIsolated { $0.found(layout) } }
        cluster.finder.moved = { [weak self] slots in self?.assumeIsolated { $0.moved(slots) } }
        cluster.finder.begin()
    }

    /// The layout of the data is known: they may be used.
    private func found(_ layout: ClusterLayout) {
        guard let cluster = self.router.cluster else { return }
        guard layout.version <= RedisKeys.layoutVersion else {
            return cluster.finder.refuse(.isOfLayout(layout.version, known: RedisKeys.layoutVersion))
        }
        let form = RedisForm.cluster(isSharded: layout.isSharded)
        self.requests.form = form
        if !layout.isSharded {
            let advice =
                layout.hasSharded
                ? "stop all nodes and delete the field channels of the key layout to use them"
                : "version 7 has sharded channels, which are not"
            self.logger.warning(
                "what is said in a room is sent to every server of the Redis Cluster",
                metadata: ["advice": "\(advice)"]
            )
        }
        cluster.members.form = form
        self.moved(HashSlot.all)
    }

    /// Slots are at other servers than before, or it is known for the first time where they are.
    private func moved(_ slots: [HashSlot]) {
        guard let cluster = self.router.cluster, cluster.members.form != nil else { return }
        let isFirst = cluster.members.all.isEmpty
        let home = self.home
        let change = cluster.members.move(slots, cluster.finder.view)
        for endpoint in change.begun {
            // It may have the slots of one that is gone, and not all of its data.
            if !isFirst { self.successors.insert(endpoint.id) }
            self.begin(endpoint)
        }
        cluster.moved(slots)
        self.rooms.moved(slots)
        for endpoint in change.ended {
            cluster.members.retire(endpoint)
            self.formerCounters += endpoint.counters
            if self.health.ended(endpoint.id) { self.outlets.tellAttached(.status(.ok, detail: "Redis is back")) }
            if let member = endpoint.member { cluster.finder.lost(member) }
        }
        // What nodes tell each other is heard at one server, and may have been missed between two.
        if home != nil, home !== self.home { self.mayHear() }
    }

    /// The server on which the channel that all nodes listen to is heard.
    var home: RedisEndpoint? { self.router.endpoint(of: self.keys.control) }
}
