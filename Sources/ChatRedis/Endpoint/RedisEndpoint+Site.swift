extension RedisEndpoint {
    /// Tells an endpoint from all others of a broker.
    struct ID: Hashable {
        let number: Int
    }

    /// Where a server is.
    enum Site {
        case fixed(RedisURL.Address)
        /// Where sentinels say.
        case followed(PrimaryFinder)
        /// A server of a Cluster, with one of its slots.
        case member(RedisURL.Address, HashSlot)

        /// The address and one of the slots of a server of a Cluster; nil: it is none.
        var member: (address: RedisURL.Address, slot: HashSlot)? {
            guard case .member(let address, let slot) = self else { return nil }
            return (address, slot)
        }
    }
}
