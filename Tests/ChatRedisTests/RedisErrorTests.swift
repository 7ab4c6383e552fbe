import ChatCore
import Testing

@testable import ChatRedis

/// The texts are what Redis 6.2.5 and 7.0.15 answer; those of 6.0 and 7.2 are from their sources.
@Suite("What an error of Redis says", .patience)
struct RedisErrorTests {
    private static let six = "ERR Error running script (call to f_b652620c7b713fe37100e275ef452e9b375fe26d): "
    private static let seven = " script: b652620c7b713fe37100e275ef452e9b375fe26d, on @user_script:1."

    @Test(arguments: [
        "READONLY You can't write against a read only replica.",
        "READONLY You can't write against a read only replica." + seven,
        six + "@user_script:1: @user_script: 1: -READONLY You can't write against a read only replica.",
        six + "@user_script:12: @user_script: 12: -READONLY You can't write against a read only slave.",
        "@user_script: 12: -READONLY You can't write against a read only replica.",
        "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
        six + "@user_script:1: @user_script: 1: Write commands not allowed on a stale replica",
    ])
    func `a Redis that is no primary any more is left, in a script too`(text: String) {
        #expect(RedisReply.error(text).reasonToLeave != nil)
        #expect(!RedisReply.error(text).refusesWrites)
    }

    @Test(arguments: [
        "OOM command not allowed when used memory > 'maxmemory'." + seven,
        six + "@user_script:1: @user_script: 1: -OOM command not allowed when used memory > 'maxmemory'.",
        six + "@user_script:1: @user_script: 1: -MISCONF Redis is configured to save RDB snapshots",
        "@user_script: 65: -OOM command not allowed when used memory > 'maxmemory'.",
        six + "@user_script:3: -NOREPLICAS Not enough good replicas to write.",
        "MISCONF Errors writing to the AOF file: No space left on device",
    ])
    func `one that cannot write now is kept, in a script too`(text: String) {
        #expect(RedisReply.error(text).refusesWrites)
        #expect(RedisReply.error(text).reasonToLeave == nil)
    }

    @Test(arguments: [
        (
            "ERR AUTH <password> called without any password configured for the default user. Are you sure your "
                + "configuration is correct?", "Redis wants no password, and one was given"
        ),
        ("ERR Client sent AUTH, but no password is set", "Redis wants no password, and one was given"),
        ("NOAUTH Authentication required.", "Redis wants a password"),
        (
            "WRONGPASS invalid username-password pair or user is disabled.",
            "Redis refused the user name or password"
        ),
        ("ERR invalid password", "Redis refused the user name or password"),
        ("ERR DB index is out of range", "Redis has no database of this number"),
        ("ERR SELECT is not allowed in cluster mode", "a Redis cluster has the database 0 alone"),
        ("ERR max number of clients reached", "Redis has as many clients as it allows (maxclients)"),
        (
            "ERR unknown command `SCRIPT`, with args beginning with: `LOAD`, `x`, ",
            "Redis does not have the command script: it is switched off, or too new"
        ),
        (
            "ERR unknown command 'EVALSHA', with args beginning with: 'a' '0' ",
            "Redis does not have the command evalsha: it is switched off, or too new"
        ),
        (
            "NOPERM this user has no permissions to access one of the channels used as arguments",
            "the Redis user may not do this: it lacks the chat's channels"
        ),
        ("NOPERM No permissions to access a channel", "the Redis user may not do this: it lacks the chat's channels"),
        (
            "NOPERM this user has no permissions to access one of the keys used as arguments",
            "the Redis user may not do this: it lacks the chat's keys"
        ),
        (
            "NOPERM this user has no permissions to run the 'evalsha' command or its subcommand",
            "the Redis user may not do this: it lacks the command evalsha"
        ),
        (
            "NOPERM User chat has no permissions to run the 'script|load' command",
            "the Redis user may not do this: it lacks the command script load"
        ),
        (
            "ERR The user executing the script can't publish to the channel mentioned in the command" + seven,
            "the Redis user may not do this: it lacks the chat's channels"
        ),
        (
            six + "@user_script:1: @user_script: 1: The user executing the script can't access at least one of the "
                + "keys mentioned in the command arguments", "the Redis user may not do this: it lacks the chat's keys"
        ),
        (
            "ERR The user executing the script can't run this command or subcommand" + seven,
            "the Redis user may not do this: it lacks a command"
        ),
        (
            six + "@user_script:1: WRONGTYPE Operation against a key holding the wrong kind of value",
            "a key of the chat in Redis holds something else"
        ),
        (
            "MOVED 3999 10.0.0.1:6381",
            "this Redis is one node of a cluster and has a part of the keys alone (redis-cluster://)"
        ),
        (
            "DENIED Redis is running in protected mode because protected mode is enabled",
            "Redis is in protected mode: without a password it serves its own machine alone"
        ),
    ])
    func `each is told by its name`(text: String, reason: String) {
        #expect(BrokerError(redis: text).reason == reason)
    }

    @Test(arguments: [
        "READONLY You can't write", "MASTERDOWN Link is down", "LOADING Redis is loading", six + "-READONLY no",
    ])
    func `a server that is no primary is left, whatever the reason is called`(text: String) {
        #expect(BrokerError(redis: text).code == .leaveServer)
        #expect(RedisReply.error(text).reasonToLeave == BrokerError(redis: text))
    }

    @Test(arguments: [
        "OOM command not allowed", "NOAUTH Authentication required", "BUSY a script", "ERR anything else",
    ])
    func `what is refused is not done, and no reason to leave`(text: String) {
        #expect(BrokerError(redis: text).code == .refused)
        #expect(BrokerError(redis: text).code.outcome == .notDone)
        #expect(RedisReply.error(text).reasonToLeave == nil)
    }

    @Test(arguments: [BrokerError.isAway, .isFull, BrokerError(redis: "OOM no")])
    func `what became of a request that was on the wire of a lost connection is unknown, whatever comes later`(
        reason: BrokerError
    ) {
        var request = RedisRequest(keyless: RedisCommand("A"))
        var told: [BrokerError] = []
        request.completion = { if case .failure(let error) = $0 { told.append(error) } }
        request.fail(reason)
        request.mayBeDone = true
        request.fail(reason)
        #expect(told == [reason, BrokerError(.uncertain, reason.reason)])
        #expect(told.map(\.code.outcome) == [.notDone, .unknown])
    }

    @Test
    func `fewer replicas than asked for is no doubt of the message itself`() {
        #expect(BrokerError.isReplicated(by: 1, of: 2).code.outcome == .done)
        #expect(BrokerError.wasLost.code.outcome == .unknown)
    }

    @Test(arguments: [
        "ERR value is not an integer: READONLY", "ERR unknown command 's3cret pa55', with args beginning with: 'OOM'",
        "", "-", "ERR", "ERR Error running script", six, six + "@user_script",
        six + "@user_script:1: @user_script: 1: ",
        "NOPERM", "ERR unknown command '", "NOPERM this user has no permissions to run the '\u{1B}[31m' command",
    ])
    func `what others wrote is neither searched nor repeated`(text: String) {
        let error = BrokerError(redis: text)
        #expect(RedisReply.error(text).reasonToLeave == nil && !RedisReply.error(text).refusesWrites)
        #expect(!error.reason.contains("s3cret") && !error.reason.contains("\u{1B}") && !error.reason.isEmpty)
    }
}
