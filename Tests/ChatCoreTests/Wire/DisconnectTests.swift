import Testing

@testable import ChatCore

@Suite(.patience) struct DisconnectTests {
    @Test func `clients come back but after what is final`() {
        let final: Set<UInt16> = [1002, 1003, 1007, 1008, 1009]
        for code in 1000...4999 as ClosedRange<UInt16> {
            #expect(Disconnect(code: code, reason: "").isFinal == (final.contains(code) || code >= 4500))
        }
    }

    @Test(arguments: [
        Disconnect.normal, .protocolError, .binaryMessage, .invalidUTF8, .messageTooBig, .draining, .overCapacity,
        .slowConsumer, .noPong, .tooManyErrors,
    ])
    func `a reason fits into a close frame`(disconnect: Disconnect) {
        #expect(disconnect.reason.utf8.count <= 123)
    }

    @Test func `only what may succeed later may be repeated`() {
        let retryable: [ProtocolError.Code] = [.rateLimited, .unavailable, .internal]
        let final: [ProtocolError.Code] = [
            .badJSON, .badCommand, .unknownType, .roomInvalid, .nameInvalid, .textEmpty, .textTooLong, .notJoined,
            .tooManyRooms, .nameReserved, .unauthorized, .forbidden, .init("new_in_version_9"),
        ]
        #expect(retryable.allSatisfy { $0.isRetryable })
        #expect(!final.contains { $0.isRetryable })
    }
}
