/// Decides which of several refreshes that are under way at once is in force, without I/O.
///
/// A token may have to wait for the keys that verify it while a later one does not.
struct RefreshOrder {
    /// The place of a refresh among those of its connection.
    struct Turn {
        fileprivate let number: Int
    }

    private var begun = 0
    private var taken = 0

    /// A refresh came.
    ///
    /// - Returns: Its place, in the order in which they came.
    mutating func begin() -> Turn {
        self.begun += 1
        return Turn(number: self.begun)
    }

    /// What to do with a token that is good.
    enum OnTake: Equatable {
        /// It is in force from now on.
        case apply
        /// The token of a later refresh was taken before, and stays in force.
        case overtaken
    }

    /// The token of a refresh is good.
    mutating func take(_ turn: Turn) -> OnTake {
        guard turn.number > self.taken else { return .overtaken }
        self.taken = turn.number
        return .apply
    }

    /// Whether no later refresh was taken since this one was.
    func isInForce(_ turn: Turn) -> Bool { turn.number == self.taken }
}
