internal import ChatCore
internal import NIOCore

/// The answer of the script `read`.
struct LogAnswer {
    var page: LogPage
    /// The message at the requested number.
    var anchor: ByteBuffer?

    init?(_ reply: RedisReply) {
        guard let parts = reply.array, parts.count == 7, let epoch = parts[0].epoch, let first = parts[1].count,
            let head = parts[2].count, let flat = parts[4].array, let runs = parts[6].string,
            // Another program may have written there.
            (0...1 << 52).contains(head), (1...(1 << 52) + 1).contains(first)
        else { return nil }
        var publications: [Publication] = []
        publications.reserveCapacity(flat.count / 2)
        for index in stride(from: 0, to: flat.count - 1, by: 2) {
            guard let seq = flat[index].count, (1...1 << 52).contains(seq), let payload = flat[index + 1].bytes else {
                return nil
            }
            let position = LogPosition(epoch: epoch, seq: seq, time: PublicationCodec.time(of: payload))
            publications.append(Publication(position: position, payload: payload))
        }
        self.page = LogPage(
            epoch: epoch,
            first: first,
            head: head,
            headTime: parts[5].count,
            publications: publications,
            runs: LogRuns(redis: runs)
        )
        self.anchor = parts[3].bytes
    }
}

extension LogRuns {
    /// Reads the field `runs` of a room's `meta`: number and time of each beginning, `6:1790000000000 21:1790000100000
    /// `.
    init(redis text: String) {
        self.init(
            text.split(separator: " ").compactMap { word in
                let parts = word.split(separator: ":")
                guard parts.count == 2, let seq = Int(parts[0]), let time = Int(parts[1]) else { return nil }
                return Beginning(seq: seq, time: time)
            }
        )
    }
}
