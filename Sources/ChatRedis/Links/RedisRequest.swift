internal import ChatCore
internal import NIOCore

/// A command on its way to Redis, and the handler of its answer.
struct RedisRequest: PipelineRequest {
    /// The connection over which a request goes.
    enum Way {
        /// That for all commands.
        case commands
        /// That over which messages are stored, if there is one.
        case log
        /// The same, and replicas confirm what it has stored.
        case confirmed
    }

    /// The script that it runs; nil for a plain command.
    var script: RedisScript?
    /// The command, or the script's number of keys, keys and arguments.
    var command: RedisCommand
    /// One of the keys that it touches, which tells the server that has them; nil: any server may have it.
    let key: String?
    var way = Way.commands
    var isRepeatable = true
    var priority = RequestPriority.normal
    var confirmsEarlier = false
    var mayBeDone = false
    var deadline = NIODeadline.distantFuture
    /// Whether it asks a server that has not got its slot to take it once.
    var asks = false
    /// Called on the broker's event loop, in place of the completion, when the server does not take the request because
    /// of its slot, so that it can be sent elsewhere; nil: such an answer is an error like any other.
    var onReturn: ((RedisRequest, Redirection) -> Void)?
    /// Called in place of the completion for what replicas confirm, with the number of them.
    var onConfirmed: ((RedisResult, Result<Int, BrokerError>) -> Void)?
    /// Called once, on the broker's event loop.
    var completion: (Result<RedisReply, BrokerError>) -> Void = { _ in }

    var isScript: Bool { self.script != nil }
    var byteCount: Int { self.command.bytes.count }

    /// Makes a request of a plain command that may be repeated.
    ///
    /// - Parameters:
    ///   - command: The command.
    ///   - key: One of the keys that it touches, or the channel on which it publishes.
    init(_ command: RedisCommand, on key: String) { (self.command, self.key) = (command, key) }

    /// Makes a request of a command without keys, which is about the connection or its server.
    init(keyless command: RedisCommand) { (self.command, self.key) = (command, nil) }

    /// Makes a request that runs a script and may be repeated.
    init(_ script: RedisScript, keys: String..., arguments: (inout RedisCommand) -> Void = { _ in }) {
        self.init(script, keys: keys, arguments: 6, bytes: 0, append: arguments)
    }

    /// Makes a request that runs a script and may be repeated.
    ///
    /// - Parameters:
    ///   - script: The script.
    ///   - keys: The names of the keys that it touches.
    ///   - arguments: The approximate number of arguments.
    ///   - bytes: The expected number of bytes besides names and numbers.
    ///   - append: Appends the arguments.
    init(
        _ script: RedisScript,
        keys: [String],
        arguments: Int,
        bytes: Int,
        append: (inout RedisCommand) -> Void
    ) {
        self.init(script, on: keys.first, arguments: 1 + keys.count + arguments, bytes: bytes) { command in
            command.append(keys.count)
            for key in keys { command.append(key) }
            append(&command)
        }
    }

    /// Makes a request that runs a script and may be repeated.
    ///
    /// - Parameters:
    ///   - script: The script.
    ///   - key: One of the keys that it touches.
    ///   - keys: The names of the keys that it touches, as they are written once for a room.
    ///   - arguments: The approximate number of arguments.
    ///   - bytes: The expected number of bytes besides names and numbers.
    ///   - append: Appends the arguments.
    init(
        _ script: RedisScript,
        on key: String,
        keys: RedisCommand,
        arguments: Int,
        bytes: Int,
        append: (inout RedisCommand) -> Void
    ) {
        self.init(script, on: key, arguments: 1 + keys.count + arguments, bytes: bytes) { command in
            command.append(keys.count)
            command.append(contentsOf: keys)
            append(&command)
        }
    }

    private init(
        _ script: RedisScript,
        on key: String?,
        arguments: Int,
        bytes: Int,
        append: (inout RedisCommand) -> Void
    ) {
        self.script = script
        self.key = key
        self.command = RedisCommand()
        self.command.reserve(arguments: arguments, bytes: 512 + bytes)
        append(&self.command)
    }

    /// Ends the request with the answer of Redis.
    func end(_ reply: RedisReply) {
        guard case .error(let text) = reply else { return self.completion(.success(reply)) }
        if let onReturn, let redirection = Redirection(text) {
            onReturn(self, redirection)
        } else {
            self.fail(BrokerError(redis: text))
        }
    }

    /// Ends the request with the reason why there is no answer.
    func fail(_ reason: BrokerError) {
        // This attempt does not show whether an earlier one was executed.
        let isUnknown = self.mayBeDone && reason.code.outcome == .notDone
        self.completion(.failure(isUnknown ? BrokerError(.uncertain, reason.reason) : reason))
    }
}
