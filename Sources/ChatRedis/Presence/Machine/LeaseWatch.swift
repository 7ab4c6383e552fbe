/// Finds out which holders of members are no more, by watching whether they go on renewing their leases.
///
/// Each node looks at the table of all leases (``looksPerLease`` times in the time of a lease). A lease that nobody
/// renews stands still from one look to the next; the clock that its times are of may be set to another time, and then
/// all of them seem to have ended at once. So a holder counts as dead when its lease
///
/// - has stood still for as many looks as a lease lasts, whatever the times say, or
/// - has stood still for two thirds of them and is older than a lease besides, or
/// - was given up by the holder itself, and the time that it asked for has passed, by the clock or by as many looks.
///
/// A list of rooms that was lost before its holder was swept is found out by ``HolderRooms/mark``, which is missing
/// then.
///
/// It knows no clock: the times are Redis', and looks are counted.
struct LeaseWatch {
    /// How often a node looks in the time of a lease.
    static let looksPerLease = 6
    /// For how many looks a lease that seems to have ended must have stood still.
    static let looksWhenOld = 4
    /// How long it is remembered that a holder was swept, in milliseconds.
    ///
    /// It is twice as long as it takes until the holders of every room have been compared with the table: one that
    /// still has members somewhere is swept once more.
    static let memory = 10 * 60 * 1000

    /// What the table says of a holder.
    enum Lease: Equatable {
        /// It was renewed so many times, and at this time last.
        case alive(count: Int, time: Int)
        /// The holder goes away, and its members leave at this time, which was so many milliseconds later then.
        case ending(time: Int, delay: Int)
        /// Its members are to be swept.
        case dead
        /// They have been swept.
        case gone(time: Int)

        /// Reads what a script wrote; nil for what this version does not know.
        init?(_ text: String) {
            let words = text.split(separator: " ")
            guard words.count >= 2, let time = Self.number(words[1]) else { return nil }
            switch (words[0], words.count) {
            case ("end", 3):
                guard let delay = Self.number(words[2]) else { return nil }
                self = .ending(time: time, delay: delay)
            case ("dead", 2): self = .dead
            case ("gone", 2): self = .gone(time: time)
            case (let count, 2):
                guard let count = Self.number(count) else { return nil }
                self = .alive(count: count, time: time)
            default: return nil
            }
        }

        private static func number(_ word: Substring) -> Int? {
            Int(word).flatMap { (0...1 << 52).contains($0) ? $0 : nil }
        }
    }

    /// What is to be done about a holder.
    enum Verdict: Equatable {
        /// Write down that it is dead, unless its lease has changed since; then sweep its members.
        case bury
        /// Sweep its members: that it is dead was written down before.
        case sweep
        /// Take it out of the table.
        case forget
    }

    private struct Sighting {
        var text: String
        /// How many looks have found it the same.
        var looks: Int
    }

    private var sightings: [String: Sighting] = [:]
    private let lease: Int

    /// Begins with nothing seen.
    ///
    /// - Parameter lease: How long a lease lasts, in milliseconds.
    init(lease: Int) { self.lease = lease }

    /// Redis was away: nobody could renew a lease meanwhile.
    mutating func beginAnew() { self.sightings = [:] }

    /// The table was read.
    ///
    /// - Parameters:
    ///   - table: What it says of each holder.
    ///   - time: The time by Redis' clock.
    ///   - isRegular: Whether this look comes at its regular time; another one tells nothing of who renews.
    /// - Returns: What is to be done, holder by holder.
    mutating func looked(_ table: [String: String], time: Int, isRegular: Bool = true) -> [String: Verdict] {
        var seen: [String: Sighting] = [:]
        var verdicts: [String: Verdict] = [:]
        for (holder, text) in table {
            var sighting = self.sightings[holder] ?? Sighting(text: text, looks: -1)
            if sighting.text != text { sighting = Sighting(text: text, looks: -1) }
            if isRegular || sighting.looks < 0 { sighting.looks += 1 }
            seen[holder] = sighting
            verdicts[holder] = self.verdict(sighting, time)
        }
        self.sightings = seen
        return verdicts
    }

    private func verdict(_ sighting: Sighting, _ time: Int) -> Verdict? {
        switch Lease(sighting.text) {
        case .alive(let count, let renewed):
            // One that others have entered lives only if it renews: it had the time for two renewals.
            let isOld = count == 0 || time - renewed > self.lease
            return sighting.looks >= (isOld ? Self.looksWhenOld : Self.looksPerLease) ? .bury : nil
        case .ending(let end, let delay):
            let looks = (delay * Self.looksPerLease + self.lease - 1) / self.lease
            return time >= end || sighting.looks > looks ? .bury : nil
        case .dead: return .sweep
        case .gone(let swept): return abs(time - swept) > Self.memory ? .forget : nil
        case nil: return nil
        }
    }

    /// Whether a lease says that it goes away, and will never come back.
    static func goesAway(_ text: String) -> Bool {
        if case .ending = Lease(text) { true } else { false }
    }

    // MARK: Holders that are found in rooms

    /// What is to be done about a holder that has members in some rooms, so that they are swept when it is dead.
    enum Discovery: Equatable {
        /// It stands in no table: enter it, as if it had been renewed now. If it lives it will be, and if not, it is
        /// found dead by that.
        case enter
        /// It was swept, and these rooms did not stand on its list, or it was not dead and wrote on: sweep it once
        /// more.
        case sweepAgain
        /// It is being swept, and may have lost its list: these rooms are to be on it.
        case list
    }

    /// A holder was found in a room.
    ///
    /// - Parameter text: What the table says of it, read after that; nil: nothing.
    /// - Returns: nil when nothing is to be done.
    static func discovered(_ text: String?) -> Discovery? {
        guard let text else { return .enter }
        switch Lease(text) {
        case .gone: return .sweepAgain
        case .dead: return .list
        // A holder that lives compares its own list with each renewal.
        case .alive, .ending, nil: return nil
        }
    }
}
