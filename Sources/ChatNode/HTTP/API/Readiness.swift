import ChatCore

/// Whether messages go through the broker: asked once for all who want to know at about the same time.
///
/// Anybody may ask without a limit, since a balancer must, and each question costs the broker a message.
actor Readiness {
    /// The time for which an answer is good.
    private static let age = Duration.milliseconds(100)

    private let control: any BrokerControl
    private let reading = SharedReading<BrokerError?>()
    private var last: (answer: BrokerError?, time: ContinuousClock.Instant)?

    init(control: any BrokerControl) { self.control = control }

    /// The reason why the node is not ready; nil when it is.
    func trouble() async -> BrokerError? {
        if let last, .now - last.time < Self.age { return last.answer }
        return await self.reading.value {
            let answer = await self.probe()
            self.last = (answer, .now)
            return answer
        }
    }

    private func probe() async -> BrokerError? {
        do throws(BrokerError) {
            try await self.control.probe()
            return nil
        } catch {
            return error
        }
    }
}
