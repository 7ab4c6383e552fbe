extension RedisEndpoint {
    /// Counts of connections for operators.
    struct Counters: Equatable {
        var lost = 0
        var deaf = 0
        var stray = 0
        var reconnects = 0
        var unknownErrors = 0

        static func += (sum: inout Counters, more: Counters) {
            sum.lost += more.lost
            sum.deaf += more.deaf
            sum.stray += more.stray
            sum.reconnects += more.reconnects
            sum.unknownErrors += more.unknownErrors
        }
    }
}
