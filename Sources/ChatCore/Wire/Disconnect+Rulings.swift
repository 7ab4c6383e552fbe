extension Disconnect {
    /// The most bytes of a reason: a control frame has 125, two of them for the code (RFC 6455, section 5.5).
    private static let maximumReason = 123

    /// A moderator keeps the client off the server; the reason says why, as far as there is space.
    package static func banned(_ ruling: Ruling) -> Disconnect {
        var disconnect = Disconnect.removed
        guard !ruling.reason.isEmpty else { return disconnect }
        var reason = disconnect.reason + ": "
        for scalar in ruling.reason.unicodeScalars {
            let next = String(scalar)
            guard reason.utf8.count + next.utf8.count <= Self.maximumReason else { break }
            reason += next
        }
        disconnect.reason = reason
        return disconnect
    }
}
