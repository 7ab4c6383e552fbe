internal import NIOCore

extension CommandPipeline {
    /// The requests that were sent to Redis and are not answered yet, in the order of the answers.
    struct Wire {
        enum Entry {
            case request(Request)
            /// A script is being loaded, or the next request is prepared.
            case load
        }

        private var entries = CircularBuffer<Entry>()
        /// The number of urgent ones.
        private(set) var urgentCount = 0
        /// The number of bulk ones.
        private(set) var bulkCount = 0
        /// The time since when the first of them waits for its answer.
        private var owedSince = NIODeadline.uptimeNanoseconds(0)

        var isEmpty: Bool { self.entries.isEmpty }

        /// The time that the first entry has waited for its answer.
        func silence(_ now: NIODeadline) -> TimeAmount { self.isEmpty ? .zero : now - self.owedSince }

        mutating func append(_ entry: Entry, _ now: NIODeadline) {
            if self.isEmpty { self.owedSince = now }
            if case .request(let request) = entry, request.asks { self.entries.append(.load) }
            self.count(entry, 1)
            self.entries.append(entry)
        }

        /// An answer came; returns the entry that it answers.
        mutating func popFirst(_ now: NIODeadline) -> Entry? {
            guard let entry = self.entries.popFirst() else { return nil }
            self.owedSince = now
            self.count(entry, -1)
            return entry
        }

        private mutating func count(_ entry: Entry, _ step: Int) {
            guard case .request(let request) = entry else { return }
            switch request.priority {
            case .urgent: self.urgentCount += step
            case .normal: break
            case .bulk: self.bulkCount += step
            }
        }

        /// The connection is lost; returns the unanswered requests, which may have been executed.
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
