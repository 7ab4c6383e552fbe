internal import ArgumentParser
internal import ChatClient
internal import ChatCore
internal import ChatSystem
internal import ChatTerminal
internal import ChatWords

/// Runs a client for as long as a command works with it.
enum Session {
    /// Connects, runs the body, and ends cleanly.
    ///
    /// - Parameters:
    ///   - configuration: Of the client.
    ///   - timeout: The longest time that the body may take; nil: no bound.
    ///   - body: The work; it also takes the events.
    /// - Throws: `ExitCode`, after people were told why.
    static func run(
        _ configuration: ChatClient.Configuration,
        timeout: Duration? = nil,
        _ body: @Sendable @escaping (ChatClient) async throws -> ExitStatus
    ) async throws {
        let status: ExitStatus
        do {
            let client = try ChatClient(configuration)
            status = await self.work(client, timeout, body)
        } catch {
            Output.notice(Words.of(error))
            status = ExitStatus(error)
        }
        if status != .success { throw status.exitCode }
    }

    /// The end of one of the tasks of a session.
    private enum Outcome: Sendable {
        case done(ExitStatus)
        case failed(ClientError)
        case ended
        case timeout
    }

    private static func work(
        _ client: ChatClient,
        _ timeout: Duration?,
        _ body: @Sendable @escaping (ChatClient) async throws -> ExitStatus
    ) async -> ExitStatus {
        await withTaskGroup(of: Outcome.self) { group in
            group.addTask {
                do throws(ClientError) { try await client.run() } catch { return .failed(error) }
                return .ended
            }
            group.addTask { await self.outcome(of: body, client) }
            if let timeout {
                group.addTask {
                    try? await Task.sleep(for: timeout)
                    return .timeout
                }
            }
            let outcome = await group.next()
            await client.close()
            group.cancelAll()
            switch outcome {
            case .done(let status): return status
            case .failed(let error):
                Output.notice(Words.of(error))
                return ExitStatus(error)
            case .timeout:
                let isConnected = await client.session != nil
                Output.notice(isConnected ? Phrase.noAnswer() : Phrase.noConnection())
                return isConnected ? .timeout : .unavailable
            case .ended, nil: return .success
            }
        }
    }

    private static func outcome(
        of body: (ChatClient) async throws -> ExitStatus,
        _ client: ChatClient
    ) async -> Outcome {
        do { return .done(try await body(client)) } catch let error as ClientError {
            return .failed(error)
        } catch let status as ExitStatus {
            return .done(status)
        } catch let error as FileError {
            Output.notice(Words.of(error))
            return .done(.storage)
        } catch {
            // The session has ended meanwhile, for a reason that is told.
            guard !Task.isCancelled else { return .ended }
            Output.notice("\(error)")
            return .done(.software)
        }
    }
}
