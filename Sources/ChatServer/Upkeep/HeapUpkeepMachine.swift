/// Decides when the process gives back the memory that a crowd has left behind.
///
/// It is looked at in even steps. A crowd has gone when not even half of its connections have been here for a whole
/// ``calm``: a crowd that comes back at once finds its memory where it was.
struct HeapUpkeepMachine: Equatable {
    /// The number of looks at which it has to be calm.
    static let calm = 12
    /// The connections that are a crowd: the memory of fewer is not worth a walk through the heap.
    static let crowd = 32

    /// The numbers of connections at the last looks, at most ``calm`` of them.
    private var recent: [Int] = []
    /// The most connections since the last time that memory was given back.
    private var peak = 0

    /// The node was looked at.
    ///
    /// - Parameter connections: Those that are open.
    /// - Returns: Whether to give memory back now.
    mutating func look(connections: Int) -> Bool {
        self.recent = self.recent.suffix(Self.calm - 1) + [connections]
        self.peak = max(self.peak, connections)
        guard self.recent.count == Self.calm, let most = self.recent.max() else { return false }
        guard self.peak >= Self.crowd, most <= self.peak / 2 else { return false }
        self.peak = most
        return true
    }
}
