/// A place where so many tasks wait for each other.
actor Barrier {
    private let count: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(_ count: Int) { self.count = count }

    /// Returns when all have arrived.
    func arrive() async {
        guard self.waiting.count + 1 < self.count else {
            for continuation in self.waiting { continuation.resume() }
            return self.waiting = []
        }
        await withCheckedContinuation { self.waiting.append($0) }
    }
}
