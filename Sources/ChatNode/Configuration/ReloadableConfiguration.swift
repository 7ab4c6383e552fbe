package import ChatCore

/// The settings of a node that may change while it runs.
///
/// Every shard has its own copy, so that nothing on the way of a message takes a lock for it; a new one reaches the shard
/// as an event of its loop (``Node/reload(_:)``).
package struct ReloadableConfiguration: Sendable, Equatable {
    package var limits: Limits
    package var origins: OriginPolicy
    package var hosts: HostPolicy
    /// The most connections; nil: as many as the system's descriptors allow.
    package var maximumConnections: Int?
    /// The certificate for new connections; nil: they are not encrypted.
    package var tls: ServerTLS?

    /// The part of a node's settings that may change.
    package init(_ configuration: NodeConfiguration) {
        self.limits = configuration.limits
        self.origins = configuration.origins
        self.hosts = configuration.hosts
        self.maximumConnections = configuration.maximumConnections
        self.tls = configuration.tls
    }

    /// Takes the values of another one, except those that hold for as long as a node runs.
    mutating func take(_ new: ReloadableConfiguration) {
        let old = self
        self = new
        self.limits = old.limits.taking(new.limits)
        // Clients, proxies and the page know one scheme of this address.
        if (old.tls == nil) != (new.tls == nil) { self.tls = old.tls }
        // The same certificate goes on with the same context: clients resume their TLS sessions.
        if old.tls == new.tls { self.tls = old.tls }
    }
}

extension Limits {
    /// The limits after a reload.
    ///
    /// What the log keeps is the same on all nodes, and the broker has it from the start. A lease has been promised to the
    /// other nodes, and members have been told about each other by the size of a list.
    fileprivate func taking(_ new: Limits) -> Limits {
        var limits = new
        limits.log = self.log
        limits.members = self.members
        limits.presenceLease = self.presenceLease
        return limits
    }
}
