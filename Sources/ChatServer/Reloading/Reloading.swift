import ChatNode
import ChatSettings
import ChatSystem
import Foundation
import Logging
import ServiceLifecycle
import Synchronization
import UnixSignals

/// Reads the settings again while the node runs: on SIGHUP, and when a file of theirs has changed.
///
/// Either all of the new settings are taken or none: they are checked as at the start, and a fault leaves the old ones in
/// force. The log says what has changed, and what needs a restart.
struct Reloading: Service {
    /// How often the files are looked at.
    private static let interval: Duration = .seconds(1)

    private let source: SettingsSource
    private let start: ReadSettings
    private let node: Node
    private let level: LogLevel
    private let logger: Logger
    private let hangups: UnixSignalsSequence
    private let hasTerminal = ControllingTerminal.exists

    /// Traps SIGHUP, which would end the process otherwise.
    ///
    /// - Parameters:
    ///   - source: The places that settings come from.
    ///   - start: The settings of the start.
    ///   - node: The node that gets new ones.
    ///   - level: The level of the log.
    ///   - logger: The log.
    init(_ source: SettingsSource, start: ReadSettings, node: Node, level: LogLevel, logger: Logger) async {
        self.source = source
        self.start = start
        self.node = node
        self.level = level
        self.logger = logger
        self.hangups = await UnixSignalsSequence(trapping: .sighup)
    }

    /// Runs until the node ends, or until the terminal in which it was started has closed: then the node is to end.
    func run() async throws {
        await cancelWhenGracefulShutdown {
            let request = Request()
            await withTaskGroup { group in
                group.addTask { await self.listen(for: request) }
                group.addTask { await self.work(request) }
                await group.next()
                group.cancelAll()
            }
        }
    }

    private func listen(for request: Request) async {
        for await _ in self.hangups {
            guard !self.hasTerminal || ControllingTerminal.exists else {
                return self.logger.notice("the terminal has closed, and the server ends")
            }
            request.ask()
        }
    }

    private func work(_ request: Request) async {
        var state = State(self.start, files: self.source.files(self.start.settings))
        while !Task.isCancelled {
            let isAsked = await request.asked(until: .now + Self.interval)
            let marks = FileMark.marks(state.files)
            if isAsked {
                state.machine.asked(marks)
            } else {
                guard state.machine.look(marks, now: .now) == .read else { continue }
            }
            await self.reload(&state, isAsked: isAsked)
        }
    }

    private func reload(_ state: inout State, isAsked: Bool) async {
        let new: ReadSettings
        do throws(SettingError) {
            let settings = try await self.source.read()
            // Where they name other files, these are watched, even if they cannot be used yet.
            state.files = self.source.files(settings)
            new = try await ReadSettings(settings)
            try new.checkExpiry(insteadOf: state.current, now: Date())
        } catch {
            if state.machine.failed(error.message, isAsked: isAsked, now: .now) {
                self.logger.error("the new settings cannot be used, and the old ones stay in force: \(error.message)")
            }
            return
        }
        let isMended = state.machine.succeeded()
        let change = SettingsChange(from: state.current, to: new, start: self.start)
        self.level.set(new.configuration.logLevel)
        await self.node.reload(new.reloadable(start: self.start))
        for warning in new.configuration.warnings where !state.current.configuration.warnings.contains(warning) {
            self.logger.warning("\(warning)")
        }
        state.current = new
        self.tell(change, always: isAsked || isMended)
    }

    private func tell(_ change: SettingsChange, always: Bool) {
        if !change.taken.isEmpty { self.logger.notice("settings changed: \(change.taken.joined(separator: "; "))") }
        if !change.left.isEmpty {
            self.logger.warning("settings that need a restart: \(change.left.joined(separator: ", "))")
        }
        if always, change.taken.isEmpty, change.left.isEmpty { self.logger.notice("the settings are what they were") }
    }
}

extension Reloading {
    private struct State {
        var current: ReadSettings
        var files: [String]
        var machine: ReloadMachine<FileMark>

        init(_ start: ReadSettings, files: [String]) {
            self.current = start
            self.files = files
            self.machine = ReloadMachine(FileMark.marks(files))
        }
    }

    /// A request to read the settings, from another task.
    private final class Request: Sendable {
        private let isAsked = Atomic(false)
        private let wakeup = Wakeup()

        func ask() {
            self.isAsked.store(true, ordering: .releasing)
            self.wakeup.wake()
        }

        /// Returns when there is one, or when the time has come.
        func asked(until deadline: ContinuousClock.Instant) async -> Bool {
            await self.wakeup.wait(until: deadline)
            return self.isAsked.exchange(false, ordering: .acquiring)
        }
    }
}
