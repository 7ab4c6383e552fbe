import ChatCore
import ChatSettings

/// What one address, one user and one room may cost, as settings; each has the default of ``CostLimits``.
extension Setting {
    private static let standard = CostLimits()

    /// A rate: a burst, and what comes after it.
    private static func rate(_ key: String, _ fallback: Limits.Rate?, _ help: String) -> Setting {
        Setting(
            "limits." + key,
            default: fallback.map { "\($0)" } ?? "off",
            help: help + ": at once, and a second, minute or hour after that ({default}; off: no limit)."
        )
    }

    private static func most(_ key: String, _ fallback: Int?, _ help: String) -> Setting {
        Setting("limits." + key, .integer(0...(1 << 40)), default: "\(fallback ?? 0)", help: help)
    }

    static let openingsPerAddress = rate("openings-per-address", standard.openings, "New connections of one address")
    static let sessionsPerAddress = rate("sessions-per-address", standard.sessions, "New sessions of one address")
    static let joinsPerAddress = rate("joins-per-address", standard.joins, "Joins of one address")
    static let newRoomsPerAddress = rate(
        "new-rooms-per-address",
        standard.newRooms,
        "Rooms in which one address is the first to be, and nobody has spoken"
    )
    static let sendsPerAddress = rate("sends-per-address", standard.addressSends, "Sends of one address")
    static let typingPerAddress = rate("typing-per-address", standard.typing, "Signs of typing of one address")
    static let renamesPerAddress = rate(
        "renames-per-address",
        standard.addressRenames,
        "New names of the users of one address"
    )
    static let replayBytesPerAddress = rate(
        "replay-bytes-per-address",
        standard.replayBytes,
        "Bytes of history, replays and lists of members for one address"
    )
    static let requestsPerAddress = rate("requests-per-address", standard.requests, "Requests of one address to /api")
    static let renamesPerUser = rate("renames-per-user", standard.renames, "New names of one user")
    static let sendsPerRoom = rate("sends-per-room", standard.roomSends, "Sends into one room, from this node")
    static let openings = rate("openings", standard.nodeOpenings, "New connections of all addresses")
    static let connectionsPerAddress = most(
        "connections-per-address",
        standard.connectionsPerAddress,
        "The most connections from one address ({default}; 0: no limit)."
    )
    static let pendingPerAddress = most(
        "pending-per-address",
        standard.pendingPerAddress,
        "The most connections from one address that have not finished a request ({default}; 0: no limit)."
    )
    static let membersPerRoom = most(
        "members-per-room",
        standard.membersPerRoom,
        "The most members of a room ({default}; 0: no limit)."
    )
    static let roomsPerNode = most(
        "rooms-per-node",
        standard.rooms,
        "The most rooms with members on this node ({default}; 0: no limit)."
    )
    static let joinsWaiting = most(
        "joins-waiting",
        standard.joinsWaiting,
        "The most joins that wait for their turn on an event loop ({default}; 0: no limit)."
    )
    static let requestsUnderWay = most(
        "requests-under-way",
        standard.requestsUnderWay,
        "The most requests to /api that are answered at a time ({default}; 0: no limit)."
    )
    static let bufferedBytes = most(
        "buffered-bytes",
        standard.bufferedBytes,
        "The most bytes that wait for all clients together ({default}: a quarter of the memory that there is)."
    )

    /// The rates, each with its place.
    static let rates: [(setting: Setting, place: any WritableKeyPath<CostLimits, Limits.Rate?> & Sendable)] = [
        (openingsPerAddress, \.openings),
        (sessionsPerAddress, \.sessions),
        (joinsPerAddress, \.joins),
        (newRoomsPerAddress, \.newRooms),
        (sendsPerAddress, \.addressSends),
        (typingPerAddress, \.typing),
        (renamesPerAddress, \.addressRenames),
        (replayBytesPerAddress, \.replayBytes),
        (requestsPerAddress, \.requests),
        (renamesPerUser, \.renames),
        (sendsPerRoom, \.roomSends),
        (openings, \.nodeOpenings),
    ]

    /// The numbers, each with its place; 0: no limit.
    static let mosts: [(setting: Setting, place: any WritableKeyPath<CostLimits, Int?> & Sendable)] = [
        (connectionsPerAddress, \.connectionsPerAddress),
        (pendingPerAddress, \.pendingPerAddress),
        (membersPerRoom, \.membersPerRoom),
        (roomsPerNode, \.rooms),
        (joinsWaiting, \.joinsWaiting),
        (requestsUnderWay, \.requestsUnderWay),
        (bufferedBytes, \.bufferedBytes),
    ]

    static let costs = rates.map(\.setting) + mosts.map(\.setting)
}

extension CostLimits {
    /// Reads the limits.
    ///
    /// - Throws: ``SettingError`` for the first one that cannot be used.
    init(_ settings: Settings) throws(SettingError) {
        self.init()
        for (setting, place) in Setting.rates { self[keyPath: place] = try settings.rate(setting) }
        for (setting, place) in Setting.mosts {
            let value = try settings.int(setting)
            self[keyPath: place] = value > 0 ? value : nil
        }
        self.bufferedBytes = self.bufferedBytes ?? SystemResources.memory / 4
    }
}

extension Settings {
    /// A rate; nil when it is off.
    fileprivate func rate(_ setting: Setting) throws(SettingError) -> Limits.Rate? {
        let text = self.string(setting) ?? setting.fallback
        guard text != "off" else { return nil }
        guard let rate = Limits.Rate(text) else {
            let example = "a burst and a rate after it, such as 20,10/s, 5,12/m or 9,1/h, or off"
            throw SettingError(
                "{key}: \"{value}\" is not {words}",
                ["key": setting.names, "value": text, "words": example]
            )
        }
        return rate
    }
}
