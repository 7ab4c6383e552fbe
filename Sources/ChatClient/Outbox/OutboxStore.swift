public import ChatCore

/// Where a client keeps what has no answer yet, so that it outlives the program.
///
/// A client that is given one (``ChatClient/Configuration/outbox``) appends each send before it goes out and removes it
/// when its final answer has come. A program that starts again reads ``contents`` and hands each send to
/// ``ChatClient/resend(_:)``: it goes out with the key that it had, as the user that it was, and so is stored once.
///
/// The calls may block for as long as a disk takes: a client makes one of them for each send.
public protocol OutboxStore: Sendable {
    /// What an earlier client left, as it was when the store was opened.
    var contents: OutboxContents { get }

    /// Keeps a send; when this returns it survives the end of the program and of the machine.
    ///
    /// - Parameter send: The send.
    /// - Throws: ``ClientError`` with the code `storage`; nothing is kept then.
    func append(_ send: KeptSend) throws(ClientError)

    /// Forgets a send that has its answer. One that is forgotten in vain is sent again, with its key.
    func remove(_ key: IdempotencyKey)

    /// Remembers who the client is: keys belong to their sender.
    func setSession(_ session: SessionSecret)

    /// Remembers for how long the server knows a key: what is older must not be sent again.
    func setKeyWindow(_ window: Duration)
}

extension OutboxStore {
    /// Takes the window to be a day, as it is where a server does not say it.
    public func setKeyWindow(_ window: Duration) {}
}
