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
        /// Resolved when an attempt to get newer keys has ended; there is one while tokens wait for it.
        var attempt: Promised<Void>?
        var waiting = 0

        /// When an address is to be asked next.
        var nextAttempt: ContinuousClock.Instant? { self.ring.nextAttempt(isWanted: self.attempt != nil) }
    }

    /// The step of a token whose keys were looked up.
    private enum Step {
        case end(Result<[TokenKey], TokenRefusal>)
        /// Look again when this attempt to get newer keys has ended.
        case wait(Promised<Void>)
    }

    private let source: IdentityConfiguration.Source?
    private let rules: TokenRules
    /// How long a token waits for newer keys.
    private let patience: Duration
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
        self.patience = configuration.patience
        self.firstStamp = configuration.stamp
        self.logger = logger
        var ring: KeyRing
        switch configuration.source {
        case .address(let address):
            ring = KeyRing(ages: true)
            self.fetcher = KeyFetcher(
                address: address,
                group: group,
                authorities: configuration.authorities,
                patience: configuration.patience
            )
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
    ///   - now: The clock, in milliseconds since the Unix epoch; it is read when the keys are there.
    /// - Returns: What it grants then.
    /// - Throws: ``TokenRefusal``.
    package func grant(_ token: String, now: @Sendable () -> Int) async throws(TokenRefusal) -> Grant {
        let text = try TokenText(token)
        let keys = try await self.keys(for: text.header)
        return try self.rules.grant(text, keys: keys, now: now())
    }

    /// The keys for a token, after a wait for newer ones where it names one that is not known.
    ///
    /// - Throws: ``TokenRefusal/unknownKey`` only when the keys were had since it was called.
    private func keys(for header: TokenHeader) async throws(TokenRefusal) -> [TokenKey] {
        let came = ContinuousClock.now
        let deadline = came + self.patience
        while true {
            switch self.step(header, came: came, deadline: deadline) {
            case .end(let result): return try result.get()
            case .wait(let attempt):
                self.wanted.wake()
                await Self.wait(for: attempt, until: deadline)
                self.state.withLock { $0.waiting -= 1 }
                // A second attempt is needed when the first one was under way as the token came.
                guard !Task.isCancelled, ContinuousClock.now < deadline else { throw .keysUnavailable }
            }
        }
    }

    private func step(_ header: TokenHeader, came: ContinuousClock.Instant, deadline: ContinuousClock.Instant) -> Step {
        self.state.withLock { state in
            switch state.ring.keys(for: header, came: came, now: .now) {
            case .keys(let keys): return .end(.success(keys))
            case .unknown: return .end(.failure(.unknownKey))
            case .unavailable: return .end(.failure(.keysUnavailable))
            case .ask(let from):
                guard state.isRunning, from < deadline, state.waiting < Self.maximumWaiting else {
                    return .end(.failure(.keysUnavailable))
                }
                state.waiting += 1
                let attempt = state.attempt ?? Promised()
                state.attempt = attempt
                return .wait(attempt)
            }
        }
    }

    private static func wait(for attempt: Promised<Void>, until deadline: ContinuousClock.Instant) async {
        await withTaskGroup { group in
            group.addTask { _ = await attempt.wait() }
            group.addTask { _ = try? await Task.sleep(until: deadline, clock: .continuous) }
            await group.next()
            group.cancelAll()
        }
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

    /// Looks at the file from time to time, and when a token names a key that is not known: it may be newer than the look.
    private func watch(_ path: String) async {
        var stamp = self.firstStamp
        var (last, reason): ([UInt8]?, String?)
        while true {
            await self.wanted.wait(until: .now + Self.lookInterval)
            guard !Task.isCancelled else { return }
            let isAsked = self.begin()
            let found = FileStamp(path)
            do throws(KeyError) {
                if isAsked || found != stamp {
                    let bytes = try IdentityConfiguration.bytes(ofFile: path)
                    // A file that cannot be read is tried at each look, one that is wrong only when it has changed.
                    stamp = found
                    if bytes == last {
                        self.confirm()
                    } else {
                        self.took(try await IdentityConfiguration.keys(bytes, ofFile: path))
                    }
                    (last, reason) = (bytes, nil)
                } else if reason == nil {
                    self.confirm()
                } else {
                    self.failed()
                }
            } catch {
                self.failed()
                // The same reason is said once, however long it lasts, and to whoever asks.
                if isAsked || error.reason != reason {
                    self.logger.warning("the keys for tokens stay as they were: \(error.reason)")
                }
                reason = error.reason
            }
            self.attemptEnded()
        }
    }

    private func ask() async {
        guard let fetcher else { return }
        var (last, reason): ([UInt8]?, String?)
        while !Task.isCancelled {
            self.begin()
            do throws(KeyError) {
                let answer = try await fetcher.fetch()
                if answer == last {
                    self.confirm()
                } else {
                    self.took(try await KeySetJSON.read(answer, mayHaveSecrets: false))
                }
                (last, reason) = (answer, nil)
            } catch {
                self.failed()
                // The same reason is said once, however long it lasts.
                if error.reason != reason {
                    self.logger.warning("no keys for tokens from \(fetcher.address): \(error.reason)")
                }
                reason = error.reason
            }
            self.attemptEnded()
            repeat {
                await self.wanted.wait(until: self.state.withLock { $0.nextAttempt })
            } while !Task.isCancelled && !self.isDue()
        }
    }

    /// Whether an address is to be asked now: only the operator can make it be asked faster.
    private func isDue() -> Bool {
        self.state.withLock { $0.isReloading || ($0.nextAttempt ?? .now) <= .now }
    }

    /// An attempt to get newer keys begins.
    ///
    /// - Returns: Whether the operator wants it.
    @discardableResult
    private func begin() -> Bool {
        self.state.withLock { state in
            defer { state.isReloading = false }
            state.ring.begin(now: .now)
            return state.isReloading
        }
    }

    private func confirm() { self.state.withLock { $0.ring.confirm(now: .now) } }

    private func failed() { self.state.withLock { $0.ring.fail(now: .now) } }

    private func took(_ keys: KeySet) {
        self.state.withLock { $0.ring.load(keys, now: .now) }
        let algorithms = Set(keys.keys.map(\.algorithm.rawValue)).sorted().joined(separator: ", ")
        self.logger.info("the server has \(keys.keys.count) keys for tokens (\(algorithms))")
    }
}
