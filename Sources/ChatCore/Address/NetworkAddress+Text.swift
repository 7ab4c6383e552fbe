extension NetworkAddress {
    /// The most bytes of an address as text: `0000:0000:0000:0000:0000:ffff:255.255.255.255`.
    package static let maximumText = 45

    /// Reads an address as people and proxies write it: `192.0.2.1`, `2001:db8::1`, `::ffff:192.0.2.1`.
    ///
    /// One that a translator has made is that of IPv4.
    ///
    /// It is strict, so that everybody reads the same in a text: four decimal numbers without leading zeros, which some
    /// systems take as octal (RFC 6943, section 3.1.1), and the forms of RFC 4291, section 2.2, without a zone.
    ///
    /// - Parameter text: The text; nothing beyond ``maximumText`` bytes is looked at.
    package init?(_ text: String) { self.init(text: text.utf8) }

    /// The same from bytes.
    package init?(text: some Collection<UInt8>) {
        guard let literal = Self(literal: text) else { return nil }
        self = literal.untranslated
    }

    /// The same, as it is written: for a network, whose length decides whether it is one of a translator's addresses.
    init?(literal text: some Collection<UInt8>) {
        guard text.count <= Self.maximumText else { return nil }
        let bytes = Array(text)
        if bytes.contains(UInt8(ascii: ":")) {
            guard let groups = Self.groups(bytes[...]) else { return nil }
            self.init(
                high: groups[..<4].reduce(0) { $0 << 16 | UInt64($1) },
                low: groups[4...].reduce(0) { $0 << 16 | UInt64($1) }
            )
        } else {
            guard let number = Self.dotted(bytes[...]) else { return nil }
            self.init(high: 0, low: Self.mappedPrefix | UInt64(number))
        }
    }

    /// Four numbers with dots between.
    private static func dotted(_ text: ArraySlice<UInt8>) -> UInt32? {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var number: UInt32 = 0
        for part in parts {
            guard (1...3).contains(part.count), part.count == 1 || part.first != UInt8(ascii: "0") else { return nil }
            var value: UInt32 = 0
            for digit in part {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
                value = value * 10 + UInt32(digit - UInt8(ascii: "0"))
            }
            guard value <= 255 else { return nil }
            number = number << 8 | value
        }
        return number
    }

    /// The eight groups of an IPv6 address, of which `::` leaves out one or more.
    private static func groups(_ text: ArraySlice<UInt8>) -> [UInt16]? {
        let colon = UInt8(ascii: ":")
        let gap = text.indices.dropLast().first { text[$0] == colon && text[$0 + 1] == colon }
        guard let gap else {
            guard let groups = self.run(text, mayEndDotted: true), groups.count == 8 else { return nil }
            return groups
        }
        guard let head = self.run(text[..<gap], mayEndDotted: false),
            let tail = self.run(text[(gap + 2)...], mayEndDotted: true), head.count + tail.count <= 7
        else { return nil }
        return head + Array(repeating: 0, count: 8 - head.count - tail.count) + tail
    }

    /// Groups with colons between; the last two may be an IPv4 address.
    ///
    /// A second gap is an empty group, which is none.
    private static func run(_ text: ArraySlice<UInt8>, mayEndDotted: Bool) -> [UInt16]? {
        guard !text.isEmpty else { return [] }
        let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        var groups: [UInt16] = []
        for (index, part) in parts.enumerated() {
            if mayEndDotted, index == parts.count - 1, part.contains(UInt8(ascii: ".")) {
                guard let number = self.dotted(part) else { return nil }
                groups += [UInt16(truncatingIfNeeded: number >> 16), UInt16(truncatingIfNeeded: number)]
            } else {
                guard (1...4).contains(part.count) else { return nil }
                var group: UInt16 = 0
                for digit in part {
                    guard let value = Hexadecimal.value(of: digit) else { return nil }
                    group = group << 4 | UInt16(value)
                }
                groups.append(group)
            }
        }
        return groups
    }
}

extension NetworkAddress: CustomStringConvertible {
    /// The one way to write it (RFC 5952, section 4).
    package var description: String {
        if self.isIPv4 {
            return stride(from: 24, through: 0, by: -8).map { "\(self.low >> $0 & 0xFF)" }.joined(separator: ".")
        }
        let groups = [self.high, self.low].flatMap { half in
            stride(from: 48, through: 0, by: -16).map { UInt16(truncatingIfNeeded: half >> $0) }
        }
        let written = groups.map { String($0, radix: 16) }
        guard let gap = Self.longestZeros(groups) else { return written.joined(separator: ":") }
        return written[..<gap.lowerBound].joined(separator: ":") + "::"
            + written[gap.upperBound...].joined(separator: ":")
    }

    /// The first of the longest runs of at least two zeros.
    private static func longestZeros(_ groups: [UInt16]) -> Range<Int>? {
        var longest: Range<Int>?
        var start = 0
        for index in 0...groups.count where index == groups.count || groups[index] != 0 {
            if index - start > max(1, longest?.count ?? 0) { longest = start..<index }
            start = index + 1
        }
        return longest
    }
}
