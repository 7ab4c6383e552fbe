/// The rule for a command's `id`, and for every other number of the protocol.
package enum CommandID {
    /// The largest whole number that every JSON implementation holds exactly.
    package static let maximum = 1 << 53 - 1
}
