import ChatCore
import NIOCore
import Synchronization

@testable import ChatMemory

/// Keeps what a broker hands out.
final class RecordingSubscriber: BrokerSubscriber {
    private let received = Mutex<[[BrokerEvent]]>([])

    func receive(_ events: [BrokerEvent]) { self.received.withLock { $0.append(events) } }

    /// What came, as it came.
    var batches: [[BrokerEvent]] { self.received.withLock { $0 } }

    var events: [BrokerEvent] { self.batches.flatMap(\.self) }

    func publications(in room: RoomName) -> [Publication] {
        self.events.compactMap { if case .room(room, .publication(let message)) = $0 { message } else { nil } }
    }

    func presence(in room: RoomName) -> [(change: PresenceChange, payload: ByteBuffer)] {
        self.events.compactMap {
            if case .room(room, .presence(_, let change, let payload)) = $0 { (change, payload) } else { nil }
        }
    }

    var renamed: [User] { self.events.compactMap { if case .renamed(let user) = $0 { user } else { nil } } }
}
