/// Times a piece of work: many rounds, of which the fastest and the middle one are told.
///
/// The fastest round is the one that was disturbed least; the distance to the middle one says how quiet the machine was.
struct Stopwatch {
    private static let rounds = 15
    private static let roundTime = Duration.milliseconds(40)

    /// What came out, for one repetition.
    struct Result {
        var fastest: Duration
        var median: Duration
    }

    /// Runs the work until a round is long enough to be timed, then round after round.
    ///
    /// - Parameter work: One repetition; gives something that depends on its result, so that it is not optimised away.
    /// - Returns: The times of one repetition.
    static func time(_ work: () throws -> Int) rethrows -> Result {
        var repetitions = 1
        while try Self.round(repetitions, work) < Self.roundTime { repetitions *= 2 }
        var times: [Duration] = []
        for _ in 0..<Self.rounds { times.append(try Self.round(repetitions, work) / repetitions) }
        times.sort()
        return Result(fastest: times[0], median: times[times.count / 2])
    }

    private static func round(_ repetitions: Int, _ work: () throws -> Int) rethrows -> Duration {
        var sink = 0
        let time = try ContinuousClock().measure {
            for _ in 0..<repetitions { sink &+= try work() }
        }
        // A value that cannot be is never printed; the compiler does not know that.
        if sink == .min { print(sink) }
        return time
    }
}
