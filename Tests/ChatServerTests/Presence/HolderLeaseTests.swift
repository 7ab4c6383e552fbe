import ChatCore
import Testing

@testable import ChatNode

/// Under which name a shard's members are in their rooms.
@Suite(.patience)
struct HolderLeaseTests {
    private let holder = HolderID(node: "n", incarnation: "i", shard: 0)

    private func held() -> HolderLease {
        var lease = HolderLease(self.holder)
        lease.enter()
        return lease
    }

    @Test func `without members there is nothing to renew, and nothing is doubtful`() {
        var lease = HolderLease(self.holder)
        lease.doubt()
        #expect(!lease.isNeeded && lease.isCertain && lease.beginRenewal() == nil)
    }

    @Test func `it is renewed once at a time`() {
        var lease = self.held()
        #expect(lease.isNeeded && lease.isCertain)
        #expect(lease.beginRenewal() == self.holder)
        #expect(lease.beginRenewal() == nil && !lease.isCertain && lease.isNeeded)
        #expect(lease.renewed(.held) == .held)
        #expect(lease.isCertain && lease.beginRenewal() == self.holder)
    }

    @Test func `a doubt lasts until it has been renewed`() {
        var lease = self.held()
        lease.doubt()
        lease.enter()
        #expect(!lease.isCertain)
        #expect(lease.beginRenewal() == self.holder)
        lease.failed()
        #expect(!lease.isCertain)
        #expect(lease.beginRenewal() == self.holder)
        #expect(lease.renewed(.held) == .held && lease.isCertain)
    }

    @Test func `one that was taken for dead goes on under the next name, for which it asks as well`() {
        var lease = self.held()
        #expect(lease.beginRenewal() == self.holder)
        #expect(lease.renewed(.lost) == .lost(self.holder))
        #expect(lease.holder == self.holder.successor)
        #expect(lease.beginRenewal() == self.holder.successor)
        #expect(lease.renewed(.lost) == .lost(self.holder.successor))
        #expect(lease.holder == self.holder.successor.successor)
    }
}
