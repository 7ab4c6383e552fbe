import ChatCore
import Testing

/// Guarantee 3 over every order in which publications, joins, resumes, repairs and losses can come: each member gets each
/// message after its position once and in order, or a gap or a reset in its place.
@Suite(.patience) struct RecoveryOrderTests {
    /// What happens from outside in one line of the table; in every order, among all the steps that follow from it.
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var allowance: [RecoveryModel.Step: Int]
        /// How many steps are taken in every order, before all comes to rest.
        var depth: Int

        init(_ name: String, _ allowance: [RecoveryModel.Step: Int], depth: Int = 6) {
            self.testDescription = name
            self.allowance = allowance
            self.depth = depth
        }
    }

    private static let table: [Case] = [
        Case("messages while members come", [.publish: 3]),
        Case("members that break off and resume", [.publish: 2, .dropFirst: 1, .dropSecond: 1]),
        Case("a subscription that is lost", [.publish: 3, .loseBroker: 1]),
        Case("a subscription that is lost twice", [.publish: 2, .loseBroker: 2]),
        Case("a log that cannot be read", [.publish: 2, .loseBroker: 1, .failReading: 2]),
        Case("a log that moves on", [.publish: 2, .trim: 3]),
        Case("a log that moves on while nobody listens", [.publish: 2, .trim: 3, .loseBroker: 1]),
        Case("a log that moves on before its messages arrive", [.publish: 1, .trim: 3, .look: 2], depth: 8),
        Case("a log that is lost", [.publish: 2, .beginAnew: 1]),
        Case("a log that is lost twice", [.publish: 2, .beginAnew: 2]),
        Case("a log that is lost with the subscription", [.publish: 2, .beginAnew: 1, .loseBroker: 1]),
        Case("a log that is rolled back", [.publish: 2, .rollBack: 1, .loseBroker: 1]),
        Case(
            "a log that is lost while members break off",
            [.publish: 2, .beginAnew: 1, .dropFirst: 1, .dropSecond: 1]
        ),
        Case("a message that is deleted", [.publish: 2, .delete: 2]),
        Case("a deletion while members break off", [.publish: 1, .delete: 1, .dropFirst: 1, .dropSecond: 1]),
        Case("a deletion while nobody listens", [.publish: 1, .delete: 2, .loseBroker: 1]),
        Case("a deletion that is rolled back", [.publish: 1, .delete: 1, .rollBack: 1, .loseBroker: 1]),
        Case("a deletion in a log that moves on", [.publish: 2, .delete: 1, .trim: 3]),
        Case(
            "everything once",
            [
                .publish: 1, .trim: 1, .beginAnew: 1, .loseBroker: 1, .failReading: 1, .dropFirst: 1, .dropSecond: 1,
            ],
            depth: 5
        ),
    ]

    enum Start: CaseIterable, Sendable { case live, last, resuming }

    // Whatever a member went through, it shows what one that comes now is shown.
    @Test(arguments: Self.table, Start.allCases)
    func `no order of events loses, doubles or disorders a message`(line: Case, start: Start) throws {
        let start: JoinStart? =
            switch start {
            case .live: .live
            case .last: .last(5)
            case .resuming: nil
            }
        let found = try self.explore(RecoveryModel(line.allowance, start), [], line.depth)
        #expect(found == nil)
    }

    /// Tries every order of so many steps; gives one that breaks the guarantee.
    private func explore(_ model: RecoveryModel, _ path: [RecoveryModel.Step], _ depth: Int) throws -> String? {
        var isLeaf = true
        for step in RecoveryModel.Step.allCases where depth > 0 && model.canTake(step) {
            isLeaf = false
            var next = model
            do {
                try next.take(step)
            } catch let violation as RecoveryViolation {
                return "\(violation.reason), after \(path + [step])"
            }
            if let found = try self.explore(next, path + [step], depth - 1) { return found }
        }
        guard isLeaf else { return nil }
        var last = model
        do {
            try last.settle()
            return nil
        } catch let violation as RecoveryViolation {
            return "\(violation.reason), after \(path) and a rest"
        }
    }
}
