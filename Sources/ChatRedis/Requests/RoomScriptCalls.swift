internal import ChatCore
internal import NIOCore

/// Makes the requests about a room: the script, its keys and its arguments.
///
/// It belongs to the broker and is used on its event loop only.
final class RoomScriptCalls {
    let keys: RedisKeys
    /// The form of Redis; that of a Cluster is known when its layout is.
    var form: RedisForm
    /// A secret of this node, from which keyrings are made.
    private let secret: String
    private var addresses: RoomAddressBook
    private var epochs = EpochSource()

    init(keys: RedisKeys, form: RedisForm) {
        self.form = form
        var random = SystemRandom()
        self.keys = keys
        self.secret = Base36.random(digits: 24, using: &random)
        self.addresses = RoomAddressBook(keys)
    }

    /// The channel that a room's events are published on.
    func channel(of room: RoomName) -> ChannelName {
        self.addresses.known(room)?.channel ?? ChannelName(self.keys.channel(room))
    }

    /// The keys that a script for a room's log names.
    ///
    /// While a slot moves, its servers refuse a request of which they have some keys and not others. A script would miss
    /// the keys that it does not name, or find them gone, and would do half of its work. So in a Cluster each script names
    /// `leases` too, which nothing writes there: a room waits until its slot has moved.
    private func logKeys(_ room: RoomName) -> [String] {
        let keys = [self.keys.meta(room), self.keys.log(room)]
        return self.form.isCluster ? keys + [self.keys.leases(room)] : keys
    }

    /// The same, for a room whose address is kept.
    private func logKeys(_ room: RoomName, _ address: RoomAddress) -> RedisCommand {
        var keys = address.keys
        if self.form.isCluster { keys.append(self.keys.leases(room)) }
        return keys
    }

    // MARK: The log

    /// The part of a log to read.
    enum Part {
        /// No messages, only the head.
        case head
        /// The messages that follow a number, up to a limit.
        case after(Int, limit: Int)
        /// The messages that precede a number, up to a limit.
        case before(Int, limit: Int)
    }

    /// Stores messages; the answer is a ``SendAnswer``.
    ///
    /// - Parameters:
    ///   - batch: The messages.
    ///   - legacyNodes: Whether nodes of the first layout may know some of the keys, or must know these.
    /// - Returns: The request.
    func send(_ batch: SendBatch, legacyNodes: LegacyNodes) -> RedisRequest {
        let address = self.addresses.address(of: batch.room)
        var keys = self.logKeys(batch.room, address)
        if batch.isKeyed, legacyNodes != .gone {
            for draft in batch.drafts {
                keys.append(draft.key.map { self.keys.legacyKey(draft.room, draft.sender, $0) } ?? "")
            }
        }
        var request = RedisRequest(
            .send,
            on: address.meta,
            keys: keys,
            arguments: 5 + 2 * batch.drafts.count,
            bytes: batch.bytes
        ) {
            $0.append(self.epochs.next())
            $0.append(contentsOf: address.words)
            $0.append(batch.isKeyed ? self.secret : "")
            $0.append(batch.isKeyed && legacyNodes == .present ? "1" : "")
            for draft in batch.drafts {
                $0.append(draft.tail)
                if let key = draft.key { $0.append(bytesOf: key.digest(of: draft.sender)) } else { $0.append("") }
            }
        }
        // There is no way to find out whether messages without keys were stored, and sending them again could store
        // them twice.
        request.isRepeatable = batch.isKeyed
        return request
    }

    /// Deletes a message; the answer is a ``SendAnswer`` for one message, or the epoch alone.
    ///
    /// - Parameters:
    ///   - deletion: The message.
    ///   - deleted: The message without its text.
    /// - Returns: The request. It may be repeated: a message is deleted once.
    func delete(_ deletion: Deletion, replacingBy deleted: ByteBuffer) -> RedisRequest {
        let address = self.addresses.address(of: deletion.room)
        let keys = self.logKeys(deletion.room, address)
        return RedisRequest(.delete, on: address.meta, keys: keys, arguments: 6, bytes: 0) {
            $0.append(self.epochs.next())
            $0.append(contentsOf: address.words)
            $0.append(deletion.seq)
            $0.append(deleted)
            $0.append(PublicationCodec.deletionTail(of: deletion.seq, by: deletion.user))
        }
    }

