package import NIOCore

extension TimeAmount {
    /// How long a test waits for what comes at once on any machine that has time for it.
    package static var patient: TimeAmount { .minutes(5) }
}
