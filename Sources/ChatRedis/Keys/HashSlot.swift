/// The part of a Cluster's keys to which a key belongs: one of 16,384, each of which is at one server.
///
/// https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#key-distribution-model
struct HashSlot: Hashable {
    /// The number of slots.
    static let count = 16_384

    let number: Int

    /// Makes the slot of a number; nil when there is none.
    init?(_ number: Int) {
        guard (0..<Self.count).contains(number) else { return nil }
        self.number = number
    }

    /// Finds the slot of a key, or of a channel: a hash of its tag, which is the text between the first `{` and the `}`
    /// after it, or of the whole key when that text is empty or not there.
    init(of key: String) {
        var key = key
        self.number = key.withUTF8 { Int(Self.crc(Self.tag(of: $0[...]))) % Self.count }
    }

    private static func tag(of key: Slice<UnsafeBufferPointer<UInt8>>) -> Slice<UnsafeBufferPointer<UInt8>> {
        guard let open = key.firstIndex(of: UInt8(ascii: "{")) else { return key }
        let rest = key[(open + 1)...]
        guard let close = rest.firstIndex(of: UInt8(ascii: "}")), close > rest.startIndex else { return key }
        return rest[..<close]
    }

    /// The CRC16 of the specification: polynomial 1021, from zero, nothing reflected (XMODEM).
    private static func crc(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> UInt16 {
        bytes.reduce(0) { sum, byte in sum << 8 ^ Self.table[Int(sum >> 8 ^ UInt16(byte))] }
    }

    private static let table: [UInt16] = (0..<256).map { byte in
        (0..<8).reduce(UInt16(byte) << 8) { sum, _ in sum & 0x8000 == 0 ? sum << 1 : sum << 1 ^ 0x1021 }
    }

    /// A tag that belongs to this slot: a number, so that all who look for one find the same.
    var tag: String { String(Self.tags[self.number]) }

    /// The smallest number in each slot; the sum of a number continues that of the number without its last digit.
    private static let tags: [Int] = {
        var tags = [Int?](repeating: nil, count: Self.count)
        var sums: [UInt16] = []
        var missing = Self.count
        while missing > 0 {
            let number = sums.count
            let before = number < 10 ? 0 : sums[number / 10]
            let digit = UInt16(UInt8(ascii: "0")) + UInt16(number % 10)
            let sum = before << 8 ^ Self.table[Int(before >> 8 ^ digit)]
            sums.append(sum)
            guard tags[Int(sum) % Self.count] == nil else { continue }
            tags[Int(sum) % Self.count] = number
            missing -= 1
        }
        return tags.compactMap { $0 }
    }()

    /// All slots.
    static let all = (0..<Self.count).map { HashSlot(number: $0) }

    private init(number: Int) { self.number = number }
}
