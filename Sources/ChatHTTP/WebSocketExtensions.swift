/// The extensions that a client offers, in the order in which it would have them (RFC 6455, section 9.1).
struct WebSocketExtensions: Equatable {
    /// One extension with its parameters.
    struct Offer: Equatable {
        var name: ArraySlice<UInt8>
        var parameters: [Parameter] = []
    }

    /// A parameter of an extension; one in quotes has the same meaning as one without.
    struct Parameter: Equatable {
        var name: ArraySlice<UInt8>
        var value: ArraySlice<UInt8>?
    }

    private(set) var offers: [Offer] = []

    /// Reads all fields `Sec-WebSocket-Extensions` of a request.
    ///
    /// - Returns: nil when one of them is not as the grammar says.
    init?(_ fields: [ArraySlice<UInt8>]) {
        for field in fields {
            var rest = field
            repeat {
                Self.skipBlanks(&rest)
                // A list may have empty elements (RFC 9110, section 5.6.1).
                if rest.isEmpty || rest.first == UInt8(ascii: ",") { continue }
                guard let offer = Self.offer(&rest) else { return nil }
                self.offers.append(offer)
                guard rest.isEmpty || rest.first == UInt8(ascii: ",") else { return nil }
            } while rest.popFirst() != nil
        }
    }

    private static func offer(_ rest: inout ArraySlice<UInt8>) -> Offer? {
        guard let name = Self.token(&rest) else { return nil }
        var offer = Offer(name: name)
        while Self.take(UInt8(ascii: ";"), from: &rest) {
            guard let name = Self.token(&rest) else { return nil }
            var parameter = Parameter(name: name)
            if Self.take(UInt8(ascii: "="), from: &rest) {
                guard let value = Self.value(&rest) else { return nil }
                parameter.value = value
            }
            offer.parameters.append(parameter)
        }
        return offer
    }

    private static func token(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        let token = rest.prefix(while: ASCII.isToken)
        guard !token.isEmpty else { return nil }
        rest = rest[token.endIndex...]
        Self.skipBlanks(&rest)
        return token
    }

    private static func value(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard rest.first == UInt8(ascii: "\"") else { return Self.token(&rest) }
        rest.removeFirst()
        return Self.quoted(&rest)
    }

    /// The rest of a token in quotes, with the characters behind backslashes as they are.
    private static func quoted(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        var token: [UInt8] = []
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""):
                Self.skipBlanks(&rest)
                return token.isEmpty ? nil : token[...]
            case UInt8(ascii: "\\"):
                guard let escaped = rest.popFirst(), ASCII.isToken(escaped) else { return nil }
                token.append(escaped)
            default:
                guard ASCII.isToken(byte) else { return nil }
                token.append(byte)
            }
        }
        return nil  // The quotes did not end.
    }

    private static func take(_ byte: UInt8, from rest: inout ArraySlice<UInt8>) -> Bool {
        guard rest.first == byte else { return false }
        rest.removeFirst()
        Self.skipBlanks(&rest)
        return true
    }

    private static func skipBlanks(_ rest: inout ArraySlice<UInt8>) { rest = rest.drop(while: ASCII.isBlank) }
}
