@testable import ChatCore

extension CommandMachine {
    /// A command comes as a client writes it.
    mutating func receive(_ envelope: CommandEnvelope, now: ContinuousClock.Instant) -> OnCommand {
        self.receive(envelope.encoded(), limits: Limits(), now: now)
    }
}
