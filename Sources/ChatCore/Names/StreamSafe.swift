/// A bound on runs of combining marks, as in the Stream-Safe Text Format (Unicode Annex 15, section 13).
///
/// Normalising a run sorts it, and the sort takes time that grows with the square of its length. No writing system has
/// more than a handful of marks on one letter; 30 is the number that the annex gives.
package enum StreamSafe {
    /// The most combining marks in a row.
    package static let maximumMarks = 30
    /// The words for a name that breaks the rule.
    static let tooManyMarks = "a name has at most \(Self.maximumMarks) combining marks in a row"
}

extension String {
    /// Whether no run of combining marks is longer than ``StreamSafe/maximumMarks``.
    var isStreamSafe: Bool {
        var marks = 0
        return self.unicodeScalars.allSatisfy { scalar in
            marks = scalar.isBelowMarks ? 0 : scalar.marksAfter(marks)
            return marks <= StreamSafe.maximumMarks
        }
    }

    /// The text without the marks beyond ``StreamSafe/maximumMarks`` in a row.
    var streamSafe: String {
        guard !self.isStreamSafe else { return self }
        var kept = String.UnicodeScalarView()
        var marks = 0
        for scalar in self.unicodeScalars {
            marks = scalar.isBelowMarks ? 0 : scalar.marksAfter(marks)
            if marks <= StreamSafe.maximumMarks { kept.append(scalar) }
        }
        return String(kept)
    }
}

extension Unicode.Scalar {
    /// Whether the scalar is below the first combining mark: most text is.
    fileprivate var isBelowMarks: Bool { self.value < 0x300 }

    /// The number of marks in a run with this scalar, given the number before it.
    fileprivate func marksAfter(_ marks: Int) -> Int {
        switch self.value {
        // These four decompose to two marks each. Three of them have no combining class of their own.
        case 0x344, 0xF73, 0xF75, 0xF81: marks + 2
        default: self.properties.canonicalCombiningClass == .notReordered ? 0 : marks + 1
        }
    }
}
