import ArgumentParser
import ChatSettings

/// What one address, one user and one room may cost, as flags.
struct CostOptions: ParsableArguments {
    @Option(.connectionsPerAddress) var connectionsPerAddress: String?
    @Option(.pendingPerAddress) var pendingPerAddress: String?
    @Option(.membersPerRoom) var membersPerRoom: String?
    @Option(.roomsPerNode) var roomsPerNode: String?
    @Option(.joinsWaiting) var joinsWaiting: String?
    @Option(.requestsUnderWay) var requestsUnderWay: String?
    @Option(.bufferedBytes) var bufferedBytes: String?
    @Option(.openingsPerAddress) var openingsPerAddress: String?
    @Option(.sessionsPerAddress) var sessionsPerAddress: String?
    @Option(.joinsPerAddress) var joinsPerAddress: String?
    @Option(.newRoomsPerAddress) var newRoomsPerAddress: String?
    @Option(.sendsPerAddress) var sendsPerAddress: String?
    @Option(.typingPerAddress) var typingPerAddress: String?
    @Option(.renamesPerAddress) var renamesPerAddress: String?
    @Option(.replayBytesPerAddress) var replayBytesPerAddress: String?
    @Option(.requestsPerAddress) var requestsPerAddress: String?
    @Option(.renamesPerUser) var renamesPerUser: String?
    @Option(.sendsPerRoom) var sendsPerRoom: String?
    @Option(.openings) var openings: String?

    /// The limits that were given.
    var values: [Setting: String?] {
        [
            .connectionsPerAddress: self.connectionsPerAddress,
            .pendingPerAddress: self.pendingPerAddress,
            .membersPerRoom: self.membersPerRoom,
            .roomsPerNode: self.roomsPerNode,
            .joinsWaiting: self.joinsWaiting,
            .requestsUnderWay: self.requestsUnderWay,
            .bufferedBytes: self.bufferedBytes,
            .openingsPerAddress: self.openingsPerAddress,
            .sessionsPerAddress: self.sessionsPerAddress,
            .joinsPerAddress: self.joinsPerAddress,
            .newRoomsPerAddress: self.newRoomsPerAddress,
            .sendsPerAddress: self.sendsPerAddress,
            .typingPerAddress: self.typingPerAddress,
            .renamesPerAddress: self.renamesPerAddress,
            .replayBytesPerAddress: self.replayBytesPerAddress,
            .requestsPerAddress: self.requestsPerAddress,
            .renamesPerUser: self.renamesPerUser,
            .sendsPerRoom: self.sendsPerRoom,
            .openings: self.openings,
        ]
    }
}