    /// Reads a log; the answer is a ``LogAnswer``.
    ///
    /// - Parameters:
    ///   - part: The part of it.
    ///   - room: The room.
    ///   - makesEpoch: Whether a room that has no epoch gets one; a mere look leaves no trace.
    /// - Returns: The request.
    func read(_ part: Part, of room: RoomName, makesEpoch: Bool) -> RedisRequest {
        let (mode, seq, limit) =
            switch part {
            case .head: ("head", 0, 0)
            case .after(let seq, let limit): ("after", seq, limit)
            case .before(let seq, let limit): ("before", seq, limit)
            }
        var request = RedisRequest(.read, keys: self.logKeys(room), arguments: 5, bytes: 0) {
            $0.append(mode)
            $0.append(seq)
            $0.append(limit)
            $0.append(self.epochs.next())
            $0.append(makesEpoch ? 1 : 0)
        }
        request.priority = .bulk
        return request
    }

    /// Gives a log that was rolled back another epoch.
    func replaceEpoch(_ epoch: Epoch, of room: RoomName) -> RedisRequest {
        RedisRequest(.replaceEpoch, keys: self.logKeys(room), arguments: 3, bytes: 0) {
            $0.append(epoch.rawValue)
            $0.append(self.epochs.next())
            $0.append(PublicationCodec.prefix(room))
        }
    }

    /// Removes every message of a room.
    ///
    /// - Parameters:
    ///   - room: The room.
    ///   - news: What the nodes that listen to it are told.
    /// - Returns: The request.
    func clear(_ room: RoomName, telling news: ByteBuffer) -> RedisRequest {
        var request = RedisRequest(.clear, keys: self.logKeys(room), arguments: 3, bytes: 0) {
            $0.append(self.epochs.next())
            $0.append(self.keys.channel(room))
            $0.append(news)
        }
        // It would also remove what was said since.
        request.isRepeatable = false
        return request
    }

    // MARK: Members

    /// Runs one of the scripts for a room's members.
    func presence(
        _ script: RedisScript,
        _ room: RoomName,
        arguments: (inout RedisCommand) -> Void = { _ in }
    ) -> RedisRequest {
        let keys = self.keys
        var request = RedisRequest(
            script,
            keys: keys.meta(room),
            keys.log(room),
            keys.members(room),
            keys.leases(room),
            keys.names(room),
            keys.held(room)
        ) {
            var json = ByteBuffer()
            json.writeJSONString(room.rawValue)
            $0.append(self.epochs.next())
            $0.append(keys.channel(room))
            $0.append(json)
            arguments(&$0)
        }
        // Always: comings and departures keep their order among each other.
        request.priority = .bulk
        return request
    }

    /// Reads the state of a room.
    func look(at room: RoomName) -> RedisRequest {
        let keys = self.keys
        return RedisRequest(
            .look,
            keys: keys.meta(room),
            keys.members(room),
            keys.leases(room),
            keys.names(room),
            keys.held(room)
        )
    }

    /// Checks by two plain commands whether anything has happened in a room; the answers are a ``Glance``.
    func glance(at room: RoomName) -> [RedisRequest] {
        let meta = self.keys.meta(room)
        return Glance.commands(self.keys, room).map { RedisRequest($0, on: meta) }
    }

    /// Publishes something on a room's channel.
    func publish(_ payload: ByteBuffer, in room: RoomName) -> RedisRequest {
        let channel = self.keys.channel(room)
        var command = RedisCommand(self.form.publish, channel)
        command.append(payload)
        return RedisRequest(command, on: channel)
    }
}
