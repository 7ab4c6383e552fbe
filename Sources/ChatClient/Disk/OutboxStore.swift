public import ChatCore

/// The store in which a client keeps sends without an answer, so that they survive the program.
///
/// A client that is given one (``ClientConfiguration/outbox``) appends each send before it goes out and removes it
/// when its final answer has come. A program that starts again reads ``contents`` and hands each send to
/// ``ChatClient/resend(_:)``: it goes out with its old key, as the same user, and so is stored once.
///
/// The calls may block on the disk: a client makes two of them for each send.
public protocol OutboxStore: Sendable {
    /// The contents that an earlier client left, when the store was opened.
    var contents: OutboxContents { get }

    /// Keeps a send; when this returns it survives the end of the program and of the machine.
    ///
    /// - Parameter send: The send.
    /// - Throws: ``ClientError`` with the code `storage`; nothing is kept then.
    func append(_ send: KeptSend) throws(ClientError)

    /// Forgets a send that has its answer. If that fails, the send goes out again, with its key.
    func remove(_ key: IdempotencyKey)

    /// Remembers the client's session: keys belong to their sender.
    func setSession(_ session: SessionSecret)

    /// Remembers the time for which the server keeps a key: older sends must not be sent again.
    func setKeyWindow(_ window: Duration)
}

extension OutboxStore {
    /// Assumes a day, the default when a server does not say.
    public func setKeyWindow(_ window: Duration) {}
}
