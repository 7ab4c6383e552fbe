internal import ChatClient
internal import ChatCore
internal import ChatWords

// MARK: - What time brings

extension JoinSession {
    /// How often the way to the server and back is measured.
    private static let measuring: Duration = .seconds(20)

    /// Looks once a second: who stopped typing, what waits, how far the server is.
    func watchTime() async -> End? {
        var measured: ContinuousClock.Instant?
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(1))
            if case .connected = self.connection {
                if measured.map({ .now - $0 >= Self.measuring }) ?? true {
                    measured = .now
                    self.later { await self.measure() }
                }
            } else {
                measured = nil
            }
            self.refresh()
        }
        return nil
    }

    /// Measures the way to the server and back; one that a broken connection interrupts says nothing.
    private func measure() async {
        guard case .connected(let before) = self.connection else { return }
        let start = ContinuousClock.now
        guard (try? await self.client.ping()) != nil, case .connected(before) = self.connection else { return }
        self.latency = .now - start
        self.refresh()
    }
}

// MARK: - The beginning

extension JoinSession {
    /// Enters the rooms, and sends what the outbox kept, before anything new is sent there.
    func begin() async {
        for room in self.options.rooms where !self.rooms.contains(room) { await self.join(room) }
        let kept = self.options.kept
        for send in kept.expired {
            self.warn(Phrase.outboxExpired(["room": send.room.rawValue, "text": send.text]))
        }
        for room in Set(kept.sends.map(\.room)) {
            if !self.rooms.contains(room) { await self.join(room) }
            let count = kept.sends.count { $0.room == room }
            self.notice(Phrase.kept(["room": room.rawValue, "count": "\(count)"]))
        }
        for send in kept.sends {
            do throws(ClientError) { self.follow(try await self.client.resend(send), send.text) } catch {
                self.warn(Notices.unsent(send.text, Words.of(error)))
            }
        }
    }
}
