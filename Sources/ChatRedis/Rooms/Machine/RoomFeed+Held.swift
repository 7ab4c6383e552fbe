internal import ChatCore

extension RoomFeed {
    /// Publications that came before their turn.
    struct Held {
        /// The most that are held; later ones are left to the next reading of the log.
        private let limit: Int
        private var publications: [Publication] = []
        private var hasOverflowed = false

        init(limit: Int) { self.limit = limit }

        var count: Int { self.publications.count }

        /// Holds a publication; returns whether there was space for it.
        mutating func append(_ publication: Publication) -> Bool {
            guard self.publications.count < self.limit else {
                self.hasOverflowed = true
                return false
            }
            self.publications.append(publication)
            return true
        }

        /// Drops publications that were held before the log was read but are not in it: no log ever had them.
        ///
        /// - Returns: The number of dropped publications.
        mutating func dropUnlogged(_ page: LogPage, before count: Int) -> Int {
            let all = self.publications.count
            let judged = self.publications.prefix(count).filter {
                $0.position.epoch == page.epoch && $0.position.seq <= page.head
            }
            self.publications = judged + self.publications.dropFirst(count)
            return all - self.publications.count
        }

        /// The publications of this epoch, by number.
        func inOrder(of epoch: Epoch) -> [Publication] {
            self.publications.filter { $0.position.epoch == epoch }.sorted { $0.position.seq < $1.position.seq }
        }

        /// Takes out the publications that follow a position without a hole, and drops those before it.
        mutating func take(following position: LogPosition) -> [Publication] {
            var following: [Publication] = []
            var rest: [Publication] = []
            for publication in self.publications.sorted(by: { $0.position.seq < $1.position.seq }) {
                let next = position.seq + following.count + 1
                if publication.position.epoch != position.epoch || publication.position.seq > next {
                    rest.append(publication)
                } else if publication.position.seq == next {
                    following.append(publication)
                }
            }
            self.publications = rest
            return following
        }

        /// A reading has come back and the publications that follow it were taken; returns whether the log must be read
        /// again for the rest.
        mutating func endReading() -> Bool {
            defer { self.hasOverflowed = false }
            return self.hasOverflowed || !self.publications.isEmpty
        }
    }
}
