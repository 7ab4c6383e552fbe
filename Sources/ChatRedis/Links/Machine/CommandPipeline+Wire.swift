internal import NIOCore

extension CommandPipeline {
    /// The requests that Redis has been sent and has not answered, in the order in which it will.
    struct Wire {
        enum Entry {
            case request(Request)
            /// A script is being loaded.
            case load
        }

        private var entries = CircularBuffer<Entry>()
        /// How many of them are urgent.
        private(set) var urgentCount = 0
        /// Since when the first of them is owed its answer.
        private var owedSince = NIODeadline.uptimeNanoseconds(0)

        var isEmpty: Bool { self.entries.isEmpty }

        /// For how long the answer to the first entry has not come.
        func silence(_ now: NIODeadline) -> TimeAmount { self.isEmpty ? .zero : now - self.owedSince }

        mutating func append(_ entry: Entry, _ now: NIODeadline) {
            if self.isEmpty { self.owedSince = now }
            if case .request(let request) = entry, request.isUrgent { self.urgentCount += 1 }
            self.entries.append(entry)
        }

        /// An answer came; tells what it answers.
        mutating func popFirst(_ now: NIODeadline) -> Entry? {
            guard let entry = self.entries.popFirst() else { return nil }
            self.owedSince = now
            if case .request(let request) = entry, request.isUrgent { self.urgentCount -= 1 }
            return entry
        }

        /// The connection is lost; gives the requests that were not answered, which may have been done.
        mutating func lost() -> [Request] {
            let requests = self.entries.compactMap { entry -> Request? in
                guard case .request(var request) = entry else { return nil }
                request.mayBeDone = true
                return request
            }
            self = Wire()
            return requests
        }
    }
}
