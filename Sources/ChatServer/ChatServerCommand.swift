import ArgumentParser
import ChatNode
import ChatRedis
import ChatSettings
import ChatSystem
import Foundation
import Logging
import NIOCore
import ServiceLifecycle
import UnixSignals

/// `ChatServer`: serves the chat.
@main
struct ChatServerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ChatServer",
        abstract: "A realtime chat server: rooms over WebSocket, joined by Redis on any number of nodes.",
        discussion: """
            Every setting can be given by flag, by environment (--log-level is CHAT_LOG_LEVEL, --text-bytes is \
            CHAT_LIMITS_TEXT_BYTES) or in a JSON file (--config), in this order. Without --redis and REDIS_URL the chat \
            lives in memory.

            Exit status: 0 after a shutdown by SIGTERM or SIGINT, 64 for a wrong setting, 69 when the address cannot be \
            listened on or the system has too few files for it, 70 for a fault of the server's own, 73 when a file that \
            it keeps cannot be used.
            """,
        version: Node.serverVersion,
        subcommands: [CheckConfig.self, HealthCheck.self]
    )

    @OptionGroup var options: ServerOptions

    static func main() async {
        ProcessSetup.prepareStandardDescriptors(.nothing)
        await Self.main(nil)
    }

    func run() async throws {
        let (source, start) = try await self.options.resolve()
        let configuration = start.configuration
        if !configuration.allowsCoreDumps { CoreDumps.forbid() }
        let (format, level) = (configuration.logFormat, LogLevel(configuration.logLevel))
        LoggingSystem.bootstrap { LineLogHandler(label: $0, format: format, level: level) }
        let logger = Logger(label: "chat")
        for warning in configuration.warnings { logger.warning("\(warning)") }
        if let shortage = SystemResources.shortage(threads: configuration.node.threads) {
            logger.critical("\(shortage)")
            throw ExitCode(ExitStatus.unavailable.rawValue)
        }
        let (host, port) = (configuration.node.host, configuration.node.port)
        if let delays = configuration.node.testDelays { try await Task.sleep(for: delays.draw(upTo: 3000)) }
        let address = host.contains(":") ? "[\(host)]" : host
        let scheme = configuration.node.tls == nil ? "http" : "https"
        let node: Node
        do {
            node = try Node(configuration.node, logger: logger) { port in
                // One line on standard output, for people and for the scripts that wait for it.
                try? Descriptor.standardOutput.write("listening on \(scheme)://\(address):\(port)\n")
            }
        } catch let damage as ModerationFile.Damage {
            logger.critical("\(damage)")
            throw ExitCode(ExitStatus.storage.rawValue)
        }
        let reloading = await Reloading(source, start: start, node: node, level: level, logger: logger)
        let bound = ShutdownBound(drainDelay: configuration.node.drainDelay, logger: logger)
        var lifecycle = ServiceGroupConfiguration(
            services: [
                .init(service: NamedService(node)),
                .init(service: NamedService(reloading), successTerminationBehavior: .gracefullyShutdownGroup),
                .init(service: NamedService(HeapUpkeep(node: node))),
                .init(service: NamedService(bound)),
            ],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        lifecycle.maximumGracefulShutdownDuration = bound.patience
        let group = ServiceGroup(configuration: lifecycle)
        do {
            try await group.run()
            logger.notice("gone")
        } catch let failure as ListenFailure {
            logger.critical("cannot listen on \(failure.address): \(failure.text)")
            throw ExitCode(ExitStatus.unavailable.rawValue)
        } catch let error as IOError {
            let reason = String(cString: strerror(error.errnoCode))
            logger.critical("cannot listen on \(address):\(port): \(reason)")
            throw ExitCode(ExitStatus.unavailable.rawValue)
        } catch is SocketAddressError.UnknownHost {
            logger.critical("cannot listen on \(address):\(port): the host cannot be resolved")
            throw ExitCode(ExitStatus.unavailable.rawValue)
        } catch {
            guard !node.isDraining else {
                return logger.warning("the shutdown has taken too long and was cut short")
            }
            logger.critical("the server ends", metadata: ["error": "\(error)"])
            throw ExitCode(ExitStatus.software.rawValue)
        }
    }
}

/// `ChatServer check-config`: prints the values that would be used, without serving.
struct CheckConfig: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-config",
        abstract: "Check the settings and say what would be used."
    )

    // An option that both commands have goes to the parent, wherever it is on the line.
    @ParentCommand var parent: ChatServerCommand

    func run() async throws {
        let configuration = try await self.parent.options.resolve().start.configuration
        for warning in configuration.warnings { try? Descriptor.standardError.write("warning: \(warning)\n") }
        try? Descriptor.standardOutput.write(configuration.summary + "\n")
    }
}

extension ServerOptions {
    /// The settings of flags, environment and file.
    ///
    /// - Throws: `ExitCode` 64 after one line on standard error with the reason.
    fileprivate func resolve() async throws -> (source: SettingsSource, start: ReadSettings) {
        do throws(SettingError) {
            let environment = ProcessInfo.processInfo.environment
            let file = self.config ?? environment[Setting.config.variable]
            let source = SettingsSource(flags: self.values, environment: environment, file: file)
            var start = try await ReadSettings(source.read())
            start.configuration.node.hasEcho = self.testEcho
            let servers = (try? RedisServer.list(redis.joined(separator: "\n"))) ?? []
            if servers.contains(where: { $0.url.password != nil }) {
                start.configuration.warnings.append(
                    "a password on the command line can be seen by every user of this machine; "
                        + "use REDIS_URL or --redis-password-file"
                )
            }
            return (source, start)
        } catch {
            try? Descriptor.standardError.write("ChatServer: \(error.message)\n")
            throw ExitCode(ExitStatus.usage.rawValue)
        }
    }
}
