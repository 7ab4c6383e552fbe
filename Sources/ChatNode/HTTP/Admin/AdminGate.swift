import ChatCore
import HTTPTypes
import Hummingbird
import Synchronization

/// Lets nobody to the admin API but who has its key.
final class AdminGate: Sendable {
    /// The wrong keys that an address may show at once, and how fast it may go on.
    private static let wrongKeys = Limits.Rate(burst: 5, perSecond: 1)
    /// The most addresses whose wrong keys are counted; past it the counts of all begin again.
    private static let maximumAddresses = 10_000

    private let key: AdminKey
    private let wrong = Mutex([AddressBlock?: TokenBucket]())

    init(key: AdminKey) { self.key = key }

    /// Checks the key of a request.
    ///
    /// - Parameters:
    ///   - request: It has the key in `Authorization: Bearer`, and never in its address.
    ///   - address: Where it comes from.
    ///   - now: The time.
    /// - Throws: ``APIError`` with `unauthorized`, or with `rate_limited` after too many wrong keys.
    func check(_ request: Request, from address: NetworkAddress?, now: ContinuousClock.Instant = .now) throws(APIError)
    {
        let block = address?.block
        // Somebody who guesses gets no answer to a further guess, right or wrong.
        let wait = self.wrong.withLock { wrong -> Duration? in
            var bucket = wrong[block]
            return bucket?.take(now: now)
        }
        if let wait {
            throw APIError(
                ProtocolError(
                    .rateLimited,
                    "too many wrong keys came from this address",
                    retryMilliseconds: wait.inMilliseconds
                )
            )
        }
        let parts = request.headers[.authorization]?.split(separator: " ", maxSplits: 1) ?? []
        if parts.count == 2, parts[0].lowercased() == "bearer", self.key.matches(String(parts[1])) { return }
        if parts.count == 2 {
            self.wrong.withLock { wrong in
                if wrong.count >= Self.maximumAddresses { wrong = [:] }
                _ = wrong[block, default: TokenBucket(Self.wrongKeys, now: now)].take(now: now)
            }
        }
        var error = APIError(ProtocolError(.unauthorized, "the admin API needs its key, as Authorization: Bearer"))
        error.headers[.wwwAuthenticate] = "Bearer"
        throw error
    }
}
