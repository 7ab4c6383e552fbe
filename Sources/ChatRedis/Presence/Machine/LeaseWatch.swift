/// Finds dead holders of members, by watching whether they go on renewing their leases.
///
/// Each node looks at the table of all leases (``looksPerLease`` times in the time of a lease). A lease that nobody
/// renews is the same from one look to the next. The times alone are not enough: if the clock is changed, all leases
/// may seem to have ended at once. So a holder counts as dead when its lease
///
/// - has not changed for as many looks as a lease lasts, whatever the times say, or
/// - has not changed for two thirds of them and is also older than a lease, or
/// - was given up by the holder itself, and the time that it asked for has passed, by the clock or by that many looks.
///
/// If a list of rooms was lost before its holder was swept, ``HolderRooms/mark`` is missing there.
///
/// It has no clock: the times are Redis', and looks are counted.
struct LeaseWatch {
    /// The number of looks of a node during a lease.
    static let looksPerLease = 6
    /// The number of looks for which a lease that seems to have ended must not have changed.
    static let looksWhenOld = 4
    /// The time for which a swept holder is remembered, in milliseconds.
    ///
    /// It is twice the time in which the holders of every room are compared with the table: a holder that still has
    /// members somewhere is swept once more.
    static let memory = 10 * 60 * 1000

    /// The record of a holder in the table.
    enum Lease: Equatable {
        /// It was renewed this many times, last at this time.
        case alive(count: Int, time: Int)
        /// The holder goes away, and its members leave at this time, which was this many milliseconds ahead then.
        case ending(time: Int, delay: Int)
        /// Its members are to be swept.
        case dead
        /// They have been swept.
        case gone(time: Int)

        /// Parses the text that a script wrote; nil if this version does not know it.
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

    /// The step to take for a holder.
    enum Verdict: Equatable {
        /// Record that it is dead, unless its lease has changed since; then sweep its members.
        case bury
        /// Sweep its members: it was recorded as dead before.
        case sweep
        /// Remove it from the table.
        case forget
    }

    private struct Sighting {
        var text: String
        /// The number of looks that found it unchanged.
        var looks: Int
    }

    private var sightings: [String: Sighting] = [:]
    private let lease: Int

    /// Begins with nothing seen.
    ///
    /// - Parameter lease: The length of a lease, in milliseconds.
    init(lease: Int) { self.lease = lease }

    /// Redis was away: nobody could renew a lease meanwhile.
    mutating func beginAnew() { self.sightings = [:] }

    /// The table was read.
    ///
    /// - Parameters:
    ///   - table: The record of each holder.
    ///   - time: The time by Redis' clock.
    ///   - isRegular: Whether this is a regular look; an extra look says nothing about renewals.
    /// - Returns: The step for each holder.
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
            // A holder that another node has entered is alive only if it renews: it had the time for two renewals.
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

    /// The step to take for a holder that has members in some rooms, so that they are swept when it is dead.
    enum Discovery: Equatable {
        /// It is not in the table: enter it, as if it had been renewed now. If it is alive, it will renew; if not, it
        /// is found dead later.
        case enter
        /// It was swept, and these rooms were not on its list, or it was alive and went on writing: sweep it once more.
        case sweepAgain
        /// It is being swept, and its list may be lost: add these rooms to it.
        case list
    }

    /// A holder was found in a room.
    ///
    /// - Parameter text: Its record in the table, read after that; nil: none.
    /// - Returns: The step; nil when there is none.
    static func discovered(_ text: String?) -> Discovery? {
        guard let text else { return .enter }
        switch Lease(text) {
        case .gone: return .sweepAgain
        case .dead: return .list
        // A living holder compares its own list with each renewal.
        case .alive, .ending, nil: return nil
        }
    }
}
