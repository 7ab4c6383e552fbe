package import ChatCore
import ChatSystem
package import Logging
package import NIOCore
import Synchronization

/// The one place that says who somebody is and what they may do: every way in asks it.
///
/// It keeps the keys for tokens and gets newer ones: of a file when that changes, of an address at intervals and when a
/// token names a key that is not known. No token, and nothing of one, is in what it logs.
package final class Authorizer: Sendable {
    /// How often the file of the keys is looked at.
    package static let lookInterval = Duration.seconds(5)
    /// The most tokens that wait for newer keys.
    private static let maximumWaiting = 1024

    private struct State {
        var ring: KeyRing
        /// Whether somebody gets newer keys when they are wanted.
        var isRunning = false
        /// Whether the operator wants newer keys.
        var isReloading = false
        /// Resolved when the attempt to get newer keys has ended.
        var attempt: Promised<Void>?
        var waiting = 0
    }

    private let source: IdentityConfiguration.Source?
    private let rules: TokenRules
    /// The file of the keys as it was before they were read.
    private let firstStamp: FileStamp?
    private let fetcher: KeyFetcher?
    private let logger: Logger
    private let state: Mutex<State>
    private let wanted = Wakeup()

    /// Makes the authorizer of a node.
    ///
    /// - Parameters:
    ///   - configuration: The operator's settings.
    ///   - group: The loops on which an address is asked.
    ///   - logger: The log.
    package init(_ configuration: IdentityConfiguration, group: any EventLoopGroup, logger: Logger) {
        self.source = configuration.source
        self.rules = configuration.rules
        self.firstStamp = configuration.stamp
        self.logger = logger
        var ring: KeyRing
        switch configuration.source {
        case .address(let address):
            ring = KeyRing(ages: true)
            self.fetcher = KeyFetcher(address: address, group: group, authorities: configuration.authorities)
        case .file, nil:
            ring = KeyRing(ages: false)
            self.fetcher = nil
        }
        if let keys = configuration.keys { ring.load(keys, now: .now) }
        self.state = Mutex(State(ring: ring))
    }

    /// Whether clients need a token.
    package var asksForTokens: Bool { self.source != nil }

    // MARK: Tokens

    /// Reads a token.
    ///
    /// - Parameters:
    ///   - token: The token as it came.
    ///   - now: The time, in milliseconds since the Unix epoch.
    /// - Returns: What it grants now.
    /// - Throws: ``TokenRefusal``.
    package func grant(_ token: String, now: Int) async throws(TokenRefusal) -> Grant {
        let text = try TokenText(token)
        var answer = self.state.withLock { $0.ring.keys(for: text.header, now: .now) }
        if case .ask = answer {
            await self.getNewerKeys()
            answer = self.state.withLock { $0.ring.keys(for: text.header, now: .now) }
        }
        switch answer {
        case .keys(let keys): return try self.rules.grant(text, keys: keys, now: now)
        case .ask, .unknown: throw .unknownKey
        case .unavailable: throw .keysUnavailable
        }
    }

    /// Waits for one attempt to get newer keys, which all who want them share.
    private func getNewerKeys() async {
        let attempt = self.state.withLock { state -> Promised<Void>? in
            guard state.isRunning, state.waiting < Self.maximumWaiting else { return nil }
            state.waiting += 1
            let attempt = state.attempt ?? Promised()
            state.attempt = attempt
            return attempt
        }
        guard let attempt else { return }
        self.wanted.wake()
        _ = await attempt.wait()
        self.state.withLock { $0.waiting -= 1 }
    }

    // MARK: Keys

    /// Gets the keys again, now: the operator has changed them.
    package func reload() {
        self.state.withLock { $0.isReloading = true }
        self.wanted.wake()
    }

    /// Gets newer keys when they are due or wanted, until the task is cancelled.
    package func run() async {
        guard let source else { return }
        self.state.withLock { $0.isRunning = true }
        switch source {
        case .file(let path): await self.watch(path)
        case .address: await self.ask()
        }
        self.state.withLock { $0.isRunning = false }
        self.attemptEnded()
    }

    private func attemptEnded() {
        let attempt = self.state.withLock { state -> Promised<Void>? in
            defer { state.attempt = nil }
            return state.attempt
        }
        attempt?.resolve(())
    }

    private func watch(_ path: String) async {
        var stamp = self.firstStamp
        while !Task.isCancelled {
            await self.wanted.wait(until: .now + Self.lookInterval)
            let found = FileStamp(path)
            guard !Task.isCancelled, found != stamp else { continue }
            stamp = found
            do throws(KeyError) {
                self.took(try await IdentityConfiguration.keys(ofFile: path))
            } catch {
                self.logger.warning("the keys for tokens stay as they were: \(error.reason)")
            }
        }
    }

    private func ask() async {
        guard let fetcher else { return }
        var (last, reason): ([UInt8]?, String?)
        while !Task.isCancelled {
            do throws(KeyError) {
                let answer = try await fetcher.fetch()
                if answer == last {
                    self.state.withLock { $0.ring.confirm(now: .now) }
                } else {
                    self.took(try await KeySetJSON.read(answer, mayHaveSecrets: false))
                }
                (last, reason) = (answer, nil)
            } catch {
                self.state.withLock { $0.ring.fail(now: .now) }
                // The same reason is said once, however long it lasts.
                if error.reason != reason {
                    self.logger.warning("no keys for tokens from \(fetcher.address): \(error.reason)")
                }
                reason = error.reason
            }
            self.attemptEnded()
            repeat {
                await self.wanted.wait(until: self.state.withLock { $0.ring.nextAttempt() })
            } while !Task.isCancelled && !self.isDue()
        }
    }

    /// Whether an address is to be asked now: a token that came during an attempt has waited for that one.
    private func isDue() -> Bool {
        self.state.withLock { state in
            defer { state.isReloading = false }
            return state.isReloading || state.attempt != nil || (state.ring.nextAttempt() ?? .now) <= .now
        }
    }

    private func took(_ keys: KeySet) {
        self.state.withLock { $0.ring.load(keys, now: .now) }
        let algorithms = Set(keys.keys.map(\.algorithm.rawValue)).sorted().joined(separator: ", ")
        self.logger.info("the server has \(keys.keys.count) keys for tokens (\(algorithms))")
    }
}
